import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { readDueSettlements } from '../../src/payments/settlement/read-due-settlements.ts'
import type { FakeTransaction } from '../fakes/paystack-books.ts'
import { begin, type Merchant, startMerchant } from '../processors/merchant.ts'
import { expectCleanBooks } from '../support/verify.ts'

let merchant: Merchant
let url: string
beforeAll(async () => {
  merchant = await startMerchant()
  url = await merchant.switchOnPaystack()
})
afterAll(async () => {
  await expectCleanBooks(merchant.server.database)
  await merchant.stop()
})
beforeEach(() => {
  merchant.paystack.faults.status = undefined
  merchant.paystack.faults.text_amounts = false
  merchant.logged.length = 0
})

const get = async (path: string) => (await merchant.live('GET', path)).body
const newest = async () => (await get('/collect/settlements?processor=paystack&limit=1')).data[0]
const linesOf = async ({ id }: { id: string }) => (await get(`/collect/settlements/${id}/lines`)).data

/** R 20.00 that were paid on Paystack's page. */
async function paid(): Promise<{ transaction: FakeTransaction; payment: { id: string } }> {
  const account = await merchant.account()
  await begin(account.presentment_url)
  const transaction = merchant.paystack.transactions.at(-1) as FakeTransaction
  merchant.paystack.pay(transaction)
  await merchant.send(url, merchant.paystack.callback(transaction))
  const { data } = await get(`/billing/payments?account=${account.id}`)
  return { transaction, payment: data[0] }
}

/** The next hour, in which what there is is read. */
async function later(hours = 1) {
  merchant.server.clock.advance(hours * 3_600_000)
  await readDueSettlements(merchant.server.app)
}

describe('a settlement of Paystack', () => {
  test('is read with the fee of each payment, once', async () => {
    const [one, two] = [await paid(), await paid()]
    merchant.paystack.settle([one.transaction, two.transaction])
    await later()
    expect(await newest()).toMatchObject({
      processor: 'paystack',
      status: 'paid',
      currency: 'ZAR',
      amount: 3_884,
      gross: 4_000,
      fee: 116,
      line_count: 2,
      lines_complete: true,
      unexplained_amount: 0,
    })
    const lines = await linesOf(await newest())
    expect(lines.map(({ payment_id }: { payment_id: string }) => payment_id).toSorted()).toEqual(
      [one.payment.id, two.payment.id].toSorted(),
    )
    expect(lines).toMatchObject([
      { kind: 'charge', status: 'matched', gross: 2_000, fee: 58, net: 1_942 },
      { kind: 'charge', status: 'matched', gross: 2_000, fee: 58, net: 1_942 },
    ])
    await later()
    expect(await get(`/billing/payments/${one.payment.id}`)).toMatchObject({ fee: 58, net: 1_942 })
    expect((await get('/collect/settlements?processor=paystack')).data).toHaveLength(1)
  })

  test('that is on its way has its lines read once it was paid, with amounts as texts', async () => {
    const { transaction } = await paid()
    const settlement = merchant.paystack.settle([transaction], { status: 'processing' })
    await later()
    expect(await newest()).toMatchObject({ status: 'pending', amount: 1_942, lines_complete: false })
    Object.assign(settlement, { status: 'success' })
    merchant.paystack.faults.text_amounts = true
    await later()
    expect(await newest()).toMatchObject({ status: 'paid', lines_complete: true, unexplained_amount: 0 })
  })

  test('less what was deducted says how much of it no line explains', async () => {
    const { transaction } = await paid()
    merchant.paystack.settle([transaction], { effective_amount: 942 })
    await later()
    expect(await newest()).toMatchObject({ amount: 942, gross: 2_000, fee: 58, unexplained_amount: -1_000 })
    expect(merchant.logged).toContain('the lines of a settlement do not come to its amount')
  })

  test('of a transaction of somebody else goes through', async () => {
    const { transaction } = await paid()
    merchant.paystack.settle([{ ...transaction, id: 12, reference: 'T685312322670591' }])
    await later()
    expect(await linesOf(await newest())).toMatchObject([{ kind: 'charge', status: 'unmatched', gross: 2_000 }])
    expect(await newest()).toMatchObject({ unexplained_amount: 0 })
  })

  test('of more transactions than a page is read page by page', async () => {
    const { transaction } = await paid()
    const others = Array.from({ length: 120 }, (_, n) => ({ ...transaction, id: 1_000 + n, reference: `T${n}` }))
    merchant.paystack.settle([transaction, ...others])
    await later()
    expect(await newest()).toMatchObject({ line_count: 121, lines_complete: true, unexplained_amount: 0 })
  })

  test('that failed is owed again, and its payments are settled by another, with one fee each', async () => {
    const { transaction, payment } = await paid()
    const settlement = merchant.paystack.settle([transaction])
    await later()
    Object.assign(settlement, { status: 'failed' })
    merchant.server.clock.advance(3_600_000)
    merchant.paystack.settle([transaction])
    await later()
    const { data } = await get('/collect/settlements?processor=paystack&limit=2')
    expect(data.map(({ status }: { status: string }) => status)).toEqual(['paid', 'failed'])
    expect(await get(`/billing/payments/${payment.id}`)).toMatchObject({ fee: 58 })
  })

  test('is read later when Paystack does not answer', async () => {
    const { transaction } = await paid()
    const { id } = merchant.paystack.settle([transaction])
    merchant.paystack.faults.status = 503
    await later()
    expect((await newest()).reference).not.toBe(String(id))
    merchant.paystack.faults.status = undefined
    await later(24)
    expect(await newest()).toMatchObject({ reference: String(id), unexplained_amount: 0 })
  })
})
