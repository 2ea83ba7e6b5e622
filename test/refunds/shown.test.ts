import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { settableClock } from '../../src/core/clock.ts'
import { syncDueRefunds } from '../../src/payments/refund/sync-due-refunds.ts'
import { open, type PayerPage } from '../pages/payer.ts'
import { type TestServer, testServer } from '../support/server.ts'

const clock = settableClock(new Date('2026-11-26T09:00:00Z'))
let server: TestServer
beforeAll(async () => {
  server = await testServer({ clock })
})
afterAll(() => server.stop())

let serial = 0

const post = async (path: string, body?: unknown) => (await server.api('POST', path, body)).body
const get = async (path: string) => (await server.api('GET', path)).body
const textOf = ({ text }: PayerPage) => text.replaceAll('\u00a0', ' ')

/** A bill of R 10, paid on a page; its refunds become what `refunds` says. */
async function paid(refunds: string) {
  const name = `shown-${++serial}`
  const customer = { external_reference: name, name: 'Thandi Nkosi' }
  const bill = await post('/billing/bills', { customer, external_reference: name, currency: 'ZAR', amount_due: 1_000 })
  const payment = await post('/test/payments', { bill: bill.id, amount: 1_000, outcome: 'succeeded', refunds })
  return { name, bill, payment }
}

describe('a refund is shown', () => {
  test('on the payments so far of the bill and of its customer', async () => {
    const { name, bill, payment } = await paid('succeeded')
    await post(`/collect/payments/${payment.id}/refunds`, { amount: 250, reason: 'x' })
    const shown = 'R 2,50 of it sent back to you R 10,00'
    expect(textOf(await open(`${bill.presentment_url}/payments`))).toContain(shown)
    const customer = await get(`/billing/customers/${name}`)
    expect(textOf(await open(`${customer.presentment_url}/payments`))).toContain(shown)
    await post(`/collect/payments/${payment.id}/refunds`, { reason: 'x' })
    expect(textOf(await open(`${bill.presentment_url}/payments`))).toContain('sent back to you R 10,00')
  })

  test('as a payment like before when it failed', async () => {
    const { bill, payment } = await paid('refused')
    await post(`/collect/payments/${payment.id}/refunds`, { amount: 250, reason: 'x' })
    const page = textOf(await open(`${bill.presentment_url}/payments`))
    expect(page).toContain('26 November 2026 R 10,00')
    expect(page).not.toMatch(/sent back|taken back/)
  })

  test('on the receipt with what became of it, while the rest of the receipt stays', async () => {
    const { payment } = await paid('succeeded_failed')
    const { receipt_url } = await get(`/billing/payments/${payment.id}`)
    const before = textOf(await open(receipt_url))
    await post(`/collect/payments/${payment.id}/refunds`, { amount: 250, reason: 'x' })
    const sent = '26 November 2026: R 2,50 ZAR of this payment was sent back to you.'
    expect(textOf(await open(receipt_url))).toContain(`Since then ${sent}`)
    clock.advance(2 * 86_400_000)
    await syncDueRefunds(server.app)
    const after = textOf(await open(receipt_url))
    expect(after).toContain(
      `Since then ${sent} 28 November 2026: a refund of R 2,50 ZAR did not arrive. The money is back with Acme Water.`,
    )
    expect(after).not.toMatch(/taken back|used for something else/)
    expect(after).toContain(before.slice(0, before.indexOf('Receipt number')).trim())
  })

  test('on the page of the outcome', async () => {
    const { bill, payment } = await paid('succeeded')
    await post(`/collect/payments/${payment.id}/refunds`, { amount: 250, reason: 'x' })
    const page = textOf(await open(`${bill.presentment_url}/payments/${payment.id}`))
    expect(page).toContain('Since then: Acme Water sent R 2,50 of it back to you.')
    expect(page).toContain('paid in full R 10,00')
    expect(page).not.toContain('took')
  })

  test('on the page of what was asked for, all of which was needed', async () => {
    const request = await post('/collect/payment_requests', {
      amount: 700,
      currency: 'ZAR',
      external_reference: 'asked',
    })
    const payment = await post('/test/payments', { payment_request: request.id, outcome: 'succeeded' })
    await post(`/collect/payments/${payment.id}/refunds`, { amount: 200, reason: 'x' })
    const page = textOf(await open(`${request.link.url}/payments/${payment.id}`))
    expect(page).toContain('You paid R 7,00')
    expect(page).toContain('sent R 2,00 of it back to you')
    expect(page).not.toContain('not needed')
  })

  test('in the export of its customer, with what was told of it', async () => {
    const { name, payment } = await paid('succeeded')
    const refund = await post(`/collect/payments/${payment.id}/refunds`, { amount: 250, reason: 'x' })
    const { refunds, events, entries } = await get(`/billing/customers/${name}/export`)
    expect(refunds).toEqual([refund])
    expect(events.map(({ type }: { type: string }) => type)).toContain('payment.refunded')
    expect(entries.map(({ kind }: { kind: string }) => kind)).toContain('refund')
  })
})
