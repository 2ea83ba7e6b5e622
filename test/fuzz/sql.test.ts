import { afterAll, beforeAll, expect, test } from 'vitest'
import { open, submit } from '../pages/payer.ts'
import { statementsOf } from '../plans/recorded-statements.ts'
import { type TestServer, testServer } from '../support/server.ts'
import { tally } from '../support/tally.ts'
import { type Call, everyCall, withValue } from './operations.ts'

// SQL in every text that a client can send. It may stand among the values of a statement, and never in its text.

const injected = [
  "zqx'; drop table payment; --",
  'zqx" or ""="',
  "zqx') or pg_sleep(9) is null --",
  'zqx\\; select $1 /*',
  // In names of fields and cursors it stands without a space.
  "zqx'or'1'='1",
]

let server: TestServer
let calls: Call[]
beforeAll(async () => {
  server = await testServer()
  calls = await everyCall(server)
})
afterAll(() => server.stop())

type Asked = { method: string; path: string; body: unknown; headers?: Record<string, string> }

/** The call with a text in each place that takes one: of its body, its query, its path and its headers. */
function askedWith(call: Call, text: string): Asked[] {
  const { method, path, body, template } = call
  const inBody = call.places
    .filter(({ type }) => type === 'string')
    .map((place) => ({ method, path, body: withValue(body, place.path, text) }))
  const inNames = call.places
    .filter(({ path: [...place] }) => place.at(-1) === 'k')
    .map((place) => ({ method, path, body: withValue(body, place.path.slice(0, -1), { [text]: 'v' }) }))
  const inQuery = call.query.map(({ name }) => {
    const url = new URL(path, 'http://x')
    url.searchParams.set(name, text)
    return { method, path: url.pathname + url.search, body }
  })
  const inPath = call.params.map((name) => ({
    method,
    path: template.replace(`{${name}}`, encodeURIComponent(text)).replaceAll(/\{\w+\}/g, 'x'),
    body,
  }))
  const inHeaders = ['idempotency-key', 'if-none-match', 'if-match', 'x-request-id', 'traceparent', 'accept-language']
    .filter((name) => method !== 'GET' || name !== 'idempotency-key')
    .map((name) => ({ method, path, body, headers: { [name]: text.replaceAll(' ', '_') } }))
  return [...inBody, ...inNames, ...inQuery, ...inPath, ...inHeaders]
}

async function send({ method, path, body, headers }: Asked): Promise<number> {
  const response = await fetch(server.url + path, {
    method,
    headers: { authorization: `Bearer ${server.key}`, 'content-type': 'application/json', ...headers },
    ...(method !== 'GET' && body !== undefined && { body: JSON.stringify(body) }),
  })
  await response.arrayBuffer()
  return response.status
}

test.each(injected)('SQL in every text of every operation is a value: %s', { timeout: 300_000 }, async (text) => {
  const asked = calls.flatMap((call) => askedWith(call, text))
  const failed: string[] = []
  const statements = await statementsOf(async () => {
    for (const one of asked) {
      const status = await send(one)
      if (status >= 500) failed.push(`${status} ${one.method} ${one.path} ${JSON.stringify(one.body)}`)
      tally('bad inputs')
    }
  })
  expect(failed).toEqual([])
  expect(statements.filter((statement) => statement.text.includes('zqx'))).toEqual([])
  // Some of it does reach statements.
  expect(statements.filter(({ values }) => containing(values)).length).toBeGreaterThan(10)
})

/** Whether one of the values has it, as text or in the bytes of an array. */
const containing = (values: unknown[]) =>
  values.some((value) => (Buffer.isBuffer(value) ? value.includes('zqx') : String(value).includes('zqx')))

test.each(injected)('SQL in what a payer types is a value: %s', async (text) => {
  const reference = `payer-${injected.indexOf(text)}`
  const customer = { external_reference: reference, name: text, currency: 'ZAR', balance: 500 }
  const created = await server.api('POST', '/billing/customers', customer)
  expect(created.status).toBe(201)
  const page = await open(created.body.presentment_url)
  expect(page.forms).not.toEqual([])
  const statements = await statementsOf(async () => {
    for (const form of page.forms) {
      for (const name of Object.keys(form.fields)) await submit(form, { [name]: text })
    }
    for (const address of [page.url, `${server.url}/m/x/test`, `${server.url}/r/x`]) {
      const url = new URL(address)
      url.searchParams.set('utm_source', text)
      url.searchParams.set(text, text)
      expect((await open(url.href)).status).toBeLessThan(500)
      expect((await open(`${address}${encodeURIComponent(text)}`)).status).toBeLessThan(500)
    }
  })
  expect(statements.length).toBeGreaterThan(10)
  expect(statements.filter((statement) => statement.text.includes('zqx'))).toEqual([])
})
