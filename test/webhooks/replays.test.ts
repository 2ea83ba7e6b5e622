import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { settableClock } from '../../src/core/clock.ts'
import { runReplays } from '../../src/webhooks/replay/run.ts'
import { eventually } from '../support/eventually.ts'
import { webhookReceiver } from '../support/receiver.ts'
import { type TestServer, testServer } from '../support/server.ts'
import { expectCleanBooks } from '../support/verify.ts'

const clock = settableClock(new Date())
let server: TestServer<typeof clock>
let receiver: Awaited<ReturnType<typeof webhookReceiver>>
beforeAll(async () => {
  server = await testServer({ clock })
  receiver = await webhookReceiver()
})
afterAll(async () => {
  await expectCleanBooks(server.database)
  await server.stop()
  await receiver.close()
})

let serial = 0
async function customers(count: number): Promise<void> {
  for (let made = 0; made < count; made++) {
    serial += 1
    clock.advance(1_000)
    await server.api('POST', '/billing/customers', { external_reference: `C${serial}`, name: 'Jane' })
  }
}

async function register(event_types = ['customer.created']): Promise<string> {
  clock.advance(60_000)
  const made = await server.api('POST', '/webhooks/endpoints', { url: receiver.url, event_types })
  return made.body.id
}

const delivered = async (endpoint: string, from: string) =>
  (await server.api('GET', `/webhooks/deliveries?endpoint=${endpoint}&status=delivered&limit=100&from=${from}`)).body
    .data.length

const begin = (endpoint: string, body: object) => server.api('POST', `/webhooks/endpoints/${endpoint}/replays`, body)
const now = () => clock.now().toISOString()

/** Lets time pass, so that what was made due within this millisecond is. */
function sent(): true {
  clock.advance(1)
  server.app.wakeDispatcher()
  return true
}

/** Runs the job until the replay has ended. */
async function finish(endpoint: string, id: string) {
  const path = `/webhooks/endpoints/${endpoint}/replays/${id}`
  await eventually(async () => {
    clock.advance(10)
    await runReplays(server.app)
    return (await server.api('GET', path)).body.status !== 'running'
  }, 'the replay has ended')
  return (await server.api('GET', path)).body
}

describe('a replay', () => {
  test('sends what happened before an endpoint was registered, and what it has had, with the same ids and bytes', async () => {
    const first = await register()
    clock.advance(1_000)
    const from = now()
    await customers(5)
    const to = now()
    await eventually(async () => (await delivered(first, from)) === 5, 'the first endpoint has all')
    const second = await register(['customer.*'])
    const before = receiver.received.length
    for (const endpoint of [first, second]) {
      const { status, body } = await begin(endpoint, { from, to })
      expect([status, body]).toEqual([201, expect.objectContaining({ status: 'running', from, to, replayed: 0 })])
      expect(await finish(endpoint, body.id)).toMatchObject({ status: 'completed', replayed: 5, done_until: to })
    }
    await eventually(() => sent() && receiver.received.length === before + 10, 'both have all again')
    expect(new Set(receiver.received.map(({ id }) => id)).size).toBe(5)
    expect(new Set(receiver.received.map(({ id, body }) => id + body)).size).toBe(5)
    // What still waits for its outcome would not be sent again.
    const settled = () =>
      eventually(async () => sent() && (await delivered(second, from)) === 5, 'what was sent again is settled')
    await settled()
    // What happened later, and what was not in the range, was not sent.
    const { body } = await begin(second, { from: to, to: now() })
    expect(await finish(second, body.id)).toMatchObject({ replayed: 1 })
    const none = await begin(second, { from, to, event_types: ['bill.created'] })
    expect(await finish(second, none.body.id)).toMatchObject({ status: 'completed', replayed: 0 })
    await settled()
    const all = await begin(second, { from, to, event_types: ['bill.*', 'customer.*'] })
    expect(await finish(second, all.body.id)).toMatchObject({ status: 'completed', replayed: 5 })
    await server.api('DELETE', `/webhooks/endpoints/${second}`)
    await server.api('DELETE', `/webhooks/endpoints/${first}`)
  })

  test('of what has failed sends nothing else', async () => {
    const endpoint = await register()
    const from = now()
    await customers(4)
    await eventually(async () => (await delivered(endpoint, from)) === 4, 'all are delivered')
    const { rowCount } = await server.database.pool.query(
      `with one as (select event_id, endpoint_id from webhook_delivery where status = 'delivered' order by event_id desc, endpoint_id desc limit 1),
        failed as (update webhook_attempt as a set status_code = 500 from one where a.event_id = one.event_id and a.endpoint_id = one.endpoint_id)
      update webhook_delivery as d set status = 'exhausted' from one
      where d.event_id = one.event_id and d.endpoint_id = one.endpoint_id`,
    )
    expect(rowCount).toBe(1)
    const { body } = await begin(endpoint, { from, to: now(), only: 'failed' })
    expect(await finish(endpoint, body.id)).toMatchObject({ only: 'failed', replayed: 1 })
    await eventually(async () => sent() && (await delivered(endpoint, from)) === 4, 'it is delivered')
    await server.api('DELETE', `/webhooks/endpoints/${endpoint}`)
  })

  test('runs once at a time for an endpoint, and is cancelled once', async () => {
    const endpoint = await register()
    clock.advance(1_000)
    const from = now()
    await customers(2)
    await eventually(async () => (await delivered(endpoint, from)) === 2, 'all are delivered')
    const { body } = await begin(endpoint, { from, to: now() })
    const another = await begin(endpoint, { from, to: now() })
    expect([another.status, another.body.code]).toEqual([409, 'replay_in_progress'])
    expect(another.body.detail).toContain(body.id)
    const path = `/webhooks/endpoints/${endpoint}/replays/${body.id}`
    const cancelled = await server.api('POST', `${path}/cancel`)
    expect(cancelled.body).toMatchObject({ status: 'cancelled', replayed: 0, ended_at: now() })
    clock.advance(5_000)
    await runReplays(server.app)
    expect((await server.api('POST', `${path}/cancel`)).body).toEqual(cancelled.body)
    await server.api('DELETE', `/webhooks/endpoints/${endpoint}`)
  })

  test('of what is no longer kept, or of a range that is none, is refused', async () => {
    const endpoint = await register()
    const days = (count: number) => new Date(clock.now().getTime() - count * 86_400_000).toISOString()
    const old = await begin(endpoint, { from: days(91), to: now() })
    expect([old.status, old.body.code, old.body.errors[0].pointer]).toEqual([422, 'beyond_retention', '/from'])
    expect(old.body.detail).toContain(days(90))
    const turned = await begin(endpoint, { from: days(1), to: days(2) })
    expect([turned.status, turned.body.code]).toEqual([400, 'invalid_request'])
    expect((await begin('whe_1', { from: days(1), to: now() })).status).toBe(404)
    const { body } = await begin(endpoint, { from: days(1), to: days(0.5) })
    const other = await testServer({ clock, database: server.database })
    try {
      const path = `/webhooks/endpoints/${endpoint}/replays`
      expect((await other.api('POST', path, { from: days(1), to: now() })).status).toBe(404)
      expect((await other.api('GET', `${path}/${body.id}`)).status).toBe(404)
      expect((await other.api('POST', `${path}/${body.id}/cancel`)).status).toBe(404)
    } finally {
      await other.stop()
    }
    expect(await finish(endpoint, body.id)).toMatchObject({ status: 'completed' })
  })
})
