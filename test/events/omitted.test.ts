import { afterAll, beforeAll, expect, test } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { webhookReceiver } from '../support/receiver.ts'
import { type TestServer, testServer } from '../support/server.ts'

// What an event is too short for is told to be missing, and is at the object that it tells of.

let server: TestServer
let receiver: Awaited<ReturnType<typeof webhookReceiver>>
beforeAll(async () => {
  server = await testServer()
  receiver = await webhookReceiver()
  const event_types = ['bill.*', 'payment.*', 'obligation.amount_reversed']
  await post('/webhooks/endpoints', { url: receiver.url, event_types })
})
afterAll(async () => {
  await server.stop()
  await receiver.close()
})

async function post(path: string, body: object) {
  const answer = await server.api('POST', path, body)
  expect([answer.status, answer.text]).toEqual([201, answer.text])
  return answer.body
}
const get = async (path: string) => (await server.api('GET', path)).body

// What an event says of the step of a balance, and the object does not.
const untold = {
  object_version: undefined,
  sequence: undefined,
  cause: undefined,
  balance_before: undefined,
  balance_after: undefined,
}

/** The events of a type that arrived, with their bytes. */
const arrived = (type: string) =>
  receiver.received
    .map(({ body }) => ({ ...JSON.parse(body), bytes: Buffer.byteLength(body) }))
    .filter((event) => event.type === type)
const firstOf = (type: string) => eventually(() => arrived(type)[0], `${type} arrives`)

// As much as the API takes: a control character has six bytes as JSON.
const metadata = Object.fromEntries(
  Array.from({ length: 10 }, (_, index) => ['€'.repeat(39) + index, '\u0001'.repeat(500)]),
)
const lines = Array.from({ length: 50 }, (_, index) => ({ label: 'é'.repeat(74), amount: index === 0 ? 1951 : 1 }))
const dueFrom = (customer: { id: string }) => ({ customer: customer.id, currency: 'ZAR', amount_due: 2000 })

test('the lines and the metadata of the largest bill are at the bill', async () => {
  const customer = await post('/billing/customers', { external_reference: 'largest', currency: 'ZAR' })
  const particulars = { lines, metadata, description: '€'.repeat(500) }
  const bill = await post('/billing/bills', { ...dueFrom(customer), external_reference: 'largest', ...particulars })
  const event = await firstOf('bill.created')
  expect(event.bytes).toBeLessThan(20_000)
  expect(event.omitted).toEqual(['lines', 'metadata'])
  const { presentment_url, ...shown } = await get(`/billing/bills/${bill.id}`)
  expect(shown).toMatchObject({ lines, metadata })
  expect(shown).toEqual({ ...event.data, lines, metadata, ...untold })
  expect(await get(`/events/${event.id}`)).toMatchObject({ omitted: ['lines', 'metadata'], data: event.data })
})

test('an event keeps the metadata of a bill that is too long by its lines', async () => {
  const customer = await post('/billing/customers', { external_reference: 'lines', currency: 'ZAR' })
  const kept = { note: '€'.repeat(500), more: '€'.repeat(500) }
  const bill = { ...dueFrom(customer), external_reference: 'lines', description: '\u0001'.repeat(500), lines }
  const many = Object.fromEntries(Array.from({ length: 8 }, (_, index) => [`key${index}`, '€'.repeat(400)]))
  const { id } = await post('/billing/bills', { ...bill, metadata: { ...many, ...kept } })
  const event = await eventually(() => arrived('bill.created').find(({ data }) => data.id === id), 'it arrives')
  expect([event.omitted, event.data.metadata]).toEqual([['lines'], { ...many, ...kept }])
})

// Each is named with some 45 bytes.
const count = 450

test('what a reversal took from very many obligations is told by each of them', async () => {
  const customer = await post('/billing/customers', { external_reference: 'many', currency: 'ZAR' })
  const bills = Array.from({ length: count }, (_, index) => ({
    ...dueFrom(customer),
    external_reference: `many-${index}`,
  }))
  await Promise.all(bills.map((bill) => post('/billing/bills', bill)))
  const money = { amount: count * 2000, currency: 'ZAR', channel: 'till', reference: 'many' }
  const payment = await post('/billing/payments', { ...money, customer: customer.id })
  const reversal = await post(`/billing/payments/${payment.id}/reversals`, { reason: 'returned' })
  const event = await firstOf('payment.reversed')
  expect(event.bytes).toBeLessThan(20_000)
  expect(event).toMatchObject({ omitted: ['obligations'], data: { id: reversal.id, amount: count * 2000 } })
  const each = await eventually(() => {
    const events = arrived('obligation.amount_reversed').filter(({ data }) => data.reversal_id === reversal.id)
    return events.length === count && events
  }, 'each obligation is told of')
  expect(new Set(each.map(({ data }) => data.id)).size).toBe(count)
  const listed = await get(`/billing/obligations?payment=${payment.id}&limit=1`)
  expect(listed.data).toMatchObject([{ amount_reversed: 2000 }])
})
