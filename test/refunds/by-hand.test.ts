import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type TestServer, testServer } from '../support/server.ts'

let server: TestServer
beforeAll(async () => {
  server = await testServer()
})
afterAll(() => server.stop())

let serial = 0

const database = () => server.database

const post = (path: string, body: unknown, headers?: Record<string, string>) => server.api('POST', path, body, headers)
const get = async (path: string) => (await server.api('GET', path)).body

/** A customer with bills of 1,000 each, and a payment that pays them in order, with `unapplied` over. */
async function paid(count: number, unapplied: number) {
  const name = `hand-${++serial}`
  await post('/billing/customers', { external_reference: name })
  const bills = []
  for (let number = 0; number < count; number++) {
    const body = { customer: name, external_reference: `${name}-${number}`, currency: 'ZAR', amount_due: 1_000 }
    bills.push((await post('/billing/bills', body)).body)
  }
  const payment = await post('/billing/payments', {
    amount: count * 1_000 + unapplied,
    currency: 'ZAR',
    channel: 'till',
    reference: name,
    customer: name,
    policy: 'in_order',
  })
  expect(payment.status).toBe(201)
  return { name, bills, payment: payment.body }
}

const refund = (payment: { id: string }, more: object = {}, headers?: Record<string, string>) =>
  post(
    `/billing/payments/${payment.id}/refunds`,
    { channel: 'bank_transfer', reference: `out-${++serial}`, reason: 'Paid twice', ...more },
    headers,
  )

const amountsOf = async (payment: { id: string }) => {
  const { applied_amount, unapplied_amount, refunded_amount, reversed_amount } = await get(
    `/billing/payments/${payment.id}`,
  )
  return [applied_amount, unapplied_amount, refunded_amount, reversed_amount]
}

describe('a refund by hand', () => {
  test('of the whole payment opens what it paid, and is shown with the payment', async () => {
    const { bills, payment } = await paid(1, 0)
    const { status, body } = await refund(payment)
    expect(status).toBe(201)
    expect(body).toMatchObject({
      id: expect.stringMatching(/^re_/),
      payment_id: payment.id,
      method: 'external',
      status: 'succeeded',
      amount: 1_000,
      unapplied_amount: 0,
      currency: 'ZAR',
      reason: 'Paid twice',
      channel: 'bank_transfer',
    })
    expect(await get(`/billing/payments/${payment.id}`)).toMatchObject({
      status: 'succeeded',
      refunded: true,
      partially_refunded: false,
      refunded_amount: 1_000,
      applied_amount: 0,
    })
    expect(await get(`/billing/bills/${bills[0].id}`)).toMatchObject({ status: 'unpaid', amount_remaining: 1_000 })
    expect(await get(`/billing/refunds/${body.id}`)).toEqual(body)
    expect((await get(`/billing/refunds?payment=${payment.id}`)).data).toEqual([body])
  })

  test('in part takes the unapplied money first, then the newest application, then the older ones', async () => {
    const { bills, payment } = await paid(2, 300)
    const first = await refund(payment, { amount: 200 })
    expect(first.body).toMatchObject({ amount: 200, unapplied_amount: 200 })
    expect(await amountsOf(payment)).toEqual([2_000, 100, 200, 0])
    const second = await refund(payment, { amount: 600 })
    expect(second.body).toMatchObject({ amount: 600, unapplied_amount: 100 })
    expect(await amountsOf(payment)).toEqual([1_500, 0, 800, 0])
    expect(await get(`/billing/payments/${payment.id}`)).toMatchObject({ refunded: false, partially_refunded: true })
    await refund(payment, { amount: 700 })
    const left = await Promise.all(bills.map(({ id }) => get(`/billing/bills/${id}`)))
    expect(left.map(({ amount_remaining }) => amount_remaining)).toEqual([200, 1_000])
  })

  test('is taken from the obligations that are named, in their order', async () => {
    const { bills, payment } = await paid(3, 50)
    const [one, two] = payment.obligations
    const from = [{ obligation: one.id, amount: 400 }, { obligation: two.id }]
    expect((await refund(payment, { from, amount: 500 })).body).toMatchObject({ amount: 500, unapplied_amount: 0 })
    const left = await Promise.all(bills.map(({ id }) => get(`/billing/bills/${id}`)))
    expect(left.map(({ amount_remaining }) => amount_remaining)).toEqual([400, 100, 0])
    // Without an amount it is all that is left of them.
    const rest = await refund(payment, { from: [{ obligation: one.id }, { obligation: two.id }] })
    expect(rest.body).toMatchObject({ amount: 1_500 })
  })

  test.each([
    ['more than is left of one', 422, 'amount_exceeds_remaining', '/from/0/amount', { amount: 1_001 }, {}],
    ['one twice', 422, 'invalid_allocation', '/from/1/obligation', {}, { twice: true }],
    ['more than the amount', 422, 'invalid_allocation', '/from', { amount: 300 }, { amount: 200 }],
    ['less than the amount', 422, 'amount_exceeds_remaining', '/amount', { amount: 300 }, { amount: 400 }],
  ])(
    'that names %s of its obligations is refused',
    async (_what, status, code, pointer, source, {
      twice,
      ...more
    }: {
      twice?: boolean
      amount?: number
    }) => {
      const { payment } = await paid(1, 0)
      const one = { obligation: payment.obligations[0].id, ...source }
      const answer = await refund(payment, { ...more, from: twice ? [one, one] : [one] })
      expect([answer.status, answer.body.code, answer.body.errors[0].pointer]).toEqual([status, code, pointer])
      expect(await amountsOf(payment)).toEqual([1_000, 0, 0, 0])
    },
  )

  test('that names an obligation of another payment is refused', async () => {
    const { payment } = await paid(1, 0)
    const other = await paid(1, 0)
    const answer = await refund(payment, { from: [{ obligation: other.payment.obligations[0].id }] })
    expect([answer.status, answer.body.code]).toEqual([404, 'not_found'])
    expect(answer.body.errors[0].pointer).toBe('/from/0/obligation')
  })

  test('of more than is left is refused, and of nothing that is left too', async () => {
    const { payment } = await paid(1, 0)
    await refund(payment, { amount: 700 })
    const more = await refund(payment, { amount: 301 })
    expect([more.status, more.body.code, more.body.detail]).toEqual([
      422,
      'amount_exceeds_remaining',
      'Only 300 of the payment is left.',
    ])
    await refund(payment)
    expect((await refund(payment)).body).toMatchObject({
      code: 'payment_state',
      detail: 'The whole payment has been refunded already.',
    })
  })

  test('two at once for all that is left: one is sent', async () => {
    const { payment } = await paid(1, 200)
    const answers = await Promise.all([refund(payment, { amount: 1_200 }), refund(payment, { amount: 1_200 })])
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 409])
    expect(await amountsOf(payment)).toEqual([0, 0, 1_200, 0])
    expect((await get(`/billing/refunds?payment=${payment.id}`)).data).toHaveLength(1)
  })

  test('no more goes out than came in, whoever writes it', async () => {
    const { payment } = await paid(1, 0)
    const more = database().owner.query('update payment set refunded_amount = 1 where metadata is not null')
    await expect(more).rejects.toThrow('payment_amounts_check')
    expect(await amountsOf(payment)).toEqual([1_000, 0, 0, 0])
  })

  test('twice with one key is one refund, and gets the first response', async () => {
    const { payment } = await paid(1, 0)
    const body = { amount: 100, reference: `keyed-${++serial}` }
    const key = { 'idempotency-key': `refund-${serial}` }
    const first = await refund(payment, body, key)
    const second = await refund(payment, body, key)
    expect([first.status, second.status, second.text]).toEqual([201, 201, first.text])
    expect(second.headers.get('idempotent-replayed')).toBe('true')
    expect(await amountsOf(payment)).toEqual([900, 0, 100, 0])
  })

  test('under the same reference again is the first refund, without a key and for good', async () => {
    const { payment } = await paid(1, 0)
    const body = { amount: 100, reference: `again-${++serial}` }
    const first = await refund(payment, body)
    const again = await Promise.all([
      refund(payment, body),
      refund(payment, { ...body, reference: ` ${body.reference}` }),
    ])
    expect(again.map(({ status }) => status)).toEqual([200, 200])
    expect(again[0]?.body).toEqual(first.body)
    const other = await refund(payment, { ...body, amount: 101, refunded_at: '2026-01-01T00:00:00Z' })
    expect([other.status, other.body.code]).toEqual([409, 'refund_reference_conflict'])
    expect(other.body.errors.map(({ pointer }: { pointer: string }) => pointer)).toEqual(['/amount', '/refunded_at'])
    expect(other.body.detail).toContain(first.body.id)
    const elsewhere = await refund((await paid(1, 0)).payment, body)
    expect(elsewhere.body.errors[0]).toMatchObject({ parameter: 'payment' })
    expect((await refund(payment, { ...body, channel: 'cash' })).status).toBe(201)
    expect(await amountsOf(payment)).toEqual([800, 0, 200, 0])
  })

  test('counts from when it was sent, which is no earlier than the money came', async () => {
    const { bills, payment } = await paid(1, 0)
    const early = await refund(payment, { refunded_at: '2020-01-01T00:00:00Z' })
    expect([early.status, early.body.code, early.body.errors[0].pointer]).toEqual([
      422,
      'invalid_dates',
      '/refunded_at',
    ])
    const late = await refund(payment, { refunded_at: new Date(Date.now() + 3_600_000).toISOString() })
    expect([late.status, late.body.code]).toEqual([400, 'invalid_request'])
    const now = new Date().toISOString()
    const sent = await refund(payment, { refunded_at: now })
    expect(sent.body.refunded_at).toBe(now)
    const entry = (await get(`/billing/bills/${bills[0].id}/entries`)).data[0]
    expect(entry).toMatchObject({
      kind: 'refund',
      amount: 1_000,
      effective_at: now,
      source: sent.body.id,
      reason: 'Paid twice',
    })
  })

  test('of a payment that went through a processor is refused, and says where to go', async () => {
    const { name } = await paid(1, 0)
    await post('/billing/bills', {
      customer: name,
      external_reference: `${name}-page`,
      currency: 'ZAR',
      amount_due: 500,
    })
    const { body } = await post('/test/payments', { bill: `${name}-page`, amount: 500, outcome: 'succeeded' })
    const answer = await refund(body)
    expect([answer.status, answer.body.code]).toEqual([409, 'payment_state'])
    expect(answer.body.detail).toContain('POST /collect/payments/{payment}/refunds')
  })

  test('of a payment that was reversed takes what the reversal left, and the other way round', async () => {
    const { payment } = await paid(1, 0)
    await post(`/billing/payments/${payment.id}/reversals`, { amount: 400, reason: 'bounced' })
    expect((await refund(payment, { amount: 601 })).body.code).toBe('amount_exceeds_remaining')
    expect((await refund(payment, { amount: 250 })).status).toBe(201)
    // A bank may take more than is left, since it does not know of the refund, but no more than it has not taken yet.
    const more = await post(`/billing/payments/${payment.id}/reversals`, { amount: 601, reason: 'bounced' })
    expect([more.status, more.body.code]).toEqual([422, 'amount_exceeds_remaining'])
    const rest = await post(`/billing/payments/${payment.id}/reversals`, { reason: 'bounced' })
    expect(rest.body).toMatchObject({ amount: 350 })
    expect(await amountsOf(payment)).toEqual([0, 0, 250, 750])
    expect((await refund(payment)).body).toMatchObject({
      code: 'payment_state',
      detail: 'The whole payment has been reversed and refunded already.',
    })
    const reversed = (await paid(1, 0)).payment
    await post(`/billing/payments/${reversed.id}/reversals`, { reason: 'bounced' })
    expect((await refund(reversed)).body.code).toBe('payment_state')
  })

  test('brings an archived customer out of the archive, since something is owed again', async () => {
    const { name, bills, payment } = await paid(1, 0)
    await server.api('POST', `/billing/customers/${name}/archive`)
    await refund(payment, { amount: 10 })
    expect((await get(`/billing/customers/${name}`)).archived_at).toBeUndefined()
    expect((await get(`/billing/bills/${bills[0].id}`)).amount_remaining).toBe(10)
  })

  test('of a customer who was pseudonymised names nobody', async () => {
    const { name, payment } = await paid(1, 20)
    await server.api('POST', `/billing/customers/${name}/pseudonymise`)
    const { status, body } = await refund(payment, { amount: 30 })
    expect([status, body.unapplied_amount]).toEqual([201, 20])
    const { rows } = await database().pool.query('select body, personal from event where body::text like $1', [
      `%${body.id}%`,
    ])
    expect(rows).toHaveLength(2)
    expect(JSON.stringify(rows)).not.toContain(name)
  })

  test('is told: each obligation that is reduced, and the refund', async () => {
    const { bills, payment } = await paid(1, 30)
    const { body } = await refund(payment, { amount: 100 })
    const { rows } = await database().pool.query<{ body: string }>(
      'select body from event where body::text like $1 order by type',
      [`%${body.id}%`],
    )
    const [reduced, told] = rows.map((row) => JSON.parse(row.body))
    expect(reduced).toMatchObject({
      type: 'obligation.amount_reversed',
      data: {
        amount: 70,
        cause: 'refund',
        refund_id: body.id,
        bill_id: bills[0].id,
        balance_after: 70,
        reason: 'Paid twice',
      },
    })
    expect(told).toMatchObject({
      type: 'payment.refunded',
      data: {
        id: body.id,
        payment_id: payment.id,
        method: 'external',
        amount: 100,
        unapplied_amount: 30,
        obligations: [{ id: payment.obligations[0].id, amount: 70 }],
      },
    })
  })
})

describe('the list of refunds', () => {
  test('is filtered by payment, customer, status and time, newest first', async () => {
    const { name, payment } = await paid(1, 0)
    const ids = []
    for (const amount of [1, 2, 3]) ids.unshift((await refund(payment, { amount })).body.id)
    const list = async (query: string) =>
      (await get(`/billing/refunds?${query}`)).data.map(({ id }: { id: string }) => id)
    expect(await list(`payment=${payment.id}`)).toEqual(ids)
    expect(await list(`customer=${name}`)).toEqual(ids)
    expect(await list(`customer=${name}&status=succeeded`)).toEqual(ids)
    expect(await list(`customer=${name}&status=pending`)).toEqual([])
    expect(await list(`payment=${payment.id}&created_to=2020-01-01T00:00:00Z`)).toEqual([])
    expect(await list(`payment=${(await paid(1, 0)).payment.id}`)).toEqual([])
    expect(await list('customer=nobody')).toEqual([])
    const page = await get(`/billing/refunds?payment=${payment.id}&limit=2`)
    expect(await list(`payment=${payment.id}&limit=2&cursor=${page.next_cursor}`)).toEqual(ids.slice(2))
  })

  test('shows nothing to another environment', async () => {
    const { payment } = await paid(1, 0)
    const { body } = await refund(payment)
    const live = { authorization: `Bearer ${server.liveKey}` }
    expect((await server.api('GET', `/billing/refunds/${body.id}`, undefined, live)).status).toBe(404)
    expect((await server.api('GET', '/billing/refunds', undefined, live)).body.data).toEqual([])
    expect((await refund(payment, {}, live)).status).toBe(404)
  })
})
