import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { settableClock } from '../../src/core/clock.ts'
import { eventually } from '../support/eventually.ts'
import { webhookReceiver } from '../support/receiver.ts'
import { type TestServer, testServer } from '../support/server.ts'
import { expectCleanBooks } from '../support/verify.ts'

const clock = settableClock(new Date())
let server: TestServer<typeof clock>
let receiver: Awaited<ReturnType<typeof webhookReceiver>>
let status = 204
let endpoint: string
beforeAll(async () => {
  server = await testServer({ clock })
  receiver = await webhookReceiver(() => status)
  const made = await server.api('POST', '/webhooks/endpoints', {
    url: receiver.url,
    event_types: ['customer.created', 'customer.updated'],
  })
  endpoint = made.body.id
})
afterAll(async () => {
  await expectCleanBooks(server.database)
  await server.stop()
  await receiver.close()
})
beforeEach(() => {
  status = 204
  clock.advance(60_000)
})

let serial = 0
async function customer(): Promise<string> {
  serial += 1
  clock.advance(1_000)
  return (await server.api('POST', '/billing/customers', { external_reference: `C${serial}`, name: 'Jane' })).body.id
}

const list = async (query: string) => (await server.api('GET', `/webhooks/deliveries?${query}`)).body

async function only(object: string) {
  const { data } = await list(`object=${object}`)
  expect(data).toHaveLength(1)
  return data[0]
}

const settled = (object: string, wanted: string) =>
  eventually(async () => (await only(object)).status === wanted, `the delivery is ${wanted}`)

describe('a delivery', () => {
  test('is shown with each attempt, the address that was connected to, and what was answered', async () => {
    status = 500
    const id = await customer()
    await eventually(async () => (await list(`object=${id}`)).data[0]?.attempt_count === 1, 'it was tried')
    await eventually(async () => {
      const { body } = await server.api('GET', `/webhooks/deliveries/${(await only(id)).id}`)
      return body.attempts.length === 1
    }, 'the attempt is kept')
    const { body } = await server.api('GET', `/webhooks/deliveries/${(await only(id)).id}`)
    expect(body).toMatchObject({ status: 'pending', event_type: 'customer.created', endpoint_id: endpoint })
    expect(body.attempts).toMatchObject([{ number: 1, status_code: 500, address: '127.0.0.1' }])
    status = 204
    clock.advance(10_000)
    server.app.wakeDispatcher()
    await settled(id, 'delivered')
    const after = (await server.api('GET', `/webhooks/deliveries/${(await only(id)).id}`)).body
    expect(after.attempts.map((attempt: { status_code: number }) => attempt.status_code)).toEqual([204, 500])
    expect(after.ended_at).toBeDefined()
  })

  test('is retried at once when it is asked for, whatever its status, with the same id and bytes', async () => {
    const id = await customer()
    await settled(id, 'delivered')
    const { id: delivery, event_id } = await only(id)
    const key = { 'idempotency-key': `retry-${delivery}` }
    const retries = await Promise.all(
      [1, 2].map(() => server.api('POST', `/webhooks/deliveries/${delivery}/retries`, undefined, key)),
    )
    expect(retries.map((one) => one.status).filter((code) => code === 201).length).toBeGreaterThan(0)
    await eventually(async () => (await only(id)).attempt_count === 2, 'it is sent again')
    await settled(id, 'delivered')
    const got = receiver.received.filter((one) => one.id === event_id)
    expect(got).toHaveLength(2)
    expect(new Set(got.map(({ body }) => body)).size).toBe(1)
  })

  test('of which the schedule is over has a schedule of its own when it is retried', async () => {
    const id = await customer()
    await settled(id, 'delivered')
    const { id: delivery } = await only(id)
    const { rows } = await server.database.pool.query(
      "select event_id, endpoint_id from webhook_delivery where status = 'delivered' order by event_id desc limit 1",
    )
    await server.database.pool.query(
      `with added as (
        insert into webhook_attempt (event_id, endpoint_id, number, bucket, environment_id, started_at, duration_ms, status_code)
        select event_id, endpoint_id, number, bucket, environment_id, now(), 1, 500
        from webhook_delivery, generate_series(2, 10) as number where event_id = $1 and endpoint_id = $2
      )
      update webhook_delivery set status = 'exhausted', attempts = 10 where event_id = $1 and endpoint_id = $2`,
      [rows[0].event_id, rows[0].endpoint_id],
    )
    expect((await list(`status=exhausted&endpoint=${endpoint}`)).data).toMatchObject([{ id: delivery }])
    status = 503
    expect((await server.api('POST', `/webhooks/deliveries/${delivery}/retries`)).body).toMatchObject({
      status: 'pending',
      attempt_count: 10,
    })
    await eventually(async () => {
      const { body } = await server.api('GET', `/webhooks/deliveries/${delivery}`)
      return body.attempts[0].number === 11
    }, 'the first attempt of the new round has failed')
    expect(await only(id)).toMatchObject({ status: 'pending' })
    status = 204
    clock.advance(10_000)
    server.app.wakeDispatcher()
    await settled(id, 'delivered')
  })

  test('of an event that is older than ninety days is not retried', async () => {
    const id = await customer()
    await settled(id, 'delivered')
    const { id: delivery } = await only(id)
    const now = clock.now()
    clock.advance(91 * 86_400_000)
    const answer = await server.api('POST', `/webhooks/deliveries/${delivery}/retries`)
    expect([answer.status, answer.body.code]).toEqual([422, 'beyond_retention'])
    expect(answer.body.detail).toContain(new Date(clock.now().getTime() - 90 * 86_400_000).toISOString())
    clock.set(now)
  })

  test('that nobody has is not found, nor one of another environment', async () => {
    const other = await testServer({ clock, database: server.database })
    try {
      const id = await customer()
      const { id: delivery, event_id } = await only(id)
      for (const path of [`/webhooks/deliveries/${delivery}`, `/events/${event_id}`]) {
        expect((await other.api('GET', path)).status).toBe(404)
      }
      for (const wrong of ['dlv_1', delivery.slice(0, -1), `${delivery}0`, event_id, 'x']) {
        expect((await server.api('GET', `/webhooks/deliveries/${wrong}`)).status).toBe(404)
      }
    } finally {
      await other.stop()
    }
  })
})

describe('the list of deliveries', () => {
  test('is taken apart by endpoint, type, status, object and time, newest first, page by page', async () => {
    clock.advance(1_000)
    const since = clock.now().toISOString()
    const ids = []
    for (let count = 0; count < 5; count++) ids.push(await customer())
    const until = clock.now().toISOString()
    clock.advance(1)
    await server.api('PATCH', `/billing/customers/${ids[0]}`, { name: 'John' })
    await eventually(async () => (await list(`from=${since}&status=delivered`)).data.length === 6, 'all are delivered')
    expect((await list(`from=${since}&to=${until}`)).data).toHaveLength(5)
    expect((await list(`from=${since}&event_type=customer.updated`)).data).toHaveLength(1)
    expect((await list(`from=${since}&endpoint=${endpoint}&status=pending`)).data).toHaveLength(0)
    expect((await list(`object=${ids[0]}`)).data.map((one: { event_type: string }) => one.event_type)).toEqual([
      'customer.updated',
      'customer.created',
    ])
    expect((await list(`object=${ids[0]}&event_type=customer.created&endpoint=${endpoint}`)).data).toHaveLength(1)
    expect((await list('endpoint=whe_nobody')).data).toEqual([])
    expect((await list('object=nothing')).data).toEqual([])

    const seen: string[] = []
    let cursor = ''
    do {
      const page = await list(`from=${since}&limit=2${cursor && `&cursor=${cursor}`}`)
      seen.push(...page.data.map((one: { id: string }) => one.id))
      cursor = page.next_cursor ?? ''
    } while (cursor !== '')
    expect(seen).toHaveLength(6)
    expect(new Set(seen).size).toBe(6)
    const page = await list(`from=${since}&limit=2`)
    const foreign = await server.api('GET', `/webhooks/deliveries?limit=2&cursor=${page.next_cursor}`)
    expect(foreign.body.code).toBe('invalid_cursor')
  })
})

test('an event is shown with the names of its metadata as they were written', async () => {
  // JSON.parse of V8 13.6 reads the name of the second as that of the first, so the text is compared.
  const written = [
    { '-0': 'a', '\\': '1' },
    { '-0': '\\', '"': '1' },
  ]
  for (const metadata of written) {
    const external_reference = `M${++serial}`
    const { body } = await server.api('POST', '/billing/customers', { external_reference, name: 'Jane', metadata })
    await settled(body.id, 'delivered')
    const { text } = await server.api('GET', `/events/${(await only(body.id)).event_id}`)
    expect(text).toContain(`"metadata":${JSON.stringify(metadata)}`)
  }
})

test('an event is shown as it is sent, with its deliveries', async () => {
  const id = await customer()
  await settled(id, 'delivered')
  const { event_id, ...delivery } = await only(id)
  const { body } = await server.api('GET', `/events/${event_id}`)
  const sent = receiver.received.find((one) => one.id === event_id)
  expect(body).toEqual({ ...JSON.parse(sent?.body as string), deliveries: [{ event_id, ...delivery }] })
  expect((await server.api('GET', '/events/evt_1')).status).toBe(404)
})
