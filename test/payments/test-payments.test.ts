import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { settableClock } from '../../src/core/clock.ts'
import { laterOutcomes } from '../../src/payments/processor/simulator/later.ts'
import { drawOutcome } from '../../src/payments/processor/simulator/seeded.ts'
import { syncDueSessions } from '../../src/payments/session/sync-due-sessions.ts'
import { testOutcomes } from '../../src/payments/test-payments/schema.ts'
import { makeAccount } from '../pages/payer.ts'
import { type TestServer, testServer } from '../support/server.ts'

const clock = settableClock(new Date('2026-11-23T08:00:00Z'))
let server: TestServer<typeof clock>
beforeAll(async () => {
  server = await testServer({ clock })
})
afterAll(() => server.stop())

const play = (body: object, headers = {}) => server.api('POST', '/test/payments', body, headers)
const balance = async ({ id }: { id: string }) => (await server.api('GET', `/billing/accounts/${id}`)).body.balance

describe('a test payment', () => {
  it('that succeeds is applied like one of a payer', async () => {
    const account = await makeAccount(server)
    const { status, body } = await play({ account: account.id, amount: 500, outcome: 'succeeded' })
    expect(status).toBe(201)
    expect(body).toMatchObject({ status: 'succeeded', applied_amount: 500, channel: 'card', currency: 'ZAR' })
    expect(await balance(account)).toBe(1500)
    const { receipt_url, ...retrieved } = (await server.api('GET', `/billing/payments/${body.id}`)).body
    expect(retrieved).toEqual(body)
    expect(receipt_url).toContain('/receipts/')
  })

  it.each([
    ['declined', 'failed'],
    ['abandoned', 'pending_action'],
  ])('that is %s is %s and brings nothing', async (outcome, status) => {
    const account = await makeAccount(server)
    expect((await play({ account: account.id, amount: 500, outcome })).body).toMatchObject({
      status,
      applied_amount: 0,
    })
    expect(await balance(account)).toBe(2000)
  })

  it.each([
    ['pending_succeeded', 'succeeded', 1500],
    ['pending_failed', 'failed', 2000],
  ])('that is %s is on its way, and has %s after the time that was named', async (outcome, becomes, left) => {
    const account = await makeAccount(server)
    const { body } = await play({ account: account.id, amount: 500, outcome, delay_s: 20 })
    expect(body.status).toBe('processing')
    clock.advance(19_000)
    await syncDueSessions(server.app)
    expect(await balance(account)).toBe(2000)
    clock.advance(2_000)
    await syncDueSessions(server.app)
    expect((await server.api('GET', `/billing/payments/${body.id}`)).body.status).toBe(becomes)
    expect(await balance(account)).toBe(left)
  })

  it('that is drawn from a seed is the same each time, and the seeds draw every outcome', async () => {
    const drawn = Array.from({ length: 300 }, (_, seed) => drawOutcome(seed))
    expect(drawn).toEqual(Array.from({ length: 300 }, (_, seed) => drawOutcome(seed)))
    expect(new Set(drawn.map(({ outcome }) => outcome))).toEqual(new Set(testOutcomes))
    expect(new Set(drawn.map(({ later }) => later))).toEqual(new Set([undefined, ...laterOutcomes]))
    for (const { outcome, later } of drawn) expect(later === undefined || outcome.endsWith('succeeded')).toBe(true)
    const seed = drawn.findIndex(({ outcome }) => outcome === 'declined')
    for (const _ of ['once', 'again']) {
      const account = await makeAccount(server)
      expect((await play({ account: account.id, amount: 500, seed })).body.status).toBe('failed')
    }
  })

  it('is refused with a seed beside what it draws, and with neither', async () => {
    const account = await makeAccount(server)
    const refusal = async (body: object) => {
      const answer = await play({ account: account.id, amount: 500, ...body })
      return [answer.status, answer.body.errors.map(({ pointer }: { pointer: string }) => pointer)]
    }
    expect(await refusal({ seed: 1, outcome: 'succeeded', later: 'dispute_won' })).toEqual([
      400,
      ['/outcome', '/later'],
    ])
    expect(await refusal({})).toEqual([400, ['/outcome']])
    expect(await refusal({ seed: -1 })).toEqual([400, ['/seed']])
    expect(await refusal({ seed: 2 ** 31 })).toEqual([400, ['/seed']])
  })

  it('is made with the method that is named: a card unless it is', async () => {
    const account = await makeAccount(server)
    const method = 'instant_eft'
    expect((await play({ account: account.id, amount: 500, outcome: 'succeeded', method })).body).toMatchObject({
      channel: method,
      payment_method_details: { type: method, instant_eft: { bank: 'First Simulated Bank' } },
    })
    expect((await play({ account: account.id, amount: 500, outcome: 'declined', method })).body).toMatchObject({
      channel: method,
      last_payment_error: { error_code: 'bank_declined', decline_code: 'refused_by_bank' },
    })
    expect((await play({ account: account.id, amount: 500, outcome: 'succeeded' })).body.channel).toBe('card')
    expect((await play({ account: account.id, amount: 1, outcome: 'succeeded', method: 'cheque' })).status).toBe(400)
  })

  it('pays a request or a session whole, once', async () => {
    for (const [path, name] of [
      ['/collect/payment_requests', 'payment_request'],
      ['/collect/payment_sessions', 'payment_session'],
    ] as const) {
      const asked = (await server.api('POST', path, { amount: 700, currency: 'ZAR' })).body
      const { body } = await play({ [name]: asked.id, outcome: 'succeeded' })
      expect(body).toMatchObject({ amount: 700, direct_amount: 700, [`${name}_id`]: asked.id })
      expect((await play({ [name]: asked.id, outcome: 'succeeded' })).body).toMatchObject({
        code: `${name}_state`,
        errors: [{ pointer: `/${name}` }],
      })
    }
  })

  it('with an Idempotency-Key that was used is the first one', async () => {
    const account = await makeAccount(server)
    const body = { account: account.id, amount: 100, outcome: 'succeeded' }
    const first = await play(body, { 'idempotency-key': 'test-payment' })
    const second = await play(body, { 'idempotency-key': 'test-payment' })
    expect(second.text).toBe(first.text)
    expect(await balance(account)).toBe(1900)
  })

  it('goes where money can go, and nowhere else', async () => {
    const account = await makeAccount(server)
    const refusals = [
      [{ account: account.id, amount: 2001 }, 'amount_exceeds_remaining'],
      [{ account: account.id, amount: 1, currency: 'USD' }, 'currency_mismatch'],
      [{ bill: 'nowhere', amount: 1 }, 'not_found'],
      [{ account: account.id }, 'invalid_request'],
      [{ account: account.id, customer: account.customer_id, amount: 1 }, 'invalid_request'],
      [{ payment_request: 'pr_0352Vzp8fwfUh4H7qRDzn7' }, 'not_found'],
      [{ account: account.id, amount: 1, delay_s: 3 }, 'invalid_request'],
    ] as const
    for (const [fields, code] of refusals) {
      expect((await play({ ...fields, outcome: 'succeeded' })).body).toMatchObject({ code })
    }
    const empty = (await server.api('POST', '/billing/customers', { external_reference: 'empty' })).body
    expect((await play({ customer: empty.id, amount: 1, outcome: 'succeeded' })).body.code).toBe('no_balance')
    await server.api('POST', '/billing/bills', {
      customer: empty.id,
      external_reference: 'dollars',
      currency: 'USD',
      amount_due: 5,
    })
    const bill = { customer: empty.id, external_reference: 'rand', currency: 'ZAR', amount_due: 5 }
    const { id } = (await server.api('POST', '/billing/bills', bill)).body
    expect((await play({ customer: empty.id, amount: 1, outcome: 'succeeded' })).body.code).toBe('currency_required')
    await server.api('POST', `/billing/bills/${id}/void`)
    expect((await play({ bill: id, amount: 1, outcome: 'succeeded' })).body.code).toBe('bill_voided')
    const gone = (await server.api('POST', '/billing/customers', { external_reference: 'gone' })).body
    await server.api('POST', `/billing/customers/${gone.id}/archive`)
    expect((await play({ customer: gone.id, amount: 1, outcome: 'succeeded' })).body.code).toBe('archived')
  })

  it('does not exist to live keys', async () => {
    const live = { authorization: `Bearer ${server.liveKey}` }
    const { body } = await play({ bill: 'any', amount: 1, outcome: 'succeeded' }, live)
    expect(body).toMatchObject({ status: 404, code: 'not_found' })
  })
})
