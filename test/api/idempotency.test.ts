import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { settableClock } from '../../src/core/clock.ts'
import { maintainDatabase } from '../../src/jobs/maintain-database.ts'
import { type TestServer, testServer } from '../support/server.ts'

const clock = settableClock(new Date('2026-11-23T08:00:00Z'))
let server: TestServer<typeof clock>
beforeAll(async () => {
  server = await testServer({ clock })
})
afterAll(() => server.stop())

let serial = 0
const unique = (prefix: string) => `${prefix}-${++serial}`
const keyed = (key: string) => ({ 'idempotency-key': key })
const create = (body: object, key: string, more: Record<string, string> = {}) =>
  server.api('POST', '/billing/customers', body, { ...keyed(key), ...more })

describe('the same key', () => {
  test('and the same body: the same status and bytes, and it says so', async () => {
    const [key, body] = [unique('key'), { external_reference: unique('C'), name: 'Ann' }]
    const first = await create(body, key)
    const again = await create({ name: body.name, external_reference: body.external_reference }, key)
    expect([first.status, again.status]).toEqual([201, 201])
    expect(again.text).toBe(first.text)
    expect([first, again].map(({ headers }) => headers.get('idempotent-replayed'))).toEqual([null, 'true'])
  })

  test('quoted or bare is one key', async () => {
    const [key, body] = [unique('key'), { external_reference: unique('C') }]
    const first = await create(body, `"${key}"`)
    expect((await create(body, key)).text).toBe(first.text)
  })

  test('for another body or another path is refused, and changes nothing', async () => {
    const [key, reference] = [unique('key'), unique('C')]
    await create({ external_reference: reference, name: 'Ann' }, key)
    const other = await create({ external_reference: reference, name: 'Ben' }, key)
    expect([other.status, other.body.code]).toEqual([422, 'idempotency_key_reused'])
    const patch = await server.api('PATCH', `/billing/customers/${reference}`, { name: 'Ben' }, keyed(key))
    expect(patch.body.code).toBe('idempotency_key_reused')
    expect((await server.api('GET', `/billing/customers/${reference}`)).body.name).toBe('Ann')
  })

  test('in the other environment is another key', async () => {
    const [key, body] = [unique('key'), { external_reference: unique('C') }]
    const live = { authorization: `Bearer ${server.liveKey}` }
    const [inTest, inLive] = [await create(body, key), await create(body, key, live)]
    expect([inTest.body.mode, inLive.body.mode]).toEqual(['test', 'live'])
    expect(inLive.headers.get('idempotent-replayed')).toBeNull()
  })

  test('thirty-two times at once has one effect and one answer', async () => {
    const [key, body] = [unique('key'), { external_reference: unique('C') }]
    const answers = await Promise.all(Array.from({ length: 32 }, () => create(body, key)))
    expect(new Set(answers.map(({ text }) => text)).size).toBe(1)
    expect(answers.filter(({ headers }) => headers.get('idempotent-replayed') === null)).toHaveLength(1)
  })

  test('on a PATCH replays the change that it made then', async () => {
    const reference = unique('C')
    await create({ external_reference: reference, currency: 'ZAR', balance: 100 }, unique('key'))
    const patch = (key: string, balance: number) =>
      server.api('PATCH', `/billing/customers/${reference}`, { balance }, keyed(key))
    const key = unique('key')
    const first = await patch(key, 200)
    await patch(unique('key'), 300)
    expect((await patch(key, 200)).text).toBe(first.text)
    expect((await server.api('GET', `/billing/customers/${reference}`)).body.balance).toBe(300)
  })

  test('a day later is a new key', async () => {
    const [key, body] = [unique('key'), { external_reference: unique('C') }]
    await create(body, key)
    clock.advance(23 * 3_600_000)
    await maintainDatabase(server.app)
    expect((await create(body, key)).status).toBe(201)
    clock.advance(2 * 3_600_000)
    await maintainDatabase(server.app)
    expect((await create(body, key)).status).toBe(409)
  })
})

describe('which refusals a key keeps', () => {
  test('a conflict is kept, also when the way is free by then', async () => {
    const [key, taken] = [unique('key'), { external_reference: unique('C') }]
    await create(taken, unique('key'))
    const first = await create(taken, key)
    expect([first.status, first.body.code]).toEqual([409, 'external_reference_taken'])
    const again = await create(taken, key)
    expect(again.text).toBe(first.text)
    expect(again.headers.get('content-type')).toMatch(/^application\/problem\+json/)
    expect(again.headers.get('idempotent-replayed')).toBe('true')
  })

  test('what is malformed, unknown or without a key to the API is not', async () => {
    const [key, body] = [unique('key'), { external_reference: unique('C') }]
    expect((await create({ ...body, balance: 1.5 }, key)).status).toBe(400)
    expect((await create(body, key, { authorization: 'Bearer sk_test_wrong' })).status).toBe(401)
    expect((await server.api('PATCH', '/billing/customers/nobody', {}, keyed(key))).status).toBe(404)
    expect((await create(body, key)).status).toBe(201)
  })
})

describe('an answer that holds a secret', () => {
  test('is replayed whole, and stored encrypted', async () => {
    const key = unique('key')
    const register = () => server.api('POST', '/webhooks/endpoints', { url: 'http://127.0.0.1:9/hook' }, keyed(key))
    const first = await register()
    expect((await register()).text).toBe(first.text)
    const { rows } = await server.database.pool.query('select body from idempotency_response where key = $1', [key])
    expect(rows[0].body).not.toContain('whsec_')
    expect(first.body.secret).toMatch(/^whsec_/)
  })
})
