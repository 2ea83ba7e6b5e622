import { afterAll, beforeAll, expect, test } from 'vitest'
import { settableClock } from '../../src/core/clock.ts'
import { open, payWith } from '../pages/payer.ts'
import { type TestServer, testServer } from '../support/server.ts'
import { capturing } from './paying.ts'

const clock = settableClock(new Date())
let server: TestServer
beforeAll(async () => {
  server = await testServer({ clock })
})
afterAll(() => server.stop())

const { post, get, bill, session, capture, release } = capturing(() => server)
const plain = (html: string) => html.replaceAll(/<[^>]+>/g, ' ').replaceAll(/\s+/g, ' ')

test('a payer sees what is reserved as pending, at the session and at what is owed', async () => {
  const owed = await bill()
  const { session_url, id } = await session({ bill: owed.bill.id })
  const page = await open(session_url)
  expect(page.html).not.toContain('Instant EFT')
  const outcome = await payWith(session_url, '4242424242424242')
  expect(outcome.html).toContain('data-payment-status="pending"')
  expect(plain(outcome.html)).toContain('Reserved on your card R 10,00')
  const owes = await open((await get(`/billing/bills/${owed.bill.id}`)).presentment_url)
  expect(plain(owes.html)).toContain('R 10,00 is on its way.')
  expect(plain((await open(session_url)).html)).toContain('Reserved on your card')

  const { payment_id } = await get(`/collect/payment_sessions/${id}`)
  await capture({ id: payment_id }, { amount: 400 })
  const part = await open(`${session_url}/payments/${payment_id}`)
  expect(plain(part.html)).toContain('You paid R 4,00')
  expect(plain(part.html)).toContain('Reserved on your card R 6,00')
  const after = await open((await get(`/billing/bills/${owed.bill.id}`)).presentment_url)
  expect(plain(after.html)).toContain('R 6,00 is on its way.')

  const { receipt_url } = await get(`/billing/payments/${payment_id}`)
  expect(plain((await open(receipt_url)).html)).toContain('You paid R 4,00 ZAR')
  await capture({ id: payment_id }, { amount: 100 })
  expect(plain((await open(receipt_url)).html)).toContain('You paid R 5,00 ZAR')
  await release({ id: payment_id })
  const done = plain((await open(`${session_url}/payments/${payment_id}`)).html)
  expect(done).toContain('You paid R 5,00')
  expect(done).not.toContain('Reserved')
  const last = await open((await get(`/billing/bills/${owed.bill.id}`)).presentment_url)
  expect(plain(last.html)).not.toContain('on its way')
})

test('a payer whose reservation was let go of is told so, and has no receipt', async () => {
  const made = await session({ external_reference: 'let-go' })
  const payment = (await post('/test/payments', { payment_session: made.id, outcome: 'succeeded' })).body
  await release(payment)
  const outcome = await open(`${made.session_url}/payments/${payment.id}`)
  expect(outcome.html).toContain('data-payment-status="released"')
  expect(outcome.html).not.toContain('/receipts/')
})

test('what is captured after a refund and a move is no later change on the receipt', async () => {
  const { name, bill: first } = await bill()
  const made = await session({ bill: first.id })
  const payment = (await post('/test/payments', { payment_session: made.id, outcome: 'succeeded' })).body
  await capture(payment, { amount: 300 })
  const second = { customer: name, external_reference: `${name}-2`, currency: 'ZAR', amount_due: 500 }
  const other = (await post('/billing/bills', second)).body
  const [obligation] = (await get(`/billing/payments/${payment.id}`)).obligations
  const moved = await post(`/billing/obligations/${obligation.id}/moves`, { to: { bill: other.id }, amount: 50 })
  expect(moved.status).toBeLessThan(300)
  await post(`/collect/payments/${payment.id}/refunds`, { reason: 'Cancelled', amount: 20 })
  await capture(payment, { amount: 200 })
  const { receipt_url } = await get(`/billing/payments/${payment.id}`)
  const receipt = plain((await open(receipt_url)).html)
  expect(receipt).toContain('You paid R 5,00 ZAR')
  expect(receipt).toContain('R 0,20 ZAR of this payment was sent back')
  expect(receipt.match(/R 2,00 ZAR/g)).toHaveLength(1)
})
