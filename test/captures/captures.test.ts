import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { settableClock } from '../../src/core/clock.ts'
import { releaseAuthorisations } from '../../src/payments/capture/release-authorisations.ts'
import { syncDueCaptures } from '../../src/payments/capture/sync-due-captures.ts'
import { type TestServer, testServer } from '../support/server.ts'
import { capturing } from './paying.ts'

const clock = settableClock(new Date())
let server: TestServer
const logged: string[] = []
beforeAll(async () => {
  const log = {
    debug() {},
    info() {},
    warn() {},
    error: (_facts: object, message: string) => void logged.push(message),
  }
  server = await testServer({ clock, log })
})
afterAll(() => server.stop())

const at = capturing(() => server)
const { post, get, authorised, capture, release, refund, amountsOf, remainingOf, toldOf } = at

/** Some seconds later the jobs come by. */
async function later(seconds: number) {
  clock.advance(seconds * 1_000)
  await syncDueCaptures(server.app)
  await releaseAuthorisations(server.app)
}

const entriesOf = async ({ id }: { id: string }) => (await get(`/billing/bills/${id}/entries`)).data

describe('a payment that is authorised', () => {
  test('is no money: nothing is entered, applied, owed less or shown as a receipt', async () => {
    const { name, bill, session, payment } = await authorised()
    expect(payment).toMatchObject({
      status: 'succeeded',
      amount: 1_000,
      capture_method: 'manual',
      authorised_amount: 1_000,
      paid_amount: 0,
      voided_amount: 0,
      applied_amount: 0,
      unapplied_amount: 0,
      direct_amount: 0,
      reversed: false,
      refunded: false,
      obligations: [],
    })
    expect(payment.received_at).toBeUndefined()
    expect(payment.receipt_url).toBeUndefined()
    expect(new Date(payment.authorization_expires_at).getTime() - clock.now().getTime()).toBe(7 * 86_400_000)
    expect(await remainingOf(bill)).toBe(1_000)
    expect(await entriesOf(bill)).toHaveLength(1)
    expect(await get(`/collect/payment_sessions/${session.id}`)).toMatchObject({
      status: 'completed',
      payment_outcome: 'reserved',
      payment_status: 'paid',
      payment_id: payment.id,
      capture_method: 'manual',
    })
    const [item] = (await get(`/billing/lookups?reference=${name}`)).data.filter(
      (one: { kind: string }) => one.kind === 'bill',
    )
    expect(item).toMatchObject({ amount_due: 1_000, pending_amount: 1_000 })
    const told = await toldOf(payment)
    expect(told.map(({ type }) => type)).toEqual(['payment.succeeded'])
    expect(told[0].data).toMatchObject({ authorised_amount: 1_000, paid_amount: 0, capture_method: 'manual' })
    const refused = await refund(payment)
    expect([refused.status, refused.body.code]).toEqual([409, 'payment_state'])
  })

  test('is captured in parts, each of which is money at its time', async () => {
    const { name, bill, payment, session } = await authorised()
    const first = await capture(payment, { amount: 300, metadata: { parcel: '1 of 2' } })
    expect(first.status).toBe(201)
    expect(first.body).toMatchObject({ paid_amount: 300, voided_amount: 0, applied_amount: 300, unapplied_amount: 0 })
    expect(first.body.obligations).toMatchObject([{ amount: 300, bill_id: bill.id }])
    expect(await remainingOf(bill)).toBe(700)
    const [item] = (await get(`/billing/lookups?reference=${name}`)).data.filter(
      (one: { kind: string }) => one.kind === 'bill',
    )
    expect(item).toMatchObject({ amount_due: 700, pending_amount: 700 })
    clock.advance(60_000)
    expect((await capture(payment)).body).toMatchObject({ paid_amount: 1_000, applied_amount: 1_000 })
    expect(await remainingOf(bill)).toBe(0)
    expect(await entriesOf(bill)).toMatchObject([{ amount: -700 }, { amount: -300 }, { amount: 1_000 }])
    expect((await get(`/collect/payment_sessions/${session.id}`)).payment_outcome).toBe('reserved')
    const told = await toldOf(payment, /^(payment|obligation)\./)
    expect(told.map(({ type }) => type)).toEqual([
      'payment.succeeded',
      'payment.captured',
      'obligation.amount_applied',
      'payment.captured',
      'obligation.amount_applied',
    ])
    expect(told[1].data).toMatchObject({
      id: payment.id,
      authorised_amount: 1_000,
      paid_amount: 300,
      capture: { amount: 300 },
    })
    expect(told[1].personal.capture_metadata).toEqual({ parcel: '1 of 2' })
    const versions = told.filter(({ type }) => type.startsWith('payment.')).map(({ data }) => data.object_version)
    expect([...versions].sort((one, other) => one - other)).toEqual(versions)
    expect(new Set(versions).size).toBe(versions.length)
  })

  test('is voided, also after a capture of a part', async () => {
    const { bill, payment } = await authorised()
    await capture(payment, { amount: 300 })
    const { status, body } = await release(payment, { metadata: { reason_code: 'out_of_stock' } })
    expect([status, body.paid_amount, body.voided_amount]).toEqual([201, 300, 700])
    expect(await remainingOf(bill)).toBe(700)
    const [told] = await toldOf(payment, /^payment\.voided$/)
    expect(told.data).toMatchObject({
      paid_amount: 300,
      voided_amount: 700,
      void: { amount: 700, reason: 'requested' },
    })
    expect(told.personal.void_metadata).toEqual({ reason_code: 'out_of_stock' })
    expect(await toldOf(payment, /^payment\.voided$/)).toHaveLength(1)
  })

  test('of more than is still owed when it is captured stays unapplied', async () => {
    const { name, bill, payment } = await authorised()
    const cash = { amount: 600, currency: 'ZAR', channel: 'till', reference: name, bill: bill.id }
    await post('/billing/payments', cash)
    await capture(payment)
    expect(await amountsOf(payment)).toEqual([1_000, 1_000, 0, 400, 600, 0])
    const [told] = await toldOf(payment, /amount_unapplied/)
    expect(told.data.amount).toBe(600)
  })

  test('of a session for nothing in Billing is direct when it is captured', async () => {
    const session = await at.session({ external_reference: 'order-77' }, 500)
    const payment = (await post('/test/payments', { payment_session: session.id, outcome: 'succeeded' })).body
    await capture(payment, { amount: 200 })
    expect(await amountsOf(payment)).toEqual([500, 200, 0, 0, 0, 200])
    expect((await refund(payment, { amount: 50 })).status).toBe(201)
    await capture(payment, { amount: 100 })
    expect(await amountsOf(payment)).toEqual([500, 300, 0, 0, 0, 250])
    const { receipt_url } = await get(`/billing/payments/${payment.id}`)
    expect(await (await fetch(receipt_url)).text()).toMatch(/R\s3,00\sZAR/)
  })

  test('and captured in part gives back no more than was captured', async () => {
    const { bill, payment } = await authorised()
    await capture(payment, { amount: 300 })
    const more = await refund(payment, { amount: 301 })
    expect([more.status, more.body.code]).toEqual([422, 'amount_exceeds_remaining'])
    expect((await refund(payment)).body).toMatchObject({ amount: 300, status: 'succeeded' })
    expect(await get(`/billing/payments/${payment.id}`)).toMatchObject({ refunded: true, partially_refunded: false })
    expect(await remainingOf(bill)).toBe(1_000)
    // What is left of the authorisation can still be captured.
    expect((await capture(payment, { amount: 100 })).body).toMatchObject({ paid_amount: 400, refunded_amount: 300 })
    expect(await get(`/billing/payments/${payment.id}`)).toMatchObject({ refunded: false, partially_refunded: true })
  })
})

describe('the documented refusals', () => {
  const notCaptured = 'The payment is not in an authorised state and cannot be captured.'
  const notVoided = 'The payment is not in an authorised state and cannot be voided.'

  async function detailOf(answer: Promise<{ status: number; body: { code: string; detail: string } }>) {
    const { status, body } = await answer
    expect([status, body.code]).toEqual([409, 'payment_state'])
    return body.detail
  }

  test('of a payment that is not authorised', async () => {
    const { bill, name } = await at.bill()
    const paid = (await post('/test/payments', { bill: bill.id, amount: 10, outcome: 'succeeded' })).body
    expect(await detailOf(capture(paid))).toBe(notCaptured)
    expect(await detailOf(release(paid))).toBe(notVoided)
    const cash = { amount: 5, currency: 'ZAR', channel: 'till', reference: `cash-${name}`, customer: name }
    const recorded = (await post('/billing/payments', cash)).body
    expect(await detailOf(capture(recorded))).toBe(notCaptured)
    expect(await detailOf(release(recorded))).toBe(notVoided)
    const session = await at.session({ bill: bill.id }, 100)
    const waiting = { payment_session: session.id, outcome: 'abandoned' }
    const begun = (await post('/test/payments', waiting)).body
    expect(await detailOf(capture(begun))).toBe(notCaptured)
    expect(await detailOf(release(begun))).toBe(notVoided)
  })

  test('of more than remains', async () => {
    const { payment } = await authorised()
    const text = 'The capture amount exceeds the remaining authorised amount.'
    expect(await detailOf(capture(payment, { amount: 1_001 }))).toBe(text)
    await capture(payment, { amount: 400 })
    expect(await detailOf(capture(payment, { amount: 601 }))).toBe(text)
    await capture(payment)
    expect(await detailOf(capture(payment, { amount: 1 }))).toBe(text)
    expect(await detailOf(capture(payment))).toBe(notCaptured)
    expect(await detailOf(release(payment))).toBe('There is no remaining authorised amount to void.')
  })

  test('of one that is voided', async () => {
    const { payment } = await authorised()
    await release(payment)
    expect(await detailOf(release(payment))).toBe('The payment has already been fully voided.')
    expect(await detailOf(capture(payment))).toBe(notCaptured)
  })

  test('of one that has expired, before and after the job has come by', async () => {
    const text = 'The authorisation has expired and can no longer be captured.'
    const { payment, bill } = await authorised({ captures: 'expires_soon' })
    await capture(payment, { amount: 250 })
    clock.advance(31_000)
    expect(await detailOf(capture(payment))).toBe(text)
    await later(1)
    expect(await amountsOf(payment)).toEqual([1_000, 250, 750, 250, 0, 0])
    expect(await detailOf(capture(payment))).toBe(text)
    const [told] = await toldOf(payment, /voided/)
    expect(told.data.void).toMatchObject({ amount: 750, reason: 'expired' })
    expect(await remainingOf(bill)).toBe(750)
    await later(10_000)
    expect(await toldOf(payment, /voided/)).toHaveLength(1)
  })

  test('of what is no payment, and of bodies that are wrong', async () => {
    const { payment } = await authorised()
    const absent = await post('/collect/payments/pay_0352Vzp8fwfUh4H7qRDzn7/captures')
    expect([absent.status, absent.body.code]).toEqual([404, 'not_found'])
    for (const body of [{ amount: 0 }, { amount: -5 }, { amount: 1.5 }, { amount: '5' }, { amount: 1, other: 1 }, []]) {
      expect((await capture(payment, body)).status).toBe(400)
    }
    expect((await release(payment, { amount: 5 })).status).toBe(400)
    const card = await capture(payment, { metadata: { note: '4242424242424242' } })
    expect([card.status, card.body.code]).toEqual([422, 'card_number'])
    expect(await amountsOf(payment)).toEqual([1_000, 0, 0, 0, 0, 0])
  })

  test('of a session where a card cannot be held, and of one that only verifies a card', async () => {
    const options = { payment_method_options: { card: { capture_method: 'manual' } } }
    const none = await post('/collect/payment_sessions', { amount: 0, currency: 'ZAR', options })
    expect([none.status, none.body.code, none.body.errors[0].pointer]).toEqual([422, 'not_supported', '/amount'])
    const live = await post(
      '/collect/payment_sessions',
      { amount: 5, currency: 'ZAR', options },
      { authorization: `Bearer ${server.liveKey}` },
    )
    const pointer = '/options/payment_method_options/card/capture_method'
    expect([live.status, live.body.code, live.body.errors[0].pointer]).toEqual([422, 'not_supported', pointer])
    const { bill } = await at.bill()
    const session = await at.session({ bill: bill.id }, 100)
    const eft = await post('/test/payments', {
      payment_session: session.id,
      outcome: 'succeeded',
      method: 'instant_eft',
    })
    expect([eft.status, eft.body.code]).toEqual([422, 'not_supported'])
  })
})

describe('at the same time', () => {
  test('20 captures never take more than was authorised', async () => {
    const { payment, bill } = await authorised()
    const answers = await Promise.all(Array.from({ length: 20 }, () => capture(payment, { amount: 90 })))
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(11)
    expect(answers.filter(({ status }) => status === 409)).toHaveLength(9)
    expect(await amountsOf(payment)).toEqual([1_000, 990, 0, 990, 0, 0])
    expect(await remainingOf(bill)).toBe(10)
  })

  test('captures and voids share what was authorised', async () => {
    const { payment } = await authorised()
    const answers = await Promise.all([
      capture(payment, { amount: 400 }),
      release(payment),
      capture(payment, { amount: 300 }),
      release(payment),
      capture(payment, { amount: 500 }),
    ])
    expect(answers.every(({ status }) => status === 201 || status === 409)).toBe(true)
    await later(60)
    const [authorised_amount, paid, voided] = await amountsOf(payment)
    expect(paid + voided).toBeLessThanOrEqual(authorised_amount)
    expect(voided).toBeGreaterThan(0)
  })

  test('a key is one capture', async () => {
    const { payment } = await authorised()
    const headers = { 'idempotency-key': `capture-${payment.id}` }
    const [first] = await Promise.all([capture(payment, { amount: 100 }, headers)])
    const again = await capture(payment, { amount: 100 }, headers)
    expect(again.text).toBe(first?.text)
    expect(again.headers.get('idempotent-replayed')).toBe('true')
    expect((await amountsOf(payment))[1]).toBe(100)
    const other = await capture(payment, { amount: 101 }, headers)
    expect([other.status, other.body.code]).toEqual([422, 'idempotency_key_reused'])
  })
})

describe('an answer that is lost', () => {
  test('after the capture came through is found by asking again, and captured once', async () => {
    const { payment, bill } = await authorised({ captures: 'answer_lost' })
    const headers = { 'idempotency-key': `lost-${payment.id}` }
    const { status, body, text } = await capture(payment, { amount: 400 }, headers)
    expect([status, body.paid_amount, body.unconfirmed_amount]).toEqual([201, 0, 400])
    expect(await remainingOf(bill)).toBe(1_000)
    const more = await capture(payment, { amount: 601 })
    expect(more.body.detail).toBe('The capture amount exceeds the remaining authorised amount.')
    expect(logged).toContain('a capture or a void could not be made yet')
    await later(31)
    expect(await amountsOf(payment)).toEqual([1_000, 400, 0, 400, 0, 0])
    expect((await get(`/billing/payments/${payment.id}`)).unconfirmed_amount).toBeUndefined()
    expect((await capture(payment, { amount: 400 }, headers)).text).toBe(text)
    await later(10_000)
    expect(await toldOf(payment, /captured/)).toHaveLength(1)
  })

  test('of a void is found too', async () => {
    const { payment } = await authorised({ captures: 'answer_lost' })
    expect((await release(payment)).body).toMatchObject({ voided_amount: 0, unconfirmed_amount: 1_000 })
    await later(31)
    expect(await amountsOf(payment)).toEqual([1_000, 0, 1_000, 0, 0, 0])
    expect(await toldOf(payment, /voided/)).toHaveLength(1)
  })
})
