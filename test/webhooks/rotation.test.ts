import { createHmac } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { settableClock } from '../../src/core/clock.ts'
import { childServer, dyingAt } from '../support/child-server.ts'
import { type TestDatabase, testDatabase } from '../support/database.ts'
import { eventually } from '../support/eventually.ts'
import { noteEndpoint } from '../support/known-endpoints.ts'
import { encryptionKey, type TestServer, testServer } from '../support/server.ts'
import { type Received, startReceiver } from './receivers.ts'

let database: TestDatabase
let server: TestServer<ReturnType<typeof settableClock>>
beforeAll(async () => {
  database = await testDatabase()
  server = await testServer({ clock: settableClock(new Date()), database })
})
afterAll(async () => {
  await server.stop()
  await database.drop()
})

// Other servers on this database go by the time of the machine.
beforeEach(() => server.clock.set(new Date()))

let serial = 0
async function customer(): Promise<string> {
  const external_reference = `CR-${++serial}`
  expect((await server.api('POST', '/billing/customers', { external_reference })).status).toBe(201)
  return external_reference
}

async function register(url: string) {
  const { body } = await server.api('POST', '/webhooks/endpoints', { url, event_types: ['customer.created'] })
  return { secret: body.secret as string, path: `/webhooks/endpoints/${body.id}` }
}

/** Verifies as a receiver does that knows one secret. */
function isSigned(secret: string, { headers, body }: Pick<Received, 'headers' | 'body'>): boolean {
  const key = Buffer.from(secret.slice('whsec_'.length), 'base64')
  const signed = `${headers['webhook-id']}.${headers['webhook-timestamp']}.${body}`
  const expected = `v1,${createHmac('sha256', key).update(signed).digest('base64')}`
  return String(headers['webhook-signature']).split(' ').includes(expected)
}

const arrives = ({ received }: { received: Received[] }, text: string) =>
  eventually(() => received.find(({ body }) => body.includes(`"${text}"`)), `an event with ${text} arrives`)

test('under constant traffic no receiver fails to verify, with the secret before or with the new one', async () => {
  const receiver = await startReceiver()
  const { path, secret } = await register(receiver.url)
  // Two receivers of everything: one changes over at once, the other when the overlap is nearly over.
  const eager = { secret, from: 0 }
  const late = { secret, from: 0 }
  let checked = 0
  let failed = 0
  const verify = () => {
    for (; checked < receiver.received.length; checked++) {
      const webhook = receiver.received[checked] as Received
      for (const one of [eager, late]) if (checked >= one.from && !isSigned(one.secret, webhook)) failed += 1
    }
  }
  /** What was claimed before this moment has arrived. */
  const settle = async () => {
    await arrives(receiver, await customer())
    await delay(250)
    verify()
  }
  let stopped = false
  // With a pause, so that a busy machine sends no slower than it makes.
  const traffic = Array.from({ length: 4 }, async () => {
    for (; !stopped; await delay(20)) await customer()
  })
  onTestFinished(async () => {
    stopped = true
    await Promise.all(traffic)
  })
  for (let rotation = 0; rotation < 2; rotation++) {
    const made = await server.api('POST', `${path}/secret_rotations`, { overlap_hours: 2 })
    expect(made.status).toBe(201)
    await settle()
    eager.secret = made.body.secret
    await settle()
    server.clock.advance(2 * 3_600_000 - 60_000)
    await settle()
    late.secret = made.body.secret
    await settle()
    server.clock.advance(120_000)
    await settle()
  }
  stopped = true
  await Promise.all(traffic)
  await settle()
  expect(failed).toBe(0)
  expect(checked).toBeGreaterThan(100)
  await server.api('DELETE', path)
})

const settings = () => ({
  DATABASE_URL: database.url,
  TALLYSTICK_HOST: '127.0.0.1',
  TALLYSTICK_ENCRYPTION_KEY: encryptionKey,
  TALLYSTICK_WEBHOOK_ALLOWED_HOSTS: '127.0.0.1',
})

/** Sends a request to a server of its own, which dies on the way. */
async function callDying(point: string, method: string, path: string, body: object, headers: Record<string, string>) {
  const dying = await childServer({ ...settings(), ...dyingAt(point) })
  const sent = fetch(dying.url + path, {
    method,
    headers: { authorization: `Bearer ${server.key}`, 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  })
  await expect(sent).rejects.toThrow('fetch failed')
  expect(await dying.ended()).toBeNull()
}

describe('a server that is killed', { timeout: 60_000 }, () => {
  test.each([
    ['uncommitted:update-endpoint', false],
    ['committed:update-endpoint', true],
  ])(
    'in the rotation of a secret (%s): the same request gives one secret, which signs beside the one before',
    async (point, rotated) => {
      const receiver = await startReceiver()
      const { path, secret } = await register(receiver.url)
      const key = { 'idempotency-key': `rotate-${point}` }
      await callDying(point, 'POST', `${path}/secret_rotations`, { overlap_hours: 2 }, key)
      const shown = (await server.api('GET', path)).body.previous_secret_valid_until
      expect(shown !== undefined).toBe(rotated)
      const rotate = () => server.api('POST', `${path}/secret_rotations`, { overlap_hours: 2 }, key)
      const [made, again] = [await rotate(), await rotate()]
      expect([made.status, again.text]).toEqual([201, made.text])
      expect((await server.api('POST', `${path}/secret_rotations`, {})).body.code).toBe('rotation_in_progress')
      const webhook = await arrives(receiver, await customer())
      expect([secret, made.body.secret].map((one) => isSigned(one, webhook))).toEqual([true, true])
      expect(made.body.secret).not.toBe(secret)
      await server.api('DELETE', path)
    },
  )

  test('in the overlap: the next one signs with both secrets, and ends the overlap in time', async () => {
    const receiver = await startReceiver()
    const { path, secret } = await register(receiver.url)
    const killed = await childServer(settings())
    const response = await fetch(`${killed.url}${path}/secret_rotations`, {
      method: 'POST',
      headers: { authorization: `Bearer ${server.key}`, 'content-type': 'application/json' },
      body: JSON.stringify({ overlap_hours: 2 }),
    })
    const made = (await response.json()) as { secret: string; previous_valid_until: string }
    noteEndpoint(path.slice(path.lastIndexOf('/') + 1), undefined, [made.secret], true)
    await killed.kill()
    const during = await arrives(receiver, await customer())
    expect([secret, made.secret].map((one) => isSigned(one, during))).toEqual([true, true])
    server.clock.set(new Date(Date.parse(made.previous_valid_until)))
    const after = await arrives(receiver, await customer())
    expect([secret, made.secret].map((one) => isSigned(one, after))).toEqual([false, true])
    await server.api('DELETE', path)
  })

  test('before it answers that an endpoint is enabled: what waited is sent by the next one', async () => {
    const receiver = await startReceiver()
    const { path } = await register(receiver.url)
    await server.api('PATCH', path, { status: 'disabled' })
    const reference = await customer()
    const waits = async () => {
      const { rows } = await database.pool.query("select from webhook_delivery where next_attempt_at = 'infinity'")
      return rows.length === 1
    }
    await eventually(waits, 'the delivery waits')
    const key = { 'idempotency-key': 'enable' }
    await callDying('committed:begin-waking', 'PATCH', path, { status: 'enabled' }, key)
    expect((await server.api('GET', path)).body.status).toBe('enabled')
    expect((await server.api('PATCH', path, { status: 'enabled' }, key)).body.status).toBe('enabled')
    // With all of its jobs.
    const next = await childServer(settings())
    await arrives(receiver, reference)
    expect(await next.stop()).toBe(0)
    expect(receiver.received.filter(({ body }) => body.includes(reference)).length).toBeLessThanOrEqual(2)
    await server.api('DELETE', path)
  })
})
