import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createMerchant } from '../../src/merchant/merchant.ts'
import { eventually } from '../support/eventually.ts'
import { webhookReceiver } from '../support/receiver.ts'
import { type TestServer, testServer } from '../support/server.ts'
import { allSequenced, expectInOrder, page, readToEnd } from './feed.ts'

let server: TestServer
let receiver: Awaited<ReturnType<typeof webhookReceiver>>
beforeAll(async () => {
  server = await testServer()
  receiver = await webhookReceiver()
  await server.api('POST', '/webhooks/endpoints', { url: receiver.url })
})
afterAll(async () => {
  await server.stop()
  await receiver.close()
})

let serial = 0
const customer = async () =>
  (
    await server.api('POST', '/billing/customers', {
      external_reference: `C${++serial}`,
      currency: 'ZAR',
      balance: 100,
    })
  ).body.id as string

async function pay(owner: string, amount = 10) {
  const reference = `R${++serial}`
  await server.api('POST', '/billing/payments', {
    amount,
    currency: 'ZAR',
    channel: 'till',
    reference,
    customer: owner,
  })
}

/** Where the feed ends now, with everything in it that was committed. */
async function end(): Promise<string> {
  await allSequenced(server)
  return (await page(server, 'cursor=latest')).next_cursor
}

const types = (events: { type: string }[]) => events.map(({ type }) => type)

describe('the feed', () => {
  test('has the bytes of the webhooks, oldest first, and leads on by a cursor until its end and from there', async () => {
    const from = await end()
    const id = await customer()
    for (let count = 0; count < 3; count++) await pay(id)
    await server.api('PATCH', `/billing/customers/${id}`, {
      metadata: { note: '10/10 "ünïcode" \u2028' },
      name: 'Jané',
    })
    await allSequenced(server)
    const first = await page(server, `limit=2&cursor=${from}`)
    expect([types(first.data), first.has_more]).toEqual([['customer.created', 'obligation.amount_applied'], true])
    const { events, cursor } = await readToEnd(server, first.next_cursor, 'limit=2')
    expect(types(events)).toEqual(['obligation.amount_applied', 'obligation.amount_applied', 'customer.updated'])
    expect(await page(server, `cursor=${cursor}`)).toEqual({ data: [], has_more: false, next_cursor: cursor })
    expectInOrder([...first.data, ...events])

    const ids = [...first.data, ...events].map((event) => event.id)
    await eventually(() => ids.every((one) => receiver.received.some((sent) => sent.id === one)), 'all are delivered')
    const { text, headers } = await server.api('GET', `/events?cursor=${from}`)
    const sent = ids.map((one) => receiver.received.find((webhook) => webhook.id === one)?.body)
    expect(text.startsWith(`{"data":[${sent.join(',')}],"has_more":false,"next_cursor":"`)).toBe(true)
    expect(headers.get('cache-control')).toBe('no-store')
  })

  test('begins with the oldest event when no cursor is sent', async () => {
    const { events } = await readToEnd(server)
    const { rows } = await server.database.pool.query('select event_id from event_feed order by position')
    expect(events).toHaveLength(rows.length)
    expect(events[0]?.type).toBe('customer.created')
  })

  test('ends an empty page with a cursor that grows with everything that others write', async () => {
    const other = await createMerchant(server.database.pool, { name: 'Other', slug: 'other' }, new Date())
    const before = await end()
    const body = { external_reference: 'theirs' }
    const key = { authorization: `Bearer ${other.test}` }
    await server.api('POST', '/billing/customers', body, key)
    await allSequenced(server)
    const empty = await page(server, `cursor=${before}`)
    expect([empty.data, empty.has_more]).toEqual([[], false])
    expect(empty.next_cursor).not.toBe(before)
    expect((await server.api('GET', '/events', undefined, key)).body.data).toHaveLength(1)
    const foreign = await server.api('GET', `/events?cursor=${before}`, undefined, key)
    expect([foreign.status, foreign.body.code]).toEqual([400, 'invalid_cursor'])
  })

  test('shows erased events as they are sent from then on', async () => {
    const from = await end()
    const id = await customer()
    expect((await server.api('POST', `/billing/customers/${id}/pseudonymise`)).status).toBe(200)
    await allSequenced(server)
    const { data } = await page(server, `cursor=${from}`)
    expect(types(data)).toEqual(['customer.created', 'customer.pseudonymised'])
    expect(data[0]?.data).not.toHaveProperty('external_reference')
  })

  test('does not tell of test sends', async () => {
    const from = await end()
    const { body } = await server.api('GET', '/webhooks/endpoints')
    const sent = await server.api('POST', `/webhooks/endpoints/${body.data[0].id}/test`, { type: 'bill.paid' })
    expect(sent.body.delivered).toBe(true)
    await allSequenced(server)
    expect((await page(server, `cursor=${from}`)).data).toEqual([])
  })
})

describe('types', () => {
  test('are names and prefixes, and the cursor fits any of them', async () => {
    const from = await end()
    const id = await customer()
    await pay(id)
    await pay(id, 1_000)
    await allSequenced(server)
    const all = types((await readToEnd(server, from)).events)
    const some = await readToEnd(server, from, 'types=customer.*,payment.amount_unapplied')
    expect(types(some.events)).toEqual(
      all.filter((type) => type.startsWith('customer.') || type === 'payment.amount_unapplied'),
    )
    expect(some.events.length).toBeGreaterThan(1)
    const begun = await page(server, `cursor=${from}&types=customer.*,obligation.*&limit=1`)
    const rest = await readToEnd(server, begun.next_cursor, 'types=obligation.*,payment.*')
    expect([...types(begun.data), ...types(rest.events)]).toEqual(all)
  })

  test('that are rare are looked for 10,000 events at a time', async () => {
    const from = await end()
    await customer()
    const before = await end()
    const { owner, pool } = server.database
    // The same event many times over, which no server would write.
    const { rows } = await pool.query<{ id: string; environment_id: number }>(
      "select id_at(now()) as id, environment_id from event where type = 'customer.created' order by event.id desc limit 1",
    )
    const values = [rows[0]?.id, rows[0]?.environment_id]
    await owner.query(
      `insert into event (id, bucket, environment_id, type, subject_id, body, created_at)
      select $1, n, $2, 'bill.paid', $1, '{}', now() from generate_series(1, 10000) as n`,
      values,
    )
    await owner.query(
      `insert into event_feed (position, event_id, bucket, environment_id)
      select position + n, $1::uuid, n, $2::integer from generate_series(1, 10000) as n cross join feed_place`,
      values,
    )
    await owner.query('update feed_place set position = position + 10000')
    try {
      const walked = await page(server, `cursor=${before}&types=customer.*`)
      expect([walked.data, walked.has_more]).toEqual([[], true])
      const last = await page(server, `cursor=${walked.next_cursor}&types=customer.*`)
      expect([last.data, last.has_more]).toEqual([[], false])
      expect(types((await page(server, `cursor=${from}&types=customer.*&limit=1`)).data)).toEqual(['customer.created'])
    } finally {
      await owner.query('grant delete on event, event_feed to tallystick_owner')
      await owner.query('delete from event where id = $1', [rows[0]?.id])
      await owner.query('delete from event_feed where event_id = $1', [rows[0]?.id])
      await owner.query('revoke delete on event, event_feed from tallystick_owner')
    }
  })

  test.each([
    ['bill.payed', 'types: holds "bill.payed", which is no type of event; did you mean `bill.paid`?'],
    ['bill.paid,', 'types: holds "", which is no type of event'],
    ['bills.*', 'types: holds "bills.*", which is no type of event; did you mean `bill.*`?'],
  ])('%s is refused', async (sent, detail) => {
    const { status, body } = await server.api('GET', `/events?types=${sent}`)
    expect([status, body.code, body.detail]).toEqual([400, 'invalid_request', detail])
    expect(body.errors).toMatchObject([{ parameter: 'types' }])
  })
})

test.each(['cursor=none', `cursor=${'0'.repeat(44)}`, 'cursor=', 'cursor=LATEST'])(
  '%s is refused: invalid_cursor',
  async (query) => {
    const { status, body } = await server.api('GET', `/events?${query}`)
    expect([status, body.code]).toEqual([400, 'invalid_cursor'])
  },
)

test.each(['limit=0', 'limit=101', 'wait_s=31', 'wait_s=-1', 'wait_s=1.5', 'after=x'])(
  '%s is refused',
  async (query) => {
    const { status, body } = await server.api('GET', `/events?${query}`)
    expect([status, body.code]).toEqual([400, 'invalid_request'])
  },
)
