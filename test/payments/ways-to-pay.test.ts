import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { holdsCardNumber, passesLuhn } from '../../src/core/card-number.ts'
import { settableClock } from '../../src/core/clock.ts'
import { decode } from '../../src/core/id/base62.ts'
import { wholeBody } from '../../src/events/personal.ts'
import { newPaycode, shownPaycode } from '../../src/payments/processor/simulator/paycode.ts'
import { syncDueSessions } from '../../src/payments/session/sync-due-sessions.ts'
import { balanceOf, follow, goodCard, makeAccount, open, type PayerPage, statusOf, submit } from '../pages/payer.ts'
import { eventually } from '../support/eventually.ts'
import { countWaiting } from '../support/locks.ts'
import { type TestServer, testServer } from '../support/server.ts'

const clock = settableClock(new Date('2026-11-23T08:00:00Z'))
let server: TestServer<typeof clock>
beforeAll(async () => {
  server = await testServer({ clock })
})
afterAll(() => server.stop())

const chargePageOf = async (url: string) => submit((await open(url)).forms[0])
const paymentOf = async ({ url }: PayerPage) =>
  (await server.api('GET', `/billing/payments/${/pay_\w+/.exec(url)?.[0]}`)).body
const eventOf = async (type: string, payment: { id: string }) => {
  const { rows } = await server.database.pool.query<{ body: string; personal: string | null }>(
    'select body, personal from event where type = $1 and body like $2',
    [type, `%${payment.id}%`],
  )
  expect(rows).toHaveLength(1)
  return rows.map((row) => JSON.parse(wholeBody(row)).data)[0]
}

/** Chooses a bank at the list, as its form would. */
const bankPageOf = async (chargePage: PayerPage, bank: string, delay_s = '3') => {
  const list = await follow(chargePage, /Instant EFT/)
  expect(list.text).toContain('First Simulated Bank: approves')
  return open(`${chargePage.url}?method=instant_eft&delay_s=${encodeURIComponent(delay_s)}&bank=${bank}`)
}

describe('an instant EFT', () => {
  it('that is approved at the bank is paid, and the receipt, the payment and its events name the bank', async () => {
    const account = await makeAccount(server)
    const bank = await bankPageOf(await chargePageOf(account.presentment_url), 'first')
    expect(bank.text).toContain('First Simulated Bank asks: do you want to pay this?')
    const outcome = await submit(bank.forms[0], { decision: 'approve' })
    expect(statusOf(outcome)).toEqual(['succeeded'])
    expect(outcome.text).toContain('Paid with Instant EFT, First Simulated Bank')
    const payment_method_details = { type: 'instant_eft', instant_eft: { bank: 'First Simulated Bank' } }
    const payment = await paymentOf(outcome)
    expect(payment).toMatchObject({ status: 'succeeded', channel: 'instant_eft', payment_method_details })
    expect(await eventOf('payment.succeeded', payment)).toMatchObject({
      channel: 'instant_eft',
      payment_method_details,
    })
    expect(await balanceOf(server, account)).toBe(0)
  })

  it.each([
    ['second', 'approve', 'refused_by_bank', 'The bank refused the payment.'],
    ['first', 'refuse', 'refused_by_payer', 'It was refused at the bank.'],
  ])('at the bank %s to which the payer says %s fails with %s', async (id, decision, decline_code, sentence) => {
    const account = await makeAccount(server)
    const bank = await bankPageOf(await chargePageOf(account.presentment_url), id)
    const outcome = await submit(bank.forms[0], { decision })
    expect(statusOf(outcome)).toEqual(['failed'])
    expect(outcome.text).toContain(sentence)
    const payment = await paymentOf(outcome)
    expect(payment).toMatchObject({
      status: 'failed',
      channel: 'instant_eft',
      last_payment_error: { error_code: 'bank_declined', decline_code },
    })
    expect(await eventOf('payment.attempt_failed', payment)).toMatchObject({
      payment_method_details: { type: 'instant_eft' },
    })
    expect(statusOf(await submit(bank.forms[0], { decision: 'approve' }))).toEqual(['failed'])
    expect(await balanceOf(server, account)).toBe(2000)
  })

  it.each([
    ['slow', 'succeeded', 0],
    ['stubborn', 'failed', 2000],
  ])('at the bank %s is on its way for the time that was chosen, and has %s then', async (id, becomes, left) => {
    const account = await makeAccount(server)
    const bank = await bankPageOf(await chargePageOf(account.presentment_url), id, '3600')
    const outcome = await submit(bank.forms[0], { decision: 'approve' })
    expect(statusOf(outcome)).toEqual(['pending'])
    clock.advance(3_599_000)
    expect(statusOf(await open(outcome.url))).toEqual(['pending'])
    clock.advance(2_000)
    await syncDueSessions(server.app)
    expect((await paymentOf(outcome)).status).toBe(becomes)
    expect(await balanceOf(server, account)).toBe(left)
  })

  it('waits at most a day, and says so', async () => {
    const chargePage = await chargePageOf((await makeAccount(server)).presentment_url)
    for (const delay of ['86401', '-1', '', 'soon', '1'.repeat(5_000)]) {
      const page = await bankPageOf(chargePage, 'slow', delay)
      expect(page.status, delay).toBe(422)
      expect(page.text).toContain('Enter a whole number of seconds from 0 to 86400.')
    }
    expect((await bankPageOf(chargePage, 'slow', '86400')).text).toContain('Slow Bank asks')
    expect((await bankPageOf(chargePage, 'nowhere')).text).toContain('Second Simulated Bank: refuses')
  })

  it('charges nothing before its payer has decided, and a card can be used instead', async () => {
    const account = await makeAccount(server)
    const chargePage = await chargePageOf(account.presentment_url)
    const bank = await bankPageOf(chargePage, 'first')
    expect((await submit(bank.forms[0], { decision: 'maybe' })).status).toBe(422)
    expect(await balanceOf(server, account)).toBe(2000)
    const outcome = await submit(
      (await follow(bank, /Choose another bank/).then((page) => follow(page, /^Card$/))).forms[0],
      goodCard,
    )
    expect(outcome.text).toContain('Paid with Visa •••• 4242')
    await submit(bank.forms[0], { decision: 'approve' })
    expect((await paymentOf(outcome)).channel).toBe('card')
    expect(await balanceOf(server, account)).toBe(0)
  })
})

const lookUp = async (reference: string) =>
  (await server.api('GET', `/billing/lookups?reference=${encodeURIComponent(reference)}`)).body.data
const paycodePageOf = async (url: string) => {
  const offer = await follow(await chargePageOf(url), /Paycode/)
  const page = await submit(offer.forms[0])
  return { page, code: /\d{4} \d{4} \d{4} \d{4}/.exec(page.text)?.[0] ?? '' }
}

describe('a paycode', () => {
  it('is sixteen digits that are no card number', () => {
    for (let count = 0; count < 2_000; count++) {
      const code = newPaycode()
      expect(code).toMatch(/^9\d{15}$/)
      expect([passesLuhn(code), holdsCardNumber(code)], code).toEqual([false, false])
    }
  })

  it('stays the same however often it is asked for, and is paid once at the till', async () => {
    const account = await makeAccount(server)
    const { page, code } = await paycodePageOf(account.presentment_url)
    expect(page.text).toContain('Pay it in cash at a simulated till')
    expect(page.text).toContain('until 2026-11-24 0')
    expect((await open(page.url)).text).toContain(code)
    const outcome = await submit(page.forms[0])
    expect(statusOf(outcome)).toEqual(['succeeded'])
    expect(outcome.text).toContain(`Paid with Paycode •••• ${code.slice(-4)}`)
    expect(await paymentOf(outcome)).toMatchObject({
      channel: 'paycode',
      payment_method_details: { type: 'paycode', paycode: { code: code.replaceAll(' ', '') } },
    })
    expect((await submit(page.forms[0])).url).toBe(outcome.url)
    expect(await balanceOf(server, account)).toBe(0)
    expect(await lookUp(code)).toEqual([])
  })

  it('is one of two that are asked for at once', async () => {
    const offer = await follow(await chargePageOf((await makeAccount(server)).presentment_url), /Paycode/)
    const id = decode(/charges\/(\w{22})/.exec(offer.url)?.[1] ?? '')
    const { pool } = server.database
    const holder = await pool.connect()
    // Both wait for the charge, and go on at once.
    await holder.query('begin')
    await holder.query('select from simulator_charge where id = $1 for update', [id])
    const both = Promise.all([submit(offer.forms[0]), submit(offer.forms[0])])
    await eventually(async () => (await countWaiting(pool)) >= 2, 'both wait').finally(() => holder.query('rollback'))
    holder.release()
    const [one, other] = await both
    const { rows } = await pool.query<{ paycode: string }>(
      'select paycode from simulator_paycode where charge_id = $1',
      [id],
    )
    expect(rows).toHaveLength(1)
    const code = shownPaycode(rows[0]?.paycode ?? '')
    expect([one.text, other.text]).toEqual([expect.stringContaining(code), expect.stringContaining(code)])
  })

  it('is found at the pay point while it can be paid: whose it is, and the one amount', async () => {
    const account = await makeAccount(server)
    const { page, code } = await paycodePageOf(account.presentment_url)
    const item = {
      kind: 'paycode',
      id: expect.stringMatching(/^pay_/),
      name: 'Thandi Nkosi',
      amount_due: 2000,
      pending_amount: 0,
      currency: 'ZAR',
      payment_rules: { min_amount: 2000, max_amount: 2000, underpayment_allowed: false, overpayment_allowed: false },
    }
    expect(await lookUp(code)).toEqual([item])
    expect(await lookUp(code.replaceAll(' ', ''))).toEqual([item])
    const live = await server.api('GET', `/billing/lookups?reference=${code.replaceAll(' ', '')}`, undefined, {
      authorization: `Bearer ${server.liveKey}`,
    })
    expect(live.body.data).toEqual([])
    clock.advance(23 * 3_600_000)
    expect(await lookUp(code)).toEqual([])
    expect((await submit(page.forms[0])).text).toContain('This payment has expired')
    expect(await balanceOf(server, account)).toBe(2000)
  })

  it('ends when another payment of the same is begun', async () => {
    const account = await makeAccount(server)
    const { page, code } = await paycodePageOf(account.presentment_url)
    await chargePageOf(account.presentment_url)
    expect(await lookUp(code)).toEqual([])
    expect(statusOf(await submit(page.forms[0]))).toEqual(['failed'])
    expect(await balanceOf(server, account)).toBe(2000)
  })

  it('pays a request, whole', async () => {
    const asked = { amount: 700, currency: 'ZAR' }
    const request = (await server.api('POST', '/collect/payment_requests', asked)).body
    const { page, code } = await paycodePageOf(request.link.url)
    expect(await lookUp(code)).toMatchObject([{ kind: 'paycode', amount_due: 700 }])
    expect(statusOf(await submit(page.forms[0]))).toEqual(['succeeded'])
    expect((await server.api('GET', `/collect/payment_requests/${request.id}`)).body.status).toBe('paid')
  })
})
