import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { syncDueDisputes } from '../../src/payments/session/sync-due-disputes.ts'
import type { FakePaystackRefund, FakeTransaction } from '../fakes/paystack-books.ts'
import type { FakePaystackDispute } from '../fakes/paystack-disputes.ts'
import { expectCleanBooks } from '../support/verify.ts'
import { begin, type Merchant, startMerchant } from './merchant.ts'

let merchant: Merchant
let url: string
let account: { id: string; presentment_url: string }
beforeAll(async () => {
  merchant = await startMerchant()
  url = await merchant.switchOnPaystack()
})
afterAll(async () => {
  await expectCleanBooks(merchant.server.database)
  await merchant.stop()
})
beforeEach(async () => {
  merchant.logged.length = 0
  account = await merchant.account()
  await begin(account.presentment_url)
  merchant.paystack.pay(last())
  await merchant.send(url, merchant.paystack.callback(last()))
  expect(await merchant.balance(account)).toBe(0)
  merchant.server.clock.advance(86_400_000)
})

const last = () => merchant.paystack.transactions.at(-1) as FakeTransaction
const disputes = () => merchant.paystack.disputes
const called = (dispute: FakePaystackDispute, event?: string) =>
  merchant.send(url, merchant.paystack.disputeCallback(dispute, event === undefined ? {} : { event }))
/** A callback that says that the transaction is what it is. */
const calledAboutIt = () => merchant.send(url, merchant.paystack.callback(last()))

const paymentOf = async () => (await merchant.live('GET', `/billing/payments?account=${account.id}`)).body.data[0]
const shown = async () => (await merchant.live('GET', `/collect/disputes?payment=${(await paymentOf()).id}`)).body.data
const told = async () => {
  const { rows } = await merchant.server.database.pool.query<{ type: string }>(
    `select type from event where body::text like $1 and (type like 'dispute.%' or type = 'payment.reversed') order by id`,
    [`%"${(await paymentOf()).id}"%`],
  )
  return rows.map(({ type }) => type).sort()
}

describe('a dispute at Paystack', () => {
  test.each([['merchant-accepted'], ['auto-accepted']])('that is %s takes the money then', async (resolution) => {
    const dispute = disputes().open(last())
    expect(await called(dispute)).toBe(200)
    expect(await shown()).toMatchObject([
      { processor: 'paystack', status: 'needs_response', amount: 2000, currency: 'ZAR', reason: 'chargeback' },
    ])
    expect((await shown())[0].respond_by).toBe('2026-12-24T13:47:00.000Z')
    expect(await merchant.balance(account)).toBe(0)
    disputes().resolve(dispute, resolution)
    await called(dispute)
    expect([(await shown())[0].status, await merchant.balance(account)]).toEqual(['lost', 2000])
    expect(await paymentOf()).toMatchObject({ status: 'succeeded', reversed_amount: 2000 })
    expect(await told()).toEqual(['dispute.closed', 'dispute.created', 'payment.reversed'])
  })

  test('of which a part is accepted takes that part', async () => {
    const dispute = disputes().open(last(), { refund_amount: '700' })
    disputes().resolve(dispute, 'merchant-accepted')
    await called(dispute)
    expect(await paymentOf()).toMatchObject({ reversed_amount: 700, applied_amount: 1300, partially_reversed: true })
  })

  test('that is declined comes to nothing, and may come again', async () => {
    const dispute = disputes().open(last())
    await called(dispute)
    dispute.status = 'awaiting-bank-feedback'
    await called(dispute)
    expect((await shown())[0].status).toBe('under_review')
    disputes().resolve(dispute, 'declined')
    await called(dispute)
    expect([(await shown())[0].status, await merchant.balance(account)]).toEqual(['closed', 0])
    disputes().resolve(dispute, 'auto-accepted')
    await called(dispute)
    expect([(await shown())[0].status, await merchant.balance(account)]).toEqual(['lost', 2000])
  })

  test.each([
    ['mediation', null],
    ['archived', null],
    ['resolved', 'split-the-difference'],
  ])('that is %s, by %s, ends nothing and moves nothing', async (status, resolution) => {
    await called(disputes().open(last(), { status, resolution }))
    expect([(await shown())[0].status, await merchant.balance(account)]).toEqual(['under_review', 0])
  })

  test('is called about in any order, reminded of and repeated, with the same books', async () => {
    const dispute = disputes().open(last())
    disputes().resolve(dispute, 'auto-accepted')
    for (const event of ['resolve', 'resolve', 'create', 'remind', 'remind', 'create']) {
      await called(dispute, `charge.dispute.${event}`)
    }
    expect([(await shown())[0].status, await merchant.balance(account)]).toEqual(['lost', 2000])
    expect(await told()).toEqual(['dispute.closed', 'dispute.created', 'payment.reversed'])
  })

  test('is asked about until it has ended, also when Paystack does not call', async () => {
    const dispute = disputes().open(last())
    await called(dispute)
    disputes().resolve(dispute, 'auto-accepted')
    merchant.server.clock.advance(3_600_000)
    await syncDueDisputes(merchant.server.app)
    expect([(await shown())[0].status, await merchant.balance(account)]).toEqual(['lost', 2000])
  })

  test.each([
    ['in another currency', { currency: 'NGN' }],
    ['in none', { currency: null }],
    ['of nobody knows how much', { refund_amount: null }],
  ])('%s is booked as nothing, and somebody is told', async (_what, changes) => {
    const dispute = disputes().open(last(), changes)
    disputes().resolve(dispute, 'auto-accepted')
    await called(dispute)
    expect([await shown(), await merchant.balance(account)]).toEqual([[], 0])
    expect(merchant.logged).toContain(
      'a payment is disputed or taken back, but not in its currency, or nobody knows how much',
    )
  })

  test('of another mode wakes nothing, and what a callback says is not believed', async () => {
    const dispute = disputes().open(last(), { refund_amount: 700 })
    expect(await merchant.send(url, merchant.paystack.disputeCallback(dispute, { domain: 'test' }))).toBe(200)
    expect(await shown()).toEqual([])
    await called({ ...dispute, refund_amount: 1, status: 'resolved', resolution: 'auto-accepted' })
    expect([(await shown())[0].amount, await merchant.balance(account)]).toEqual([700, 0])
  })

  test('of the same transaction as another is another', async () => {
    for (const refund_amount of [500, 600]) {
      disputes().resolve(disputes().open(last(), { refund_amount }), 'merchant-accepted')
    }
    await called(disputes().open(last()))
    expect(await paymentOf()).toMatchObject({ reversed_amount: 1_100, applied_amount: 900 })
    expect(await shown()).toHaveLength(3)
  })
})

describe('a transaction that is reversed', () => {
  test('by nobody whom we know has failed late, once', async () => {
    last().status = 'reversed'
    await calledAboutIt()
    expect(await paymentOf()).toMatchObject({ status: 'succeeded', reversed_amount: 2000 })
    expect([await shown(), await merchant.balance(account), await told()]).toEqual([[], 2000, ['payment.reversed']])
    await merchant.send(url, merchant.paystack.callback(last(), { event: 'charge.dispute.create' }))
    const again = disputes().open(last())
    disputes().resolve(again, 'declined')
    await called(again)
    expect(await paymentOf()).toMatchObject({ reversed_amount: 2000 })
    expect(await merchant.balance(account)).toBe(2000)
  })

  test('by a refund of ours is not taken back besides', async () => {
    const { id } = await paymentOf()
    await merchant.live('POST', `/collect/payments/${id}/refunds`, { amount: 2000, reason: 'Cancelled' })
    const refund = merchant.paystack.refunds.at(-1) as FakePaystackRefund
    Object.assign(refund, { status: 'processed' })
    last().status = 'reversed'
    await merchant.send(url, merchant.paystack.refundCallback(refund))
    await calledAboutIt()
    expect(await paymentOf()).toMatchObject({ status: 'succeeded', refunded_amount: 2000, reversed_amount: 0 })
    expect([await merchant.balance(account), await told()]).toEqual([2000, []])
  })

  test('after a refund of ours that failed has failed late', async () => {
    const { id } = await paymentOf()
    await merchant.live('POST', `/collect/payments/${id}/refunds`, { amount: 2000, reason: 'Cancelled' })
    const refund = merchant.paystack.refunds.at(-1) as FakePaystackRefund
    Object.assign(refund, { status: 'failed' })
    last().status = 'reversed'
    await merchant.send(url, merchant.paystack.refundCallback(refund))
    expect(await merchant.balance(account)).toBe(2000)
    expect(await told()).toEqual(['payment.reversed'])
  })

  test('by a refund of the dashboard stays as it is', async () => {
    merchant.paystack.refunds.push({
      id: 7,
      transaction: last().id,
      transaction_reference: last().reference,
      amount: 2000,
      status: 'processed',
      merchant_note: 'Refunded by the owner',
    })
    last().status = 'reversed'
    await calledAboutIt()
    expect(await paymentOf()).toMatchObject({ status: 'succeeded', reversed_amount: 0 })
    expect(await merchant.balance(account)).toBe(0)
  })

  test('before anybody looked has brought nothing when it was refunded in the dashboard', async () => {
    const other = await merchant.account()
    await begin(other.presentment_url)
    merchant.paystack.pay(last())
    last().status = 'reversed'
    const { id: transaction, reference: transaction_reference } = last()
    const refund = { id: 8, transaction, transaction_reference, amount: 2000, status: 'processed', merchant_note: null }
    merchant.paystack.refunds.push(refund)
    await calledAboutIt()
    const { rows } = await merchant.server.database.pool.query<{ status: string }>(
      `select status from payment where id = (select payment_id from processor_reference where reference = $1 limit 1)`,
      [transaction_reference],
    )
    expect([rows, await merchant.balance(other)]).toEqual([[{ status: 'failed' }], 2000])
  })
})

test('a payment that was charged a moment ago is not asked about twice', async () => {
  const before = merchant.paystack.calls.length
  const fresh = await merchant.account()
  await begin(fresh.presentment_url)
  merchant.paystack.pay(last())
  await calledAboutIt()
  expect(merchant.paystack.calls.slice(before).filter((call) => call.includes('dispute'))).toEqual([])
})
