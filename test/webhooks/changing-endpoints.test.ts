import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { settableClock } from '../../src/core/clock.ts'
import { parseId } from '../../src/core/id/id.ts'
import { wakeDeliveries } from '../../src/webhooks/delivery/waking.ts'
import { dump } from '../support/dump.ts'
import { eventually } from '../support/eventually.ts'
import { type TestServer, testServer } from '../support/server.ts'
import { isVerified, signedWebhookOf } from '../support/verify-webhook.ts'
import { type Received, startReceiver } from './receivers.ts'

const hourMs = 3_600_000

let server: TestServer<ReturnType<typeof settableClock>>
beforeAll(async () => {
  server = await testServer({ clock: settableClock(new Date()) })
})
afterAll(() => server.stop())

let serial = 0
async function register(body: object) {
  const made = await server.api('POST', '/webhooks/endpoints', body)
  expect([made.status, made.text]).toEqual([201, made.text])
  return { ...made.body, path: `/webhooks/endpoints/${made.body.id}` }
}
const change = (path: string, body: object, headers = {}) => server.api('PATCH', path, body, headers)

/** Lets something happen to a customer, and gives its reference. */
async function customer(): Promise<string> {
  const external_reference = `CE-${++serial}`
  expect((await server.api('POST', '/billing/customers', { external_reference, name: 'Ann' })).status).toBe(201)
  return external_reference
}

const arrives = ({ received }: { received: Received[] }, text: string) =>
  eventually(() => received.find(({ body }) => body.includes(text)), `an event with ${text} arrives`)

/** Whether a receiver that has this secret, or this public key, takes what arrived. The server has a clock of its own here. */
const isSigned = (key: string, { headers, body }: Received) =>
  isVerified(key, signedWebhookOf(headers, Buffer.from(body)), server.clock.now().getTime())

const failingSince = async (id: string) => {
  const { rows } = await server.database.owner.query('select failing_since from webhook_endpoint where id = $1', [
    parseId('endpoint', id),
  ])
  return rows[0].failing_since
}

describe('a change of an endpoint', () => {
  test('is of the fields that are sent, and of nothing when they are as they were', async () => {
    const { path, secret: _, ...made } = await register({ url: 'http://127.0.0.1:9/a', event_types: ['bill.paid'] })
    server.clock.set(new Date(server.clock.now().getTime() + 1000))
    const same = await change(path, { url: 'http://127.0.0.1:9/a', event_types: ['bill.paid'], headers: {} })
    expect([same.status, same.body]).toEqual([200, made])
    const sent = { url: 'http://127.0.0.1:9/b', event_types: ['bill.*', 'payment.succeeded'], description: 'books' }
    const changed = await change(path, sent)
    expect(changed.body).toEqual({ ...made, ...sent, updated_at: server.clock.now().toISOString() })
    expect((await server.api('GET', path)).body).toMatchObject(changed.body)
    const failing = 'update webhook_endpoint set failing_since = now() where id = $1'
    await server.database.owner.query(failing, [parseId('endpoint', made.id)])
    await change(path, { description: 'the same address' })
    expect((await failingSince(made.id)) instanceof Date).toBe(true)
    await change(path, { url: 'http://127.0.0.1:9/a' })
    expect(await failingSince(made.id)).toBe(null)
    const cleared = (await change(path, { event_types: null, description: null })).body
    expect([cleared.event_types, cleared.description]).toEqual([undefined, undefined])
    await server.api('DELETE', path)
  })

  test('sets its limits and whether it expects postings, and removes them', async () => {
    const set = { max_in_flight: 4, rate_per_s: 20, expects_posting: true }
    const { path, secret: _, ...made } = await register({ url: 'http://127.0.0.1:9/limits', ...set })
    expect(made).toMatchObject(set)
    expect((await change(path, set)).body).toEqual(made)
    const other = { max_in_flight: 64, rate_per_s: 1_000, expects_posting: false }
    expect((await change(path, other)).body).toMatchObject(other)
    const { body } = await change(path, { max_in_flight: null, rate_per_s: null })
    expect([body.max_in_flight, body.rate_per_s, body.expects_posting]).toEqual([undefined, undefined, false])
    await server.api('DELETE', path)
  })

  test('of its rate counts for what was put off as well', async () => {
    const receiver = await startReceiver()
    const { path } = await register({ url: receiver.url, event_types: ['customer.created'], rate_per_s: 1 })
    const names = []
    for (let count = 0; count < 5; count++) {
      names.push(await customer())
      server.clock.advance(1)
    }
    await eventually(async () => {
      const { rows } = await server.database.pool.query(
        "select from webhook_delivery where status = 'pending' and attempts = 0 and next_attempt_at > $1",
        [server.clock.now()],
      )
      return rows.length === 4
    }, 'four are put off')
    await change(path, { rate_per_s: null })
    await wakeDeliveries(server.app)
    server.clock.advance(1)
    server.app.wakeDispatcher()
    await eventually(() => receiver.received.length === 5, 'all have come')
    expect(receiver.received.map(({ body }) => JSON.parse(body).data.external_reference)).toEqual(names)
    await server.api('DELETE', path)
  })

  test('is made only to the version that the caller has seen', async () => {
    const { path } = await register({ url: 'http://127.0.0.1:9/c' })
    const seen = (await server.api('GET', path)).headers.get('etag') as string
    const first = await change(path, { description: 'one' }, { 'if-match': seen })
    const late = await change(path, { description: 'two' }, { 'if-match': seen })
    expect([first.status, late.status, late.body.code]).toEqual([200, 412, 'precondition_failed'])
    const again = await change(path, { description: 'two' }, { 'if-match': first.headers.get('etag') as string })
    expect(again.status).toBe(200)
    await server.api('DELETE', path)
  })

  test.each([
    [{ url: 'https://10.0.0.1/' }, 422, 'url_not_allowed', '/url'],
    [{ event_types: ['bills.*'] }, 400, 'invalid_request', '/event_types/0'],
    [{ event_types: [] }, 400, 'invalid_request', '/event_types'],
    [{ status: 'paused?' }, 400, 'invalid_request', '/status'],
    [{ max_in_flight: 0 }, 400, 'invalid_request', '/max_in_flight'],
    [{ max_in_flight: 65 }, 400, 'invalid_request', '/max_in_flight'],
    [{ max_in_flight: '4' }, 400, 'invalid_request', '/max_in_flight'],
    [{ rate_per_s: 0 }, 400, 'invalid_request', '/rate_per_s'],
    [{ rate_per_s: 1_001 }, 400, 'invalid_request', '/rate_per_s'],
    [{ expects_posting: null }, 400, 'invalid_request', '/expects_posting'],
    [{ expects_posting: 'yes' }, 400, 'invalid_request', '/expects_posting'],
    [{ headers: { 'X-A': 'a\r\nX-B: b' } }, 400, 'invalid_request', '/headers/X-A'],
    [{ headers: { 'X-A': 'ä' } }, 400, 'invalid_request', '/headers/X-A'],
    [{ headers: { 'X-A': '' } }, 400, 'invalid_request', '/headers/X-A'],
    [{ headers: { 'Webhook-Id': 'evt_1' } }, 422, 'header_not_allowed', '/headers/Webhook-Id'],
    [{ headers: { Host: 'example.com' } }, 422, 'header_not_allowed', '/headers/Host'],
    [{ headers: { 'content-LENGTH': '1' } }, 422, 'header_not_allowed', '/headers/content-LENGTH'],
    [{ headers: { 'Transfer-Encoding': 'chunked' } }, 422, 'header_not_allowed', '/headers/Transfer-Encoding'],
    [{ headers: { 'Proxy-Authorization': 'x' } }, 422, 'header_not_allowed', '/headers/Proxy-Authorization'],
    [{ headers: { 'X-A': '1', 'x-a': '2' } }, 422, 'header_not_allowed', '/headers/x-a'],
    [
      { headers: Object.fromEntries(Array.from({ length: 11 }, (_, index) => [`X-${index}`, 'a'])) },
      422,
      'header_not_allowed',
      '/headers',
    ],
  ])('to %j is refused and changes nothing', async (patch, status, code, pointer) => {
    const { path, secret: _, ...made } = await register({ url: 'http://127.0.0.1:9/d' })
    const refused = await change(path, patch)
    expect([refused.status, refused.body.code, refused.body.errors[0].pointer]).toEqual([status, code, pointer])
    expect((await server.api('GET', path)).body).toMatchObject(made)
    await server.api('DELETE', path)
  })

  test('names the type that was probably meant', async () => {
    const { path } = await register({ url: 'http://127.0.0.1:9/e' })
    const [name, prefix] = [
      await change(path, { event_types: ['bill.payed'] }),
      await change(path, { event_types: ['bils.*'] }),
    ]
    expect(name.body.errors[0].detail).toContain('did you mean `bill.paid`?')
    expect(prefix.body.errors[0].detail).toContain('did you mean `bill.*`?')
    await server.api('DELETE', path)
  })
})

test('a prefix receives every type of its kind, and no other', async () => {
  const receiver = await startReceiver()
  const { path } = await register({ url: receiver.url, event_types: ['customer.*'] })
  const reference = await customer()
  await server.api('PATCH', `/billing/customers/${reference}`, { name: 'Ben' })
  const bill = { customer: reference, external_reference: reference, currency: 'ZAR', amount_due: 100 }
  expect((await server.api('POST', '/billing/bills', bill)).status).toBe(201)
  expect((await server.api('POST', `/billing/bills/${reference}/void`)).status).toBe(200)
  expect((await server.api('POST', `/billing/customers/${reference}/archive`)).status).toBe(200)
  const types = () => receiver.received.map(({ body }) => JSON.parse(body).type)
  await eventually(() => types().includes('customer.archived'), 'the last event arrives')
  expect(new Set(types())).toEqual(new Set(['customer.created', 'customer.updated', 'customer.archived']))
  await server.api('DELETE', path)
})

test('a disabled endpoint gets what happened meanwhile once it is enabled again', async () => {
  const receiver = await startReceiver()
  const { path } = await register({ url: receiver.url, event_types: ['customer.created'] })
  const disabled = (await change(path, { status: 'disabled' })).body
  const at = server.clock.now().toISOString()
  expect([disabled.status, disabled.status_reason, disabled.status_since]).toEqual(['disabled', undefined, at])
  const reference = await customer()
  server.clock.set(new Date(server.clock.now().getTime() + 1000))
  const enabled = (await change(path, { status: 'enabled' })).body
  expect([enabled.status, enabled.status_reason, enabled.status_since]).toEqual([
    'enabled',
    undefined,
    server.clock.now().toISOString(),
  ])
  // The job that wakes what has waited.
  await eventually(async () => {
    server.clock.advance(100)
    await wakeDeliveries(server.app)
    server.app.wakeDispatcher()
    return receiver.received.some(({ body }) => body.includes(reference))
  }, 'what has waited arrives')
  await server.api('DELETE', path)
})

test('a pause is a change like any other: who has not seen it overwrites nothing', async () => {
  const receiver = await startReceiver((_request, response) => response.writeHead(410).end())
  const { path } = await register({ url: receiver.url, event_types: ['customer.created'] })
  const seen = (await server.api('GET', path)).headers.get('etag') as string
  await customer()
  const paused = await eventually(async () => {
    const { body } = await server.api('GET', path)
    return body.status === 'paused' && body
  }, 'the endpoint is paused')
  expect(paused.status_reason).toBe('gone')
  const late = await change(path, { description: 'one' }, { 'if-match': seen })
  expect([late.status, late.body.code]).toEqual([412, 'precondition_failed'])
  await server.api('DELETE', path)
})

describe('headers of the merchant’s own', () => {
  test('are sent, shown masked, merged, and nowhere in the database to be read', async () => {
    const receiver = await startReceiver()
    const secret = 'a-long-secret-of-the-merchant-1234'
    const headers = { 'X-Key': secret, 'X-Short': 'tiny-1234' }
    const { path, headers: shown } = await register({ url: receiver.url, event_types: ['customer.created'], headers })
    expect(shown).toEqual({ 'X-Key': '••••1234', 'X-Short': '••••' })
    const first = await arrives(receiver, await customer())
    expect([first.headers['x-key'], first.headers['x-short']]).toEqual([secret, 'tiny-1234'])
    const changed = await change(path, { headers: { 'x-short': null, 'X-More': 'more' } })
    expect(changed.body.headers).toEqual({ 'X-Key': '••••1234', 'X-More': '••••' })
    const second = await arrives(receiver, await customer())
    expect([second.headers['x-key'], second.headers['x-short'], second.headers['x-more']]).toEqual([
      secret,
      undefined,
      'more',
    ])
    expect(JSON.stringify(await dump(server.database))).not.toContain(secret)
    expect((await change(path, { headers: null })).body.headers).toBeUndefined()
    await server.api('DELETE', path)
  })
})

describe('the rotation of a secret', () => {
  test('lets a receiver with either secret verify everything until the overlap ends', async () => {
    const receiver = await startReceiver()
    const { path, secret: old } = await register({ url: receiver.url, event_types: ['customer.created'] })
    expect(isSigned(old, await arrives(receiver, await customer()))).toBe(true)
    const made = await server.api('POST', `${path}/secret_rotations`, { overlap_hours: 2 })
    const until = new Date(server.clock.now().getTime() + 2 * hourMs).toISOString()
    expect([made.status, made.body.previous_valid_until]).toEqual([201, until])
    expect((await server.api('GET', path)).body.previous_secret_valid_until).toBe(until)
    const { secret } = made.body
    expect(secret).not.toBe(old)
    for (let round = 0; round < 20; round++) {
      const webhook = await arrives(receiver, await customer())
      expect(String(webhook.headers['webhook-signature'])).toMatch(/^v1,\S+ v1,\S+$/)
      expect(isSigned(old, webhook)).toBe(true)
      expect(isSigned(secret, webhook)).toBe(true)
    }
    const second = await server.api('POST', `${path}/secret_rotations`, {})
    expect([second.status, second.body.code]).toEqual([409, 'rotation_in_progress'])
    server.clock.set(new Date(Date.parse(until)))
    const webhook = await arrives(receiver, await customer())
    expect(isSigned(secret, webhook)).toBe(true)
    expect(isSigned(old, webhook)).toBe(false)
    expect((await server.api('GET', path)).body.previous_secret_valid_until).toBeUndefined()
    expect((await server.api('POST', `${path}/secret_rotations`, {})).status).toBe(201)
    await server.api('DELETE', path)
  })

  test('ends at once when the secret before is deleted, or when no overlap was asked for', async () => {
    const receiver = await startReceiver()
    const { path, secret: first } = await register({ url: receiver.url, event_types: ['customer.created'] })
    const { secret: second } = (await server.api('POST', `${path}/secret_rotations`, {})).body
    expect((await server.api('DELETE', `${path}/previous_secret`)).body.previous_secret_valid_until).toBeUndefined()
    expect((await server.api('DELETE', `${path}/previous_secret`)).status).toBe(200)
    const webhook = await arrives(receiver, await customer())
    expect(isSigned(second, webhook)).toBe(true)
    expect(isSigned(first, webhook)).toBe(false)
    const { secret: third } = (await server.api('POST', `${path}/secret_rotations`, { overlap_hours: 0 })).body
    const last = await arrives(receiver, await customer())
    expect(isSigned(third, last)).toBe(true)
    expect(isSigned(second, last)).toBe(false)
    await server.api('DELETE', path)
  })

  test('is answered with the same secret when it is sent again with its key', async () => {
    const { path } = await register({ url: 'http://127.0.0.1:9/f' })
    const key = { 'idempotency-key': 'rotate-once' }
    const rotate = () => server.api('POST', `${path}/secret_rotations`, {}, key)
    const [made, again] = [await rotate(), await rotate()]
    expect([again.status, again.text]).toEqual([201, made.text])
    expect(JSON.stringify(await dump(server.database))).not.toContain(made.body.secret)
    await server.api('DELETE', path)
  })
})

describe('an endpoint that chose Ed25519', () => {
  test('shows its public key, and no secret; both keys sign while it is rotated', async () => {
    const receiver = await startReceiver()
    const made = await register({ url: receiver.url, event_types: ['customer.created'], signature: 'v1a' })
    expect([made.secret, made.signature]).toEqual([undefined, 'v1a'])
    expect(made.public_key).toMatch(/^whpk_[A-Za-z0-9+/]{43}=$/)
    const webhook = await arrives(receiver, await customer())
    expect(isSigned(made.public_key, webhook)).toBe(true)
    expect(isSigned(made.public_key, { ...webhook, body: `${webhook.body} ` })).toBe(false)
    const { public_key, secret } = (await server.api('POST', `${made.path}/secret_rotations`, {})).body
    expect([secret, (await server.api('GET', made.path)).body.public_key]).toEqual([undefined, public_key])
    const next = await arrives(receiver, await customer())
    expect([made.public_key, public_key].map((key) => isSigned(key, next))).toEqual([true, true])
    await server.api('DELETE', made.path)
  })
})
