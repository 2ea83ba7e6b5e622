import { expect } from 'vitest'
import { settableClock } from '../../src/core/clock.ts'
import { totalClearing } from '../../src/ledger/settlements/clearing.ts'
import { totalLedger } from '../../src/ledger/totals.ts'
import { lookIntoCallbacks } from '../../src/payments/callbacks/look-into.ts'
import { goodCard, payWith } from '../pages/payer.ts'
import type { TestDatabase } from '../support/database.ts'
import { eventually } from '../support/eventually.ts'
import { webhookReceiver } from '../support/receiver.ts'
import { type TestServer, testServer } from '../support/server.ts'
import { makeNotice } from '../support/transfer-notice.ts'

/** Books made by real operations: every kind of debt, payment, correction and delivery that there is. */
export async function makeBooks(database: TestDatabase): Promise<void> {
  const now = new Date()
  const clock = settableClock(new Date(now.getTime() - 900_000))
  const receiver = await webhookReceiver()
  const server = await testServer({ clock, database })
  const post = async (path: string, body: unknown) => {
    const answer = await server.api('POST', path, body)
    expect([answer.status, answer.text]).toEqual([201, expect.anything()])
    return answer.body
  }
  await server.api('PATCH', '/settings', { books_closed_until: '2025-12-31' })
  // What is totalled for reports is of this one: whatever else is broken is not broken there too.
  await post('/billing/customers', { external_reference: 'long-ago', currency: 'USD', balance: 10 })
  clock.set(now)
  await totalLedger(database.pool, now)
  await post('/webhooks/endpoints', { url: receiver.url, expects_posting: true })
  clock.advance(120_000)
  const customer = { external_reference: 'someone', name: 'Someone', currency: 'ZAR', balance: 500 }
  const account = await post('/billing/accounts', { customer, external_reference: 'A', currency: 'ZAR', balance: 900 })
  const bill = (reference: string) =>
    post('/billing/bills', {
      account: account.id,
      external_reference: reference,
      currency: 'ZAR',
      amount_due: 700,
      bill_date: '2026-01-01',
    })
  const paid = await bill('paid')
  await bill('unpaid')
  const voided = await bill('voided')
  await post(`/billing/bills/${voided.id}/adjustments`, { kind: 'write_off', amount: -100, reason: 'moved away' })
  await server.api('POST', `/billing/bills/${voided.id}/void`)
  const adjusted = await bill('adjusted')
  for (const [kind, amount] of [
    ['fee', 40],
    ['credit_note', -30],
    ['discount', -20],
    ['write_off', -200],
    ['adjustment', 10],
  ]) {
    await post(`/billing/bills/${adjusted.id}/adjustments`, { kind, amount, reason: 'x' })
  }
  await server.api('PATCH', `/billing/bills/${adjusted.id}`, { amount_paid: 100 })
  const payment = { currency: 'ZAR', channel: 'till' }
  await post('/billing/payments', { ...payment, amount: 400, reference: '1', account: account.id })
  const second = await post('/billing/payments', { ...payment, amount: 300, reference: '2', account: account.id })
  await post('/billing/payments', { ...payment, amount: 950, reference: '3', bill: paid.id })
  await post('/billing/payments', { ...payment, amount: 50, reference: 'unapplied', bill: paid.id })
  await post('/billing/accounts', { customer: 'someone', external_reference: 'without-balance' })
  const separate = { customer: { external_reference: 'no-balance-of-its-own' }, external_reference: 'B' }
  const other = await post('/billing/accounts', { ...separate, currency: 'ZAR', balance: 100 })
  await post('/billing/payments', { ...payment, amount: 60, reference: '4', account: other.id })
  await post('/billing/customers', { external_reference: 'holds-unapplied' })
  await post('/billing/payments', { ...payment, amount: 5, reference: '5', customer: 'holds-unapplied' })
  await post('/billing/accounts', { customer: { external_reference: 'owner-of-nothing' }, external_reference: 'idle' })
  await post(`/billing/payments/${second.id}/reversals`, { amount: 200, reason: 'bounced' })
  await post('/billing/customers', { external_reference: 'presents-again', currency: 'ZAR', balance: 70 })
  const returned = { ...payment, amount: 40, reference: 'returned', customer: 'presents-again' }
  const first = await post('/billing/payments', returned)
  await post(`/billing/payments/${first.id}/reversals`, { reason: 'debit returned' })
  await post('/billing/payments', { ...returned, replaces: first.id })
  const asked = { amount: 25, currency: 'ZAR' }
  const request = await post('/collect/payment_requests', { ...asked, external_reference: 'asked' })
  await payWith(request.link.url, goodCard.card_number)
  const payer = await post('/billing/customers', { external_reference: 'pays-at-page', currency: 'ZAR', balance: 30 })
  await payWith(payer.presentment_url, goodCard.card_number)
  const leaver = await post('/billing/customers', { external_reference: 'leaves', currency: 'ZAR', balance: 40 })
  await payWith(leaver.presentment_url, goodCard.card_number)
  await server.api('POST', '/billing/customers/leaves/pseudonymise')
  const session = await post('/collect/payment_sessions', asked)
  await payWith(session.session_url, goodCard.card_number)
  await post('/collect/payment_sessions', { ...asked, customer: 'someone' })
  await makeRefunds(post)
  await makeCaptures(post)
  await makeNotices(server, post)
  await makeUnidentified(post)
  await makeSetOff(post)
  await makeTransfers(post)
  const withdrawn = await bill('reissued')
  await server.api('POST', `/billing/bills/${withdrawn.id}/void`)
  const again = { external_reference: 'reissued', account: account.id, currency: 'ZAR', amount_due: 650 }
  await post('/billing/bills', { ...again, reissue_of: withdrawn.id })
  await makeDisputes(post, async () => {
    clock.advance(2_000)
    await lookIntoCallbacks(server.app)
  })
  await makeSettlement(database, post)
  await totalClearing(database.pool, new Date(clock.now().getTime() + 86_400_000))
  await server.api('PATCH', `/billing/accounts/${account.id}`, { balance: 800 })
  await server.api('POST', `/billing/bills/${paid.id}/archive`)
  await server.api('POST', '/billing/accounts/without-balance/archive')
  await eventually(async () => {
    const { rows } = await database.pool.query(
      "select event_id from webhook_delivery where status = 'pending' union all select event_id from unsequenced_event",
    )
    return rows.length === 0
  }, 'everything is delivered and has its position')
  await server.stop()
  await receiver.close()
}

/** Transfer notices: one that is shown, and one that a line of the bank has settled. */
async function makeNotices(
  server: TestServer,
  post: (path: string, body: unknown) => Promise<{ id: string }>,
): Promise<void> {
  const owed = { customer: { external_reference: 'transfers' }, external_reference: 'T', currency: 'ZAR', balance: 30 }
  const { id } = await post('/billing/accounts', owed)
  await makeNotice(server, id, 10n)
  const { code } = await makeNotice(server, id, 20n)
  await post('/billing/payments', { amount: 20, currency: 'ZAR', channel: 'bank', reference: code })
}

/** Money of unknown payers: one that waits, one that was partly taken back and sent back, and one that was assigned to its customer. */
async function makeUnidentified(post: (path: string, body: unknown) => Promise<{ id: string }>): Promise<void> {
  const customer = 'turns-up'
  await post('/billing/customers', { external_reference: customer, currency: 'ZAR', balance: 30 })
  const payment = { amount: 50, currency: 'ZAR', channel: 'bank', unidentified: true }
  const { id } = await post('/billing/payments', { ...payment, reference: 'unidentified' })
  await post(`/billing/payments/${id}/reversals`, { amount: 10, reason: 'Recalled' })
  const sent = { amount: 5, channel: 'cash', reference: 'handed-back', reason: 'Too much' }
  await post(`/billing/payments/${id}/refunds`, sent)
  const assigned = await post('/billing/payments', { ...payment, reference: 'assigned' })
  await post(`/billing/payments/${assigned.id}/assignments`, { to: { customer } })
}

/** Credit of an account that is set off against a bill of the same customer. */
async function makeSetOff(post: (path: string, body: unknown) => Promise<{ id: string }>): Promise<void> {
  const customer = 'has-credit'
  await post('/billing/customers', { external_reference: customer })
  await post('/billing/accounts', { customer, external_reference: 'in-credit', currency: 'ZAR', balance: -50 })
  await post('/billing/bills', { customer, external_reference: 'set-off', currency: 'ZAR', amount_due: 30 })
  const sides = { from: { account: 'in-credit' }, to: { bill: 'set-off' } }
  await post(`/billing/customers/${customer}/credit_applications`, sides)
}

/**
 * Money that was posted to the wrong customer: unapplied and applied, and of what it became a part once more; then a bank took some of it
 * back, from all three. And what was refunded before its bank took it back.
 */
async function makeTransfers(post: (path: string, body: unknown) => Promise<{ id: string }>): Promise<void> {
  for (const external_reference of ['wrong', 'right', 'right-after-all']) {
    await post('/billing/customers', { external_reference, currency: 'ZAR', balance: 40 })
  }
  const payment = { amount: 60, currency: 'ZAR', channel: 'bank', reference: 'misposted', customer: 'wrong' }
  const { id } = await post('/billing/payments', payment)
  const transfer = (of: string, customer: string, amount: number) =>
    post(`/billing/payments/${of}/transfers`, { to: { customer }, amount, reason: 'The wrong customer' })
  const moved = await transfer(id, 'right', 45)
  await transfer(moved.id, 'right-after-all', 30)
  await post(`/billing/payments/${id}/reversals`, { amount: 50, reason: 'Recalled' })
  const sentBack = await post('/billing/payments', { ...payment, reference: 'lost' })
  const sent = { channel: 'cash', reference: 'lost', reason: 'Too much' }
  await post(`/billing/payments/${sentBack.id}/refunds`, sent)
  await post(`/billing/payments/${sentBack.id}/reversals`, { amount: 5, reason: 'Recalled' })
}

/** Refunds in every state: by hand, and through the processor sent, on its way, and refused. */
async function makeRefunds(post: (path: string, body: unknown) => Promise<{ id: string }>): Promise<void> {
  const customer = 'is-refunded'
  await post('/billing/customers', { external_reference: customer, currency: 'ZAR', balance: 90 })
  const payment = { amount: 100, currency: 'ZAR', channel: 'till', reference: 'refunded', customer }
  const { id } = await post('/billing/payments', payment)
  const sent = { amount: 30, channel: 'till', reference: 'sent-back', reason: 'Paid twice' }
  await post(`/billing/payments/${id}/refunds`, sent)
  for (const refunds of ['succeeded', 'refused', 'pending_succeeded']) {
    const paid = await post('/test/payments', { customer, amount: 5, outcome: 'succeeded', refunds })
    await post(`/collect/payments/${paid.id}/refunds`, { reason: 'Cancelled' })
  }
}

/** A settlement of what was paid so far, and of a charge of the simulator that is not ours. */
async function makeSettlement(
  database: TestDatabase,
  post: (path: string, body: unknown) => Promise<{ data: object[] }>,
): Promise<void> {
  await database.owner.query(
    `insert into simulator_charge (id, bucket, environment_id, amount, currency, merchant_name, status, settles_at, return_url, created_at)
     select overlay(id::text placing translate(substr(id::text, 20, 1), '0123456789abcdef', '123456789abcdef0') from 20 for 1)::uuid, bucket, environment_id, 1000,
       currency, 'Somebody else', status, settles_at, return_url, created_at
     from simulator_charge where status = 'succeeded' limit 1`,
  )
  expect(await post('/test/settlements', undefined)).toMatchObject({ data: [{ status: 'paid' }] })
}

/** Disputes in every state, and a loss: of a payment of which less was left than its processor took. */
async function makeDisputes(
  post: (path: string, body: unknown) => Promise<{ id: string }>,
  later: () => Promise<void>,
): Promise<void> {
  const customer = 'disputes'
  await post('/billing/customers', { external_reference: customer, currency: 'ZAR', balance: 90 })
  const pay = (becomes: string) => post('/test/payments', { customer, amount: 5, outcome: 'succeeded', later: becomes })
  await pay('dispute_lost')
  const won = await pay('dispute_won')
  const wrong = { to: { customer: 'right' }, amount: 3, reason: 'The wrong customer' }
  await post(`/billing/payments/${won.id}/transfers`, wrong)
  await pay('dispute_warning')
  const { id } = await pay('late_failure')
  await post(`/collect/payments/${id}/refunds`, { amount: 3, reason: 'Cancelled' })
  for (let time = 0; time < 3; time++) await later()
  await pay('dispute_lost')
  await later()
}

/** Authorisations in every state: captured in part, with the rest let go of, still held, and asked for without an answer. */
async function makeCaptures(post: (path: string, body: unknown) => Promise<{ id: string }>): Promise<void> {
  const customer = 'is-captured'
  await post('/billing/customers', { external_reference: customer, currency: 'ZAR', balance: 40 })
  const options = { payment_method_options: { card: { capture_method: 'manual' } } }
  const authorise = async (more: object, captures = 'succeeded') => {
    const session = await post('/collect/payment_sessions', { amount: 20, currency: 'ZAR', ...more, options })
    return post('/test/payments', { payment_session: session.id, outcome: 'succeeded', captures })
  }
  const ended = await authorise({ customer })
  await post(`/collect/payments/${ended.id}/captures`, { amount: 12 })
  await post(`/collect/payments/${ended.id}/voids`, {})
  await post(`/collect/payments/${(await authorise({})).id}/captures`, { amount: 7 })
}
