import type { RequestListener } from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { wakeDeliveries } from '../../src/webhooks/delivery/waking.ts'
import { runReplays } from '../../src/webhooks/replay/run.ts'
import { eventually } from '../support/eventually.ts'
import { type TestServer, testServer } from '../support/server.ts'
import { expectCleanBooks } from '../support/verify.ts'
import { startReceiver } from './receivers.ts'

let server: TestServer
beforeAll(async () => {
  server = await testServer()
})
afterAll(async () => {
  await expectCleanBooks(server.database)
  await server.stop()
})

type Arrival = { owner: string; sequence: number; began: number; ended: number; status: number }

/** A receiver that notes when each step of a balance came, and how it was answered. It takes up to `slowestMs` for one. */
async function orderedReceiver(statusOf: (owner: string, sequence: number) => number = () => 204, slowestMs = 20) {
  const arrivals: Arrival[] = []
  const answer: RequestListener = async (_request, response) => {
    const { data } = JSON.parse(receiver.received[receiver.received.length - 1]?.body ?? '{}')
    const owner = data.applied_to?.id ?? data.id
    const arrival = { owner, sequence: data.sequence, began: performance.now(), ended: 0, status: 0 }
    arrivals.push(arrival)
    await delay((arrivals.length * 7) % slowestMs)
    Object.assign(arrival, { ended: performance.now(), status: statusOf(owner, data.sequence) })
    response.writeHead(arrival.status).end()
  }
  const receiver = await startReceiver(answer)
  return {
    url: receiver.url,
    arrivals,
    /** The steps of a balance that were taken, in the order in which they came. */
    taken: (owner: string) =>
      arrivals.filter((one) => one.owner === owner && one.status === 204).map(({ sequence }) => sequence),
  }
}

const types = ['bill.created', 'bill.balance_adjusted', 'obligation.*']
let made = 0

async function makeBill(): Promise<string> {
  const reference = `ordered-${++made}`
  const { body } = await server.api('POST', '/billing/bills', {
    customer: { external_reference: reference },
    external_reference: reference,
    currency: 'ZAR',
    amount_due: 100_000,
  })
  return body.id
}

/** Moves the balance of a bill: by a payment, one that is reversed at once, or an adjustment. */
async function move(bill: string, index: number): Promise<void> {
  if (index % 3 === 0) {
    await server.api('POST', `/billing/bills/${bill}/adjustments`, { kind: 'discount', amount: -1, reason: 'Early' })
    return
  }
  const reference = `${bill}-${index}`
  const { body } = await server.api('POST', '/billing/payments', {
    bill,
    amount: 10,
    currency: 'ZAR',
    channel: 'cash',
    reference,
  })
  if (index % 3 === 1) await server.api('POST', `/billing/payments/${body.id}/reversals`, { reason: 'Returned' })
}

const upTo = (count: number) => Array.from({ length: count }, (_, index) => index + 1)

const register = async (body: object) =>
  (await server.api('POST', '/webhooks/endpoints', { event_types: types, ...body })).body

test('the steps of each balance arrive in their order, one at a time, and those of others meanwhile', async () => {
  const receiver = await orderedReceiver()
  const endpoint = await register({ url: receiver.url, ordered: true })
  expect(endpoint.ordered).toBe(true)
  const bills = await Promise.all([makeBill(), makeBill(), makeBill(), makeBill()])
  // All at once: what is committed together has an order too.
  await Promise.all(bills.flatMap((bill) => upTo(12).map((index) => move(bill, index))))
  await eventually(() => bills.every((bill) => receiver.taken(bill).length === 17), 'all arrive', 20_000)
  for (const bill of bills) {
    expect(receiver.taken(bill)).toEqual(upTo(17))
    const own = receiver.arrivals.filter(({ owner }) => owner === bill)
    expect(own.slice(1).every(({ began }, index) => began >= (own[index]?.ended ?? 0))).toBe(true)
  }
  const overlap = receiver.arrivals.some((one) =>
    receiver.arrivals.some((other) => other.owner !== one.owner && other.began > one.began && other.began < one.ended),
  )
  expect(overlap).toBe(true)
  await server.api('DELETE', `/webhooks/endpoints/${endpoint.id}`)
})

test('an event that fails holds back those of its object and no others, and goes first when it is tried again', async () => {
  let fails = true
  let failing = ''
  const receiver = await orderedReceiver((owner, sequence) =>
    fails && owner === failing && sequence === 2 ? 500 : 204,
  )
  const endpoint = await register({ url: receiver.url, ordered: true })
  const [stuck, free] = [await makeBill(), await makeBill()]
  failing = stuck
  for (const index of [3, 6, 9]) await Promise.all([move(stuck, index), move(free, index)])
  await eventually(() => receiver.taken(free).length === 4, 'the other bill is told')
  expect(receiver.taken(stuck)).toEqual([1])
  fails = false
  await eventually(() => receiver.taken(stuck).length === 4, 'the next attempt succeeds', 20_000)
  expect([receiver.taken(stuck), receiver.taken(free)]).toEqual([upTo(4), upTo(4)])
  await server.api('DELETE', `/webhooks/endpoints/${endpoint.id}`)
})

test('what is given up makes room for the next', async () => {
  const receiver = await orderedReceiver((_owner, sequence) => (sequence === 1 ? 500 : 204))
  const endpoint = await register({ url: receiver.url, ordered: true })
  const bill = await makeBill()
  await move(bill, 3)
  await eventually(
    () => receiver.arrivals.length === 1 && receiver.arrivals[0]?.status === 500,
    'the first attempt fails',
  )
  // As if nine attempts had been made.
  await eventually(async () => {
    const { rowCount } = await server.database.owner.query(
      `update webhook_delivery set attempts = 9, next_attempt_at = now() where status = 'pending' and attempts = 1
        and next_attempt_at > now() and next_attempt_at < 'infinity'`,
    )
    return rowCount === 1
  }, 'the attempt is noted')
  server.app.wakeDispatcher()
  await eventually(() => receiver.taken(bill).length === 1, 'the second step arrives', 20_000)
  expect(receiver.taken(bill)).toEqual([2])
  const { body } = await server.api('GET', `/webhooks/deliveries?endpoint=${endpoint.id}&status=exhausted`)
  expect(body.data).toHaveLength(1)
  await server.api('DELETE', `/webhooks/endpoints/${endpoint.id}`)
})

test('what waited while it was disabled, and what is replayed, comes in order too', async () => {
  const receiver = await orderedReceiver()
  const endpoint = await register({ url: receiver.url, ordered: true })
  const path = `/webhooks/endpoints/${endpoint.id}`
  const from = new Date().toISOString()
  const bill = await makeBill()
  await eventually(() => receiver.taken(bill).length === 1, 'the first arrives')
  await server.api('PATCH', path, { status: 'disabled' })
  for (const index of [3, 6, 9, 12]) await move(bill, index)
  await server.api('PATCH', path, { status: 'enabled' })
  await eventually(async () => {
    await wakeDeliveries(server.app)
    return receiver.taken(bill).length === 5
  }, 'what waited arrives')
  expect(receiver.taken(bill)).toEqual(upTo(5))
  // A replay leaves out what is not noted as delivered yet.
  await eventually(async () => {
    const { body } = await server.api('GET', `/webhooks/deliveries?endpoint=${endpoint.id}&status=delivered`)
    return body.data.length === 5
  }, 'it is noted')
  const to = new Date().toISOString()
  expect((await server.api('POST', `${path}/replays`, { from, to })).status).toBe(201)
  await eventually(async () => {
    await runReplays(server.app)
    return receiver.taken(bill).length === 10
  }, 'it is replayed')
  expect(receiver.taken(bill).slice(5)).toEqual(upTo(5))
  await server.api('DELETE', path)
})

test('a deleted one has all that waits cancelled, and it cannot be changed to be one', async () => {
  const receiver = await orderedReceiver(() => 500)
  const endpoint = await register({ url: receiver.url, ordered: true })
  const path = `/webhooks/endpoints/${endpoint.id}`
  expect(await server.api('PATCH', path, { ordered: false })).toMatchObject({ status: 400 })
  const bill = await makeBill()
  for (const index of [3, 6]) await move(bill, index)
  await eventually(() => receiver.arrivals.length > 0, 'the first attempt')
  await server.api('DELETE', path)
  await eventually(
    async () => {
      await wakeDeliveries(server.app)
      const { rows } = await server.database.owner.query("select from webhook_delivery where status = 'pending'")
      return rows.length === 0
    },
    'nothing waits',
    20_000,
  )
})
