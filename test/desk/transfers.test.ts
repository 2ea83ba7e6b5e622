import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parseId } from '../../src/core/id/id.ts'
import { type TestServer, testServer } from '../support/server.ts'
import { expectCleanBooks } from '../support/verify.ts'
import { atDesk, hour, reason } from './misposted.ts'

let server: TestServer
beforeAll(async () => {
  server = await testServer()
})
afterAll(async () => {
  await expectCleanBooks(server.database)
  await server.stop()
})

const { post, get, payment, ago, made, next, owing, billOf, paidBy, transfer, transferred, told } = atDesk(() => server)

describe('a transfer', () => {
  test('takes what is unapplied first, then what was applied, newest first, and makes a payment of the receiver', async () => {
    const [wrong, right] = [await owing(0), await owing(0)]
    const [older, newer, theirs] = [
      await billOf(wrong.id, 300),
      await billOf(wrong.id, 200),
      await billOf(right.id, 900),
    ]
    const first = await paidBy(wrong.id, 600, { metadata: { note: 'for the wrong one' } })
    const { status, body, text } = await transfer(first.id, right.id, { amount: 250 })
    expect(status, text).toBe(201)
    expect(body).toMatchObject({
      id: expect.stringMatching(/^pay_/),
      customer_id: right.id,
      channel: 'transfer',
      transferred_from: first.id,
      amount: 250,
      applied_amount: 250,
      received_at: first.received_at,
      obligations: [{ amount: 250, bill_id: theirs.id }],
    })
    expect(body).not.toHaveProperty('reference')
    expect(body).not.toHaveProperty('metadata')
    expect(await payment(body.id)).toMatchObject(body)
    expect(await payment(first.id)).toMatchObject({ applied_amount: 350, unapplied_amount: 0, transferred_amount: 250 })
    expect(await get(`/billing/bills/${newer.id}`)).toMatchObject({ status: 'unpaid', amount_remaining: 150 })
    expect(await get(`/billing/bills/${older.id}`)).toMatchObject({ status: 'paid' })
    const again = await transfer(first.id, right.id)
    expect(again.body).toMatchObject({ amount: 350, applied_amount: 350 })
    expect(await payment(first.id)).toMatchObject({ applied_amount: 0, transferred_amount: 600 })
  })

  test('is told on both sides, and kept in the history with its reason and its actor', async () => {
    const [wrong, right] = [await owing(0), await owing(70)]
    const bill = await billOf(wrong.id, 200)
    const first = await paidBy(wrong.id, 220)
    const body = await transferred(first.id, right.id, 120)
    const events = await told(body.id)
    expect(events.map(({ type }) => type).sort()).toEqual([
      'obligation.amount_applied',
      'obligation.amount_reversed',
      'payment.amount_unapplied',
      'payment.transferred',
    ])
    expect(events.find(({ type }) => type === 'payment.transferred')?.data).toMatchObject({
      payment_id: first.id,
      customer_id: wrong.id,
      transferred_to: body.id,
      receiver_id: right.id,
      amount: 120,
      unapplied_amount: 20,
      reason,
      obligations: [{ id: first.obligations[0].id, amount: 100 }],
      object_version: 2,
    })
    expect(events.find(({ type }) => type === 'obligation.amount_reversed')?.data).toMatchObject({
      cause: 'transfer',
      transferred_to: body.id,
      balance_before: 0,
      balance_after: 100,
      reason,
    })
    const [entry] = (await get(`/billing/bills/${bill.id}/entries?kind=transfer`)).data
    const actor = { key: expect.stringMatching(/^key_/) }
    expect(entry).toMatchObject({ amount: 100, source: body.id, reason, actor, effective_at: first.received_at })
    const [theirs] = (await get(`/billing/customers/${right.id}/entries?kind=payment`)).data
    expect(theirs).toMatchObject({ amount: -70, source: body.id, reason, effective_at: first.received_at })
  })

  test('counts for both from when the money came: the debt of the first customer was paid at no time', async () => {
    const [wrong, right] = [await owing(0), await owing(0)]
    const early = await billOf(wrong.id, 100)
    // It counts from later than the money, and so did what paid it.
    const late = await billOf(wrong.id, 100, new Date(Date.now() - 24 * hour).toISOString().slice(0, 10))
    const owed = await billOf(right.id, 500)
    const first = await paidBy(wrong.id, 200, { received_at: '2026-02-03T06:00:00.000Z' })
    await transferred(first.id, right.id)
    for (const effective_at of ['2026-02-03T07:00:00Z', ago(hour), new Date().toISOString()]) {
      const at = async ({ id }: { id: string }) =>
        (await get(`/billing/bills/${id}/balance?effective_at=${effective_at}`)).balance
      expect([effective_at, await at(early), await at(owed)]).toEqual([effective_at, 100, 300])
    }
    const { rows } = await server.database.pool.query<{ sum: bigint }>(
      `select sum(e.amount) as sum from ledger_entry as e join ledger_transaction as t on t.id = e.transaction_id
       where e.receivable_id = $2 and e.amount > 0 and t.kind = 'transfer' and t.effective_at::date = $1`,
      [late.bill_date, parseId('bill', late.id)],
    )
    expect(Number(rows[0]?.sum)).toBe(100)
  })

  test('goes to an account or a bill by the policy that is named, and brings both sides out of the archive', async () => {
    const [wrong, right] = [await owing(100), await owing(0)]
    const account = { customer: right.id, external_reference: `acc-${next()}`, currency: 'ZAR', balance: 70 }
    const { id } = await made('/billing/accounts', account)
    const first = await paidBy(wrong.id, 100)
    expect((await post(`/billing/customers/${wrong.id}/archive`)).status).toBe(200)
    const toAccount = { to: { account: id }, amount: 30, policy: 'oldest_first', reason }
    const paid = await made(`/billing/payments/${first.id}/transfers`, toAccount)
    expect(paid).toMatchObject({ applied_amount: 30, explanation: { policy: 'oldest_first' } })
    expect(await get(`/billing/customers/${wrong.id}`)).not.toHaveProperty('archived_at')
    const bill = await billOf(right.id, 20)
    const more = await made(`/billing/payments/${first.id}/transfers`, { to: { bill: bill.id }, reason })
    expect(more).toMatchObject({ amount: 70, applied_amount: 20, unapplied_amount: 50 })
    const empty = await owing(0)
    expect((await post(`/billing/customers/${empty.id}/archive`)).status).toBe(200)
    await transferred(more.id, empty.id)
    expect(await get(`/billing/customers/${empty.id}`)).not.toHaveProperty('archived_at')
  })

  test('can be followed by another one, and by a refund by hand', async () => {
    const [a, b, c] = [await owing(0), await owing(10), await owing(20)]
    const first = await paidBy(a.id, 100)
    const second = await transferred(first.id, b.id, 80)
    const third = await transferred(second.id, c.id)
    expect(third).toMatchObject({ transferred_from: second.id, amount: 80, applied_amount: 20, unapplied_amount: 60 })
    const out = { amount: 65, channel: 'cash', reference: `out-${next()}`, reason: 'Handed back' }
    expect((await post(`/billing/payments/${third.id}/refunds`, out)).body).toMatchObject({ unapplied_amount: 60 })
    expect((await get(`/billing/customers/${b.id}`)).balance).toBe(10)
    const { body } = await transfer(second.id, a.id)
    expect(body).toMatchObject({ code: 'payment_state' })
    expect(body.detail).toContain(third.id)
  })

  test('is refused with what is wrong, and nothing is written', async () => {
    const [wrong, right] = [await owing(0), await owing(0)]
    const first = await paidBy(wrong.id, 100)
    const account = { customer: wrong.id, external_reference: `acc-${next()}` }
    const { id: own } = await made('/billing/accounts', account)
    const path = `/billing/payments/${first.id}/transfers`
    const to = { customer: right.id }
    const wrongs: [object, number, string, string][] = [
      [{ to: {}, reason }, 400, 'invalid_request', '/to'],
      [{ to: { customer: right.id, account: own }, reason }, 400, 'invalid_request', '/to'],
      [{ to }, 400, 'invalid_request', '/reason'],
      [{ to, reason: '' }, 400, 'invalid_request', '/reason'],
      [{ to, reason, amount: 0 }, 400, 'invalid_request', '/amount'],
      [{ to, reason, amount: 1.5 }, 400, 'invalid_request', '/amount'],
      [{ to, reason, why: 'x' }, 400, 'invalid_request', '/why'],
      [{ to: { customer: 'nobody-here' }, reason }, 404, 'not_found', '/to/customer'],
      [{ to: { bill: 'no-bill' }, reason }, 404, 'not_found', '/to/bill'],
      [{ to: { customer: wrong.id }, reason }, 422, 'same_customer', '/to/customer'],
      [{ to: { account: own }, reason }, 422, 'same_customer', '/to/account'],
      [{ to, reason, amount: 101 }, 422, 'amount_exceeds_remaining', '/amount'],
      [{ to, reason: 'card 4242424242424242' }, 422, 'card_number', '/reason'],
    ]
    for (const [sent, status, code, pointer] of wrongs) {
      const { body } = await post(path, sent)
      expect([pointer, body.status, body.code, body.errors[0].pointer]).toEqual([pointer, status, code, pointer])
    }
    for (const unknown of ['pay_0000000000000000000000', 'nothing']) {
      expect((await transfer(unknown, right.id)).body).toMatchObject({
        status: 404,
        errors: [{ parameter: 'payment' }],
      })
    }
    const live = { authorization: `Bearer ${server.liveKey}` }
    expect((await transfer(first.id, right.id, {}, live)).status).toBe(404)
    expect(await payment(first.id)).toMatchObject({ unapplied_amount: 100, transferred_amount: 0 })
  })

  test('says of money that cannot go on what to do instead', async () => {
    const [customer, right] = [await owing(500), await owing(0)]
    const bank = { amount: 5, currency: 'ZAR', channel: 'bank' }
    const unknown = await made('/billing/payments', { ...bank, unidentified: true, reference: `line-${next()}` })
    const reversed = await paidBy(customer.id, 5)
    await made(`/billing/payments/${reversed.id}/reversals`, { reason: 'Returned' })
    const request = await made('/collect/payment_requests', { amount: 5, currency: 'ZAR' })
    const direct = await made('/test/payments', { payment_request: request.id, outcome: 'succeeded' })
    const begun = await made('/test/payments', {
      customer: customer.id,
      amount: 5,
      outcome: 'pending_succeeded',
      delay_s: 60,
    })
    const held = await made('/collect/payment_sessions', {
      amount: 5,
      currency: 'ZAR',
      customer: customer.id,
      options: { payment_method_options: { card: { capture_method: 'manual' } } },
    })
    const authorised = await made('/test/payments', { payment_session: held.id, outcome: 'succeeded' })
    for (const [{ id }, says] of [
      [unknown, '/assignments'],
      [reversed, 'it was reversed or refunded already'],
      [direct, 'refund it'],
      [begun, 'only money that has arrived'],
      [authorised, 'capture it first'],
    ]) {
      const { body } = await transfer(id, right.id)
      expect([body.status, body.code]).toEqual([409, 'payment_state'])
      expect(body.detail).toContain(says)
    }
  })

  test('is refused where the debt that is owed again would exceed what a balance can be', async () => {
    const [wrong, right] = [await owing(10), await owing(0)]
    const first = await paidBy(wrong.id, 10)
    await server.api('PATCH', `/billing/customers/${wrong.id}`, { balance: 10 ** 15 })
    expect((await transfer(first.id, right.id)).body).toMatchObject({ status: 422, code: 'amount_out_of_range' })
    await server.api('PATCH', `/billing/customers/${wrong.id}`, { balance: 0 })
  })

  test('is the same one for the same key, and of twenty at once no more goes than is left', async () => {
    const [wrong, right] = [await owing(60), await owing(0)]
    const first = await paidBy(wrong.id, 100)
    const key = { 'Idempotency-Key': `transfer-${next()}` }
    const one = await transfer(first.id, right.id, { amount: 10 }, key)
    expect((await transfer(first.id, right.id, { amount: 10 }, key)).text).toBe(one.text)
    const many = await Promise.all(Array.from({ length: 20 }, () => transfer(first.id, right.id, { amount: 20 })))
    expect(many.filter(({ status }) => status === 201)).toHaveLength(4)
    expect(await payment(first.id)).toMatchObject({ transferred_amount: 90, applied_amount: 10 })
  })

  test('there and back at the same time does not deadlock', async () => {
    const [a, b] = [await owing(500), await owing(500)]
    const [ofA, ofB] = [await paidBy(a.id, 400), await paidBy(b.id, 400)]
    const both = Array.from({ length: 6 }, () => [
      transfer(ofA.id, b.id, { amount: 50 }),
      transfer(ofB.id, a.id, { amount: 50 }),
    ])
    expect((await Promise.all(both.flat())).map(({ status }) => status)).toEqual(Array(12).fill(201))
  })

  test('shows to neither customer in the export what was noted of the payment of the other', async () => {
    const [wrong, right] = [await owing(0), await owing(0)]
    const known = await paidBy(wrong.id, 10, { metadata: { note: 'Jane' }, details: { payer_name: 'Jane' } })
    await transferred(known.id, right.id)
    expect(JSON.stringify(await get(`/billing/customers/${right.id}/export`))).not.toContain('Jane')
    const bank = { amount: 5, currency: 'ZAR', channel: 'bank', unidentified: true, reference: `line-${next()}` }
    const unknown = await made('/billing/payments', { ...bank, details: { payer_name: 'Joan' } })
    const assigned = await made(`/billing/payments/${unknown.id}/assignments`, { to: { customer: wrong.id } })
    await transferred(assigned.id, right.id)
    expect((await get(`/billing/customers/${wrong.id}/export`)).unidentified_payments).toEqual([])
    expect((await get(`/billing/customers/${right.id}/export`)).unidentified_payments).toMatchObject([
      { id: unknown.id },
    ])
    expect((await post(`/billing/customers/${right.id}/pseudonymise`)).status).toBe(200)
    expect(await payment(unknown.id)).not.toHaveProperty('details')
  })
})
