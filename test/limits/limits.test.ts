import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Exposition } from '../../src/server/metrics/exposition.ts'
import { writeFigures } from '../../src/server/metrics/work.ts'
import { parseMetrics } from '../metrics/parse.ts'
import { makeAccount, open, submit } from '../pages/payer.ts'
import { checkAnswer } from '../support/openapi.ts'
import { type ApiAnswer, type TestServer, testServer } from '../support/server.ts'
import { expectCleanBooks } from '../support/verify.ts'

// As many as are allowed are there once, and nothing grows again while the tests run.
const window_s = 1_000_000
const limits = {
  address: { quota: 12, window_s },
  failed_key: { quota: 10, window_s },
  dead_link: { quota: 8, window_s },
  link: { quota: 6, window_s },
  key: { quota: 40, window_s },
}
const within = { w: window_s }

let server: TestServer
beforeAll(async () => {
  server = await testServer({ limits, trusted_proxies: [{ address: '127.0.0.1', prefix: 32 }] })
})
afterAll(async () => {
  await expectCleanBooks(server.database)
  await server.stop()
})

/** Headers of a request that a proxy passes on. */
const from = (address: string) => ({ 'x-forwarded-for': address })

/** The two header fields, taken apart. */
function limitOf({ headers }: { headers: Headers }) {
  const [, name, q, w] = /^"(\w+)";q=(\d+);w=(\d+)$/.exec(headers.get('ratelimit-policy') ?? '') ?? []
  const [, same, r, t] = /^"(\w+)";r=(\d+);t=(\d+)$/.exec(headers.get('ratelimit') ?? '') ?? []
  expect(same).toBe(name)
  return { name, q: Number(q), w: Number(w), r: Number(r), t: Number(t) }
}

async function ask(path: string, headers: Record<string, string>): Promise<ApiAnswer> {
  const response = await fetch(server.url + path, { headers, redirect: 'manual' })
  const text = await response.text()
  const json = response.headers.get('content-type')?.includes('json')
  const answer = {
    status: response.status,
    headers: response.headers,
    text,
    body: json ? JSON.parse(text) : undefined,
  }
  checkAnswer('GET', path, answer)
  return answer
}

/** The statuses of so many requests, one after the other. */
async function statuses(times: number, request: () => Promise<{ status: number }>): Promise<number[]> {
  const all: number[] = []
  for (let time = 0; time < times; time++) all.push((await request()).status)
  return all
}

describe('an address', () => {
  test('that asks for too many pages is told so on one, in its language, and no other is held up', async () => {
    const { presentment_url } = await makeAccount(server)
    const headers = { ...from('20.0.0.1'), 'accept-language': 'fr' }
    expect(await statuses(12, () => open(presentment_url, { headers }))).toEqual(Array(12).fill(200))
    const refused = await open(presentment_url, { headers })
    expect(refused).toMatchObject({ status: 429, text: expect.stringContaining('Un très grand nombre de demandes') })
    expect(refused.html.length).toBeLessThan(15_000)
    const { t, ...limit } = limitOf(refused)
    expect(limit).toEqual({ name: 'address', q: 12, r: 0, ...within })
    expect(refused.headers.get('retry-after')).toBe(String(t))
    expect((await open(presentment_url, { headers: from('20.0.0.2') })).status).toBe(200)
    // What it says of itself to a proxy changes nothing, nor does another address of its network.
    expect((await open(presentment_url, { headers: from('20.0.0.9, 20.0.0.1') })).status).toBe(429)
  })

  test('counts by its network where it is one of IPv6', async () => {
    const asked = Array.from({ length: 13 }, (_, index) => ask('/docs', from(`2a00:1:2:3::${index}`)))
    expect((await Promise.all(asked)).filter(({ status }) => status === 429)).toHaveLength(1)
  })

  test('that asks for anything else gets a problem: documents, paths that lead nowhere', async () => {
    const paths = ['/docs', '/openapi.json', '/nowhere', '/billing/nothing/at/all']
    for (let time = 0; time < 3; time++) for (const path of paths) await ask(path, from('20.0.1.1'))
    for (const path of paths) {
      const { status, body, headers } = await ask(path, from('20.0.1.1'))
      expect([path, status, body.code]).toEqual([path, 429, 'rate_limited'])
      expect(body).toMatchObject({ title: 'There were too many requests', instance: path })
      expect(body.detail).toMatch(/Wait for Retry-After seconds/)
      expect(headers.get('content-type')).toMatch(/^application\/problem\+json/)
      expect(Number(headers.get('retry-after'))).toBeGreaterThan(0)
    }
    // Health checks, calls of processors, and whoever shows a key.
    expect(await statuses(30, () => ask('/healthz', from('20.0.1.1')))).not.toContain(429)
    expect((await ask('/readyz', from('20.0.1.1'))).status).toBe(200)
    const call = () =>
      fetch(`${server.url}/processors/stripe/callbacks/x`, { method: 'POST', headers: from('20.0.1.1') })
    expect(new Set(await statuses(30, call))).toEqual(new Set([404]))
    expect((await server.api('GET', '/billing/customers', undefined, from('20.0.1.1'))).status).toBe(200)
  })

  test('of a private network, which may be a proxy that nobody named, is not limited', async () => {
    expect(new Set(await statuses(30, () => ask('/docs', {})))).toEqual(new Set([200]))
  })

  test('may call with a public key as often as it may open pages', async () => {
    const { body } = await server.api('POST', '/settings/keys', { kind: 'public' })
    const headers = { authorization: `Bearer ${body.secret}`, ...from('20.0.2.1') }
    const begin = () => server.api('POST', '/collect/payment_sessions', { amount: 100, currency: 'ZAR' }, headers)
    const seen = await statuses(13, begin)
    expect([seen.slice(0, 12).includes(429), seen.at(-1)]).toEqual([false, 429])
  })
})

describe('keys that are none', () => {
  const with_ = (key: string, address: string) => ({ authorization: `Bearer ${key}`, ...from(address) })

  test('are looked up so often for an address, and then refused, which keeps no known key out', async () => {
    const proven = with_(server.liveKey, '20.0.3.1')
    expect((await ask('/billing/customers', proven)).status).toBe(200)
    let tried = 0
    const guess = () => ask('/billing/customers', with_(`sk_test_guess_${++tried}`, '20.0.3.1'))
    expect(await statuses(10, guess)).toEqual(Array(10).fill(401))
    const refused = await guess()
    expect(refused).toMatchObject({ status: 429, body: { code: 'rate_limited' } })
    expect(refused.body.detail).toContain('keys that are not valid')
    expect(limitOf(refused)).toMatchObject({ name: 'failed_key', q: 10, r: 0, ...within })
    expect((await ask('/billing/customers', from('20.0.3.1'))).status).toBe(429)
    expect((await ask('/billing/customers', with_('sk_test_guess_1', '20.0.3.2'))).status).toBe(401)
    expect((await ask('/billing/customers', proven)).status).toBe(200)
  })

  test('do not count when they turn out to be keys', async () => {
    for (let made = 0; made < 12; made++) {
      const { body } = await server.api('POST', '/settings/keys', { scopes: ['read'] })
      expect((await ask('/billing/customers', with_(body.secret, '20.0.4.1'))).status).toBe(200)
    }
  })
})

describe('a link', () => {
  test('takes so many forms from whoever has it, and its page is still shown', async () => {
    const [one, other] = [await makeAccount(server), await makeAccount(server)]
    const page = await open(one.presentment_url)
    // Nothing is typed, so nothing is paid.
    const send = () => submit(page.forms[0], { amount: '' })
    expect(await statuses(6, send)).toEqual(Array(6).fill(422))
    const refused = await send()
    expect(refused).toMatchObject({ status: 429, text: expect.stringContaining('very many requests') })
    expect(limitOf(refused)).toMatchObject({ name: 'link', q: 6, r: 0, ...within })
    expect((await open(one.presentment_url)).status).toBe(200)
    expect((await submit((await open(other.presentment_url)).forms[0], { amount: '' })).status).toBe(422)
  })

  test('that leads nowhere is tried so often from an address, and one that works is then refused too', async () => {
    const request = await server.api('POST', '/collect/payment_requests', { amount: 1000, currency: 'ZAR' })
    const { url } = request.body.link
    const headers = from('20.0.5.1')
    expect((await open(url, { headers })).status).toBe(200)
    let tried = 0
    const guess = () => open(`${server.url}/r/${String(++tried).padStart(12, 'z')}`, { headers })
    expect(await statuses(8, guess)).toEqual(Array(8).fill(404))
    const refused = await open(url, { headers })
    expect(refused).toMatchObject({ status: 429, text: expect.stringContaining('links that lead nowhere') })
    expect(limitOf(refused)).toMatchObject({ name: 'dead_link', q: 8, r: 0 })
    expect((await open(url, { headers: from('20.0.5.2') })).status).toBe(200)
  })
})

describe('a key', () => {
  test('that the operator limits is told in each answer what is left, and refused when nothing is', async () => {
    const { body } = await server.api('POST', '/settings/keys', { scopes: ['read'] })
    const read = () => ask('/billing/customers', { authorization: `Bearer ${body.secret}` })
    const first = await read()
    expect([first.status, limitOf(first)]).toMatchObject([200, { name: 'key', q: 40, r: 39, ...within }])
    expect(limitOf(await read()).r).toBe(38)
    expect(await statuses(38, read)).toEqual(Array(38).fill(200))
    const refused = await read()
    expect(refused).toMatchObject({ status: 429, body: { code: 'rate_limited' } })
    expect(limitOf(refused)).toMatchObject({ name: 'key', q: 40, r: 0 })
    const another = await server.api('POST', '/settings/keys', { scopes: ['read'] })
    expect((await ask('/billing/customers', { authorization: `Bearer ${another.body.secret}` })).status).toBe(200)
  })
})

test('who was refused is counted by what is counted, and nobody is named', async () => {
  const out = new Exposition()
  writeFigures(out, server.app.figures, new Date(), new Date())
  const text = out.toString()
  const refused = parseMetrics(text).filter(({ name }) => name === 'tallystick_rate_limited_total')
  expect(refused.map(({ labels }) => labels.limit)).toEqual(['address', 'failed_key', 'dead_link', 'link', 'key'])
  for (const { value } of refused) expect(value).toBeGreaterThan(0)
  expect(text).not.toMatch(/20\.0\.|sk_test/)
  const { rows } = await server.database.owner.query('select kind, subject from rate_lease')
  expect(rows.length).toBeGreaterThan(3)
  for (const { subject } of rows) expect(subject).toMatch(/^[\w-]{22}$/)
})
