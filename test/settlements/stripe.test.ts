import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { formatId, type Id, newId, parseId } from '../../src/core/id/id.ts'
import { transaction } from '../../src/database/transaction.ts'
import { Correction } from '../../src/ledger/corrections/correction-journal.ts'
import { lockPayment } from '../../src/ledger/corrections/hold.ts'
import { planTakeBack } from '../../src/ledger/corrections/take-back.ts'
import { syncDueSessions } from '../../src/payments/session/sync-due-sessions.ts'
import { readDueSettlements } from '../../src/payments/settlement/read-due-settlements.ts'
import type { FakeSession } from '../fakes/stripe.ts'
import { submit } from '../pages/payer.ts'
import { begin, type Merchant, startMerchant } from '../processors/merchant.ts'

const hourMs = 3_600_000

let merchant: Merchant
beforeAll(async () => {
  merchant = await startMerchant()
  await merchant.switchOn()
})
afterAll(() => merchant.stop())
beforeEach(() => {
  merchant.stripe.faults.status = undefined
  merchant.logged.length = 0
})

const get = async (path: string) => (await merchant.live('GET', path)).body

/** An account that owes, paid on Stripe's page. */
async function paid(more: object = {}): Promise<{ session: FakeSession; payment: { id: string } }> {
  const account = await merchant.account(more)
  const page = await begin(account.presentment_url)
  await submit(page.forms[0])
  const { data } = await get(`/billing/payments?account=${account.id}`)
  return { session: merchant.stripe.sessions.at(-1) as FakeSession, payment: data[0] }
}

/** The next hour, in which what there is is read. */
async function later(hours = 1) {
  merchant.server.clock.advance(hours * hourMs)
  await readDueSettlements(merchant.server.app)
}

/** Books what a bank took back, as what follows disputes does. */
async function takeBack({ id: shown }: { id: string }, amount: bigint) {
  const payment_id = parseId('payment', shown) as Id
  const { pool, clock } = merchant.server.app
  const now = clock.now()
  await transaction(pool, async (connection) => {
    const { rows } = await pool.query<{ id: number }>('select environment_id as id from payment where id = $1', [
      payment_id,
    ])
    const environment = { id: rows[0]?.id ?? 0, mode: 'live' as const }
    const context = { environment, actor: 'job:test' as const, request_id: 'req', now }
    const payment = await lockPayment(connection, context, payment_id, { parameter: 'payment' })
    const taken = await planTakeBack(connection, context, payment, amount)
    const id = newId(payment.bucket, now.getTime())
    const correction = new Correction(context, payment)
    const reason = 'Disputed'
    correction.takeBack(taken, { kind: 'payment_reversal', id, reason, account: 'clearing:stripe' })
    const obligations: [] = []
    const facts = {
      currency: 'ZAR',
      amount: Number(amount),
      unapplied_amount: Number(taken.unapplied),
      reason,
      obligations,
    }
    const told = {
      id: formatId('reversal', id),
      payment_id: shown,
      ...facts,
      created_at: now.toISOString(),
      object_version: 9,
    }
    correction.tell('payment.reversed', id, told, payment_id)
    await connection.query(
      `insert into payment_reversal (id, bucket, environment_id, payment_id, amount, unapplied_amount, reason, created_at)
       values ($1, $2, $3, $4, $5, $6, $7, $8)`,
      [id, payment.bucket, environment.id, payment_id, amount, taken.unapplied, reason, now],
    )
    await correction.write(connection)
  })
}

const settlementOf = async ({ id }: { id: string }) => {
  const { data } = await get('/collect/settlements?processor=stripe&limit=100')
  return data.find(({ reference }: { reference: string }) => reference === id)
}
const linesOf = async (settlement: { id: string }) =>
  (await get(`/collect/settlements/${settlement.id}/lines?limit=100`)).data
const balance = async (currency = 'ZAR') =>
  (await get('/collect/balances')).data.find((one: { currency: string }) => one.currency === currency)

describe('a payout of Stripe', () => {
  test('books the fee of each payment once, and what went to the bank', async () => {
    const [one, other] = [await paid(), await paid()]
    const payout = merchant.stripe.payOut([one.session, other.session])
    await later()
    const settlement = await settlementOf(payout)
    expect(settlement).toMatchObject({
      status: 'paid',
      amount: 3_824,
      gross: 4_000,
      fee: 176,
      line_count: 2,
      unexplained_amount: 0,
    })
    const lines = await linesOf(settlement)
    expect(lines).toContainEqual(
      expect.objectContaining({ kind: 'charge', status: 'matched', payment_id: one.payment.id, fee: 88, net: 1_912 }),
    )
    expect(await get(`/billing/payments/${one.payment.id}`)).toMatchObject({ fee: 88, net: 1_912 })
    expect(await balance()).toMatchObject({ charged: 4_000, fees: 176, settled: 3_824, owed: 0 })
    await later()
    expect(await balance()).toMatchObject({ fees: 176, settled: 3_824, owed: 0 })
  })

  test('that is on its way is at the bank when it has arrived, and owed again when it comes back', async () => {
    const { session } = await paid()
    const payout = merchant.stripe.payOut([session], { status: 'in_transit' })
    await later()
    expect(await settlementOf(payout)).toMatchObject({ status: 'pending', line_count: 1 })
    expect(await balance()).toMatchObject({ fees: 264, owed: 1_912 })
    payout.status = 'paid'
    await later()
    expect(await settlementOf(payout)).toMatchObject({ status: 'paid' })
    expect(await balance()).toMatchObject({ owed: 0 })
    payout.status = 'failed'
    await later(48)
    expect(await settlementOf(payout)).toMatchObject({ status: 'failed' })
    expect(await balance()).toMatchObject({ owed: 1_912 })
    // The money is in the next one, and nothing follows a failure.
    payout.status = 'paid'
    const back = { type: 'payout_failure', amount: 1_912, source: { id: payout.id, object: 'payout' } }
    const next = merchant.stripe.payOut([], { others: [back] })
    await later()
    expect(await linesOf(await settlementOf(next))).toMatchObject([{ kind: 'failed_settlement', status: 'matched' }])
    expect(await settlementOf(payout)).toMatchObject({ status: 'failed' })
    expect(await balance()).toMatchObject({ owed: 0 })
  })

  test('keeps and shows what is not ours, and owes nothing for it', async () => {
    const before = await balance()
    const others = [
      {
        type: 'charge',
        amount: 5_000,
        fee: 175,
        source: { id: 'ch_of_a_shop', object: 'charge', payment_intent: null },
      },
      { type: 'adjustment', amount: -250 },
      { type: 'stripe_fee', amount: -99 },
    ]
    const payout = merchant.stripe.payOut([], { others })
    await later()
    const settlement = await settlementOf(payout)
    expect(settlement).toMatchObject({ amount: 4_476, line_count: 3, unexplained_amount: 0 })
    const lines = await linesOf(settlement)
    expect(lines).toContainEqual(expect.objectContaining({ kind: 'charge', status: 'unmatched', net: 4_825 }))
    expect(lines).toContainEqual(expect.objectContaining({ kind: 'adjustment', status: 'unmatched', net: -250 }))
    expect(lines).toContainEqual(expect.objectContaining({ kind: 'fee', status: 'matched', net: -99 }))
    expect(await balance()).toMatchObject({ unmatched: 4_575, fees: before.fees + 99, owed: 0 })
    expect((await get(`/collect/settlements/${settlement.id}/lines?status=unmatched`)).data).toHaveLength(2)
  })

  test('that tells of a payment before it is applied is matched afterwards', async () => {
    const account = await merchant.account()
    await begin(account.presentment_url)
    const session = merchant.stripe.sessions.at(-1) as FakeSession
    merchant.stripe.pay(session)
    const payout = merchant.stripe.payOut([session])
    const before = await balance()
    await later()
    expect(await linesOf(await settlementOf(payout))).toMatchObject([{ kind: 'charge', status: 'unmatched' }])
    expect(await balance()).toMatchObject({ unmatched: before.unmatched + 1_912, fees: before.fees, owed: 0 })
    await syncDueSessions(merchant.server.app)
    expect(await merchant.balance(account)).toBe(0)
    await later()
    expect(await linesOf(await settlementOf(payout))).toMatchObject([{ kind: 'charge', status: 'matched', fee: 88 }])
    expect(await balance()).toMatchObject({ unmatched: before.unmatched, fees: before.fees + 88, owed: 0 })
  })

  test('with a refund and a dispute that our books know nothing of owes nothing for them', async () => {
    const { session, payment } = await paid()
    const payment_intent = { id: 'pi_x', object: 'payment_intent', metadata: { payment_id: payment.id } }
    const others = [
      { type: 'refund', amount: -300, source: { id: 're_by_hand', object: 'refund', payment_intent } },
      { type: 'adjustment', amount: -200, fee: 150, source: { id: 'dp_1', object: 'dispute', payment_intent } },
    ]
    const before = await balance()
    const payout = merchant.stripe.payOut([session], { others })
    await later()
    const settlement = await settlementOf(payout)
    const lines = await linesOf(settlement)
    expect(lines).toContainEqual(
      expect.objectContaining({ kind: 'refund', status: 'unmatched', payment_id: payment.id }),
    )
    expect(lines).toContainEqual(expect.objectContaining({ kind: 'dispute', status: 'unmatched', net: -350 }))
    expect(await balance()).toMatchObject({ unmatched: before.unmatched - 650, owed: 0 })
    // Once what was taken back is booked, the dispute is known.
    await takeBack(payment, 200n)
    await later()
    expect(await linesOf(settlement)).toContainEqual(expect.objectContaining({ kind: 'dispute', status: 'matched' }))
    expect(await balance()).toMatchObject({ taken_back: 200, unmatched: before.unmatched - 300, owed: 0 })
    expect(await get(`/billing/payments/${payment.id}`)).toMatchObject({ fee: 238, net: 1_562 })
  })

  test('of more than a thousand lines is read by pages', async () => {
    const { session } = await paid()
    const others = Array.from({ length: 1_050 }, (_, index) => ({ type: 'adjustment', amount: index + 1 }))
    const payout = merchant.stripe.payOut([session], { others })
    merchant.stripe.calls.length = 0
    await later()
    expect(merchant.stripe.calls.filter((call) => call.includes('balance_transactions'))).toHaveLength(11)
    const settlement = await settlementOf(payout)
    expect(settlement).toMatchObject({ line_count: 1_051, lines_complete: true, unexplained_amount: 0 })
    expect(await balance()).toMatchObject({ owed: 0 })
    let pages = 0
    let cursor = ''
    const seen = new Set<string>()
    do {
      const page = await get(`/collect/settlements/${settlement.id}/lines?limit=100${cursor && `&cursor=${cursor}`}`)
      for (const { id } of page.data) seen.add(id)
      cursor = page.next_cursor ?? ''
      pages += 1
    } while (cursor !== '')
    expect([pages, seen.size]).toEqual([11, 1_051])
  })

  test('whose lines are not ready is read when they are, and of one by hand there are none', async () => {
    const { session } = await paid()
    const waiting = merchant.stripe.payOut([session], { reconciliation_status: 'in_progress' })
    const byHand = merchant.stripe.payOut([], { reconciliation_status: 'not_applicable', automatic: false, amount: 10 })
    await later()
    expect(await settlementOf(waiting)).toMatchObject({ status: 'paid', line_count: 0, lines_complete: false })
    expect(await settlementOf(byHand)).toMatchObject({ amount: 10, line_count: 0, lines_complete: false })
    expect(await balance()).toMatchObject({ owed: 2_000 - 1_912 - 10 })
    waiting.reconciliation_status = 'completed'
    await later()
    expect(await settlementOf(waiting)).toMatchObject({ line_count: 1, lines_complete: true, unexplained_amount: 0 })
    expect(await balance()).toMatchObject({ owed: -10 })
  })

  test('in another currency than the charge is not matched, and told in the log', async () => {
    const { session, payment } = await paid({ currency: 'USD' })
    const payout = merchant.stripe.payOut([session], { currency: 'zar' })
    for (const part of payout.transactions) part.currency = 'zar'
    for (const part of payout.transactions) part.fee_details = []
    await later()
    expect(merchant.logged).toContain('lines of a settlement are in another currency than their payments')
    expect(await linesOf(await settlementOf(payout))).toMatchObject([{ status: 'unmatched', currency: 'ZAR' }])
    expect(await get(`/billing/payments/${payment.id}`)).not.toHaveProperty('fee')
    expect(await balance('USD')).toMatchObject({ charged: 2_000, owed: 2_000 })
    expect(await balance()).toMatchObject({ owed: -10 })
  })

  test.each<[string, object]>([
    [
      'a fee in another currency',
      { type: 'charge', amount: 900, fee: 30, fee_details: [{ currency: 'usd', amount: 30 }] },
    ],
    ['a line in another currency', { type: 'charge', amount: 900, currency: 'usd' }],
    ['half a cent', { type: 'charge', amount: 900.5 }],
    ['more than can be', { type: 'charge', amount: 9_000_000_000_000_000 }],
  ])('with %s books none of its lines, is told in the log, and holds up no other', async (_what, other) => {
    const bad = merchant.stripe.payOut([], { amount: 900, others: [other] })
    const { session } = await paid()
    const good = merchant.stripe.payOut([session])
    await later()
    expect(merchant.logged).toContain('a settlement cannot be booked')
    expect(await settlementOf(bad)).toMatchObject({ line_count: 0, lines_complete: false })
    expect(await settlementOf(good)).toMatchObject({ line_count: 1, lines_complete: true })
    // Somebody has looked.
    bad.transactions = []
    await later()
    expect(await settlementOf(bad)).toMatchObject({ lines_complete: true, unexplained_amount: 900 })
  })

  test('whose amount is another than before is told in the log, and left as it is', async () => {
    const payout = merchant.stripe.payOut([], { amount: 70, others: [{ amount: 70 }] })
    await later()
    payout.amount = 71
    await later()
    expect(merchant.logged).toContain('a settlement cannot be booked')
    expect(await settlementOf(payout)).toMatchObject({ amount: 70 })
    payout.amount = 70
  })
})

test('a processor that cannot be asked is asked again at growing intervals', async () => {
  const calls = () => merchant.stripe.calls.filter((call) => call === 'GET /v1/payouts').length
  await later()
  merchant.stripe.faults.status = 500
  await later()
  const failed = calls()
  expect(merchant.logged).toContain('settlements could not be read')
  await later(4 / 60)
  expect(calls()).toBe(failed)
  await later(2 / 60)
  expect(calls()).toBe(failed + 1)
  await later(9 / 60)
  expect(calls()).toBe(failed + 1)
  merchant.stripe.faults.status = undefined
  await later(2 / 60)
  expect(calls()).toBe(failed + 2)
  await later(59 / 60)
  expect(calls()).toBe(failed + 2)
  await later(2 / 60)
  expect(calls()).toBe(failed + 3)
})
