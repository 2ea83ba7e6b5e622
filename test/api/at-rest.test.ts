import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Sample, validRequests } from '../fuzz/requests.ts'
import { goodCard, open, submit } from '../pages/payer.ts'
import { dump, hits } from '../support/dump.ts'
import { openapi } from '../support/openapi.ts'
import { type ApiAnswer, type TestServer, testServer } from '../support/server.ts'

let server: TestServer
let samples: Sample[]
beforeAll(async () => {
  server = await testServer()
  samples = [...(await validRequests(server)), ...(await actions())]
})
afterAll(() => server.stop())

/** What changes objects without a body, on objects of its own and in an order in which each can be done. */
async function actions(): Promise<Sample[]> {
  const account = { customer: { external_reference: 'spare-c', name: 'Spare' }, external_reference: 'spare-a' }
  const bill = { account, external_reference: 'spare-b', currency: 'ZAR', amount_due: 5 }
  await server.api('POST', '/billing/bills', bill)
  const endpoint = await server.api('POST', '/webhooks/endpoints', { url: 'https://example.com/spare' })
  const minutesAgo = (count: number) => new Date(Date.now() - count * 60_000).toISOString()
  const range = { from: minutesAgo(60), to: minutesAgo(59) }
  const replay = await server.api('POST', `/webhooks/endpoints/${endpoint.body.id}/replays`, range)
  const [delivery] = (await server.api('GET', '/webhooks/deliveries')).body.data
  const post = (path: string) => ({ method: 'POST', path: `/billing/${path}`, body: {} })
  const asked = { amount: 5, currency: 'ZAR' }
  const request = await server.api('POST', '/collect/payment_requests', asked)
  const session = await server.api('POST', '/collect/payment_sessions', asked)
  const apiKey = await server.api('POST', '/settings/keys', { scopes: ['read'] })
  const kinds = ['bills/spare-b', 'accounts/spare-a', 'customers/spare-c']
  return [
    { method: 'POST', path: '/test/settlements', body: {} },
    { method: 'DELETE', path: '/settings/logo', body: {} },
    { method: 'DELETE', path: '/settings/processors/simulator', body: {} },
    { method: 'DELETE', path: `/settings/keys/${apiKey.body.id}`, body: {} },
    { method: 'POST', path: `/collect/payment_requests/${request.body.id}/cancel`, body: {} },
    { method: 'POST', path: `/collect/payment_sessions/${session.body.id}/cancel`, body: {} },
    post('bills/spare-b/void'),
    ...kinds.map((path) => post(`${path}/archive`)),
    ...kinds.reverse().map((path) => post(`${path}/unarchive`)),
    post('customers/spare-c/pseudonymise'),
    { method: 'POST', path: `/webhooks/deliveries/${delivery.id}/retries`, body: {} },
    { method: 'POST', path: `/webhooks/endpoints/${endpoint.body.id}/replays/${replay.body.id}/cancel`, body: {} },
    { method: 'DELETE', path: `/webhooks/endpoints/${endpoint.body.id}/previous_secret`, body: {} },
    { method: 'DELETE', path: `/webhooks/endpoints/${endpoint.body.id}`, body: {} },
  ]
}

const links = /\/(?:p|receipts|simulator\/charges)\/\w{22,23}([\w-]{22})|\/(?:r|checkout)\/(\w{12})/g
const proofsIn = (text: string) => [...text.matchAll(links)].map(([, proof, code]) => (proof ?? code) as string)

/** Sends a request with a key, twice. */
async function sendTwice({ method, path, body }: Sample, index: number): Promise<[ApiAnswer, ApiAnswer]> {
  // Each sample is valid by itself; together they need references of their own.
  const text = JSON.stringify(body).replaceAll(/"(N\d)"/g, `"$1-${index}"`)
  const headers = { 'idempotency-key': `key-${index}` }
  const send = () => server.api(method, path, text === '{}' ? undefined : text, headers)
  return [await send(), await send()]
}

/** The operations of the document that take a key, as `POST /billing/bills/{bill}/void`. */
const keyed = Object.entries(openapi.paths).flatMap(([path, methods]) =>
  Object.entries(methods)
    .filter(([, operation]) => JSON.stringify(operation).includes('#/components/parameters/IdempotencyKey'))
    .map(([method]) => `${method.toUpperCase()} ${path}`),
)
const expressionOf = (operation: string) => new RegExp(`^${operation.replaceAll(/\{\w+\}/g, '[^/]+')}$`)

describe('what opens a payer’s page', () => {
  test('is stored nowhere, whatever was done, and each answer is replayed with it byte for byte', async () => {
    const proofs: string[] = []
    const done: string[] = []
    const changes = samples.filter(({ method, path }) =>
      keyed.some((one) => expressionOf(one).test(`${method} ${path}`)),
    )
    for (const [index, sample] of changes.entries()) {
      const [first, again] = await sendTwice(sample, index)
      const what = `${sample.method} ${sample.path}`
      expect([what, again.text, again.headers.get('idempotent-replayed')]).toEqual([what, first.text, 'true'])
      proofs.push(...proofsIn(first.text))
      if (first.status < 300) done.push(what)
    }
    const missed = keyed.filter((operation) => !done.some((what) => expressionOf(operation).test(what)))
    expect(missed).toEqual([])

    const account = (await server.api('GET', '/billing/accounts/F2')).body
    const page = await open(`${account.presentment_url}?debt=${account.id}`)
    const card = await submit(page.forms[0])
    proofs.push(...proofsIn(card.url))
    await submit(card.forms[0], goodCard)
    expect(new Set(proofs).size).toBeGreaterThan(8)
    expect(hits(await dump(server.database), [...new Set(proofs)])).toEqual([])
  })

  test('is replayed as it was also where the merchant keeps the link in a text of its own', async () => {
    const url = (await server.api('GET', '/billing/customers/F1')).body.presentment_url
    const other = (await server.api('GET', '/billing/accounts/F2')).body.presentment_url
    const metadata = { own: url, other, short: url.slice(0, -5), longer: `${url}x`, mark: '\u00011\u0001' }
    const send = () =>
      server.api('PATCH', '/billing/customers/F1', { metadata }, { 'idempotency-key': 'links-in-metadata' })
    const first = await send()
    expect(first).toMatchObject({ status: 200, body: { metadata } })
    expect((await send()).text).toBe(first.text)
  })
})
