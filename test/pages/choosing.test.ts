import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { settableClock } from '../../src/core/clock.ts'
import { type TestServer, testServer } from '../support/server.ts'
import { customersOf, ticks } from './household.ts'
import { follow, goodCard, makeAccount, open, statusOf, submit } from './payer.ts'

const clock = settableClock(new Date('2026-11-26T08:00:00Z'))
let server: TestServer<typeof clock>
let { create, household, get, paymentsCount, review } = {} as ReturnType<typeof customersOf>
beforeAll(async () => {
  server = await testServer({ clock })
  ;({ create, household, get, paymentsCount, review } = customersOf(server))
})
afterAll(() => server.stop())

describe('the page of a customer with several debts', () => {
  it('lists the most urgent first, says what is overdue, and sums to its headline', async () => {
    const { customer, garden, late, today, later } = await household()
    const page = await open(customer.presentment_url)
    expect(page.text).toContain('Thandi Nkosi, you owe R 2 205,95 R 799,00 is overdue since 31 October 2026.')
    expect(ticks(page)).toEqual([
      [late.id, true],
      [today.id, false],
      [later.id, false],
      [customer.id, false],
      [garden.id, false],
    ])
    expect(page.text).toMatch(
      /Overdue Bill OCT.+26 days ago.+Due today Bill NOV.+Later Bill DEC.+Garden water · Due 31 December.+Running balances General balance R 123,45/,
    )
    expect(page.text).toContain('Pay everything, R 2 205,95')
  })

  it('pays everything as one payment, and shows the split before and after', async () => {
    const { customer, garden, late, today, later } = await household()
    const page = await follow(await open(customer.presentment_url), /Pay everything/)
    expect(page.text).toContain('You are about to pay R 2 205,95')
    expect(page.text).toMatch(
      /Bill OCT\S+ overdue R 799,00 Bill NOV\S+ due today R 500,00 Bill DEC\S+ Garden water R 333,00/,
    )
    expect(page.text).toContain('After this you owe nothing more in ZAR.')
    const outcome = await submit((await submit(page.forms[0])).forms[0], goodCard)
    expect(statusOf(outcome)).toEqual(['succeeded'])
    expect(outcome.text).toMatch(
      /You paid R 2 205,95 Bill OCT\S+ paid in full R 799,00 Bill NOV\S+ paid in full R 500,00/,
    )
    for (const bill of [late, today, later])
      expect(await get('bills', bill)).toMatchObject({ status: 'paid', closed_by: 'payment' })
    expect([(await get('accounts', garden)).balance, (await get('customers', customer)).balance]).toEqual([0, 0])
    const { rows } = await server.database.pool.query(
      `select count(distinct p.id) as payments, count(*) as applications, sum(a.amount)::bigint as amount
      from application as a join payment as p on p.id = a.payment_id where a.customer_id = p.customer_id and p.amount = 220595
        and p.target_id = (select id from customer where external_reference = $1)`,
      [customer.external_reference],
    )
    expect(rows).toEqual([{ payments: 1n, applications: 5n, amount: 220_595n }])
  })

  it('pays what is ticked, and nothing else', async () => {
    const { customer, late, later, garden } = await household()
    const page = await review(customer, `debt=${late.id}&debt=${later.id}`)
    expect(page.text).toContain('You are about to pay R 1 132,00')
    expect(page.text).toMatch(/After this you still owe R 1 073,95 ?\./)
    expect(statusOf(await submit((await submit(page.forms[0])).forms[0], goodCard))).toEqual(['succeeded'])
    expect([(await get('bills', late)).status, (await get('bills', later)).status]).toEqual(['paid', 'paid'])
    expect([(await get('accounts', garden)).balance, (await get('customers', customer)).balance]).toEqual([
      45_050, 12_345,
    ])
  })

  it('spreads another amount over the most urgent, and shows the split before', async () => {
    const { customer, late, today, later } = await household()
    const page = await review(customer, 'currency=ZAR&amount=1+000%2C00')
    expect(page.text).toMatch(
      /You are about to pay R 1 000,00 Bill OCT\S+ overdue R 799,00 Bill NOV\S+ due today, in part R 201,00/,
    )
    expect(statusOf(await submit((await submit(page.forms[0])).forms[0], goodCard))).toEqual(['succeeded'])
    expect([(await get('bills', late)).status, (await get('bills', later)).status]).toEqual(['paid', 'unpaid'])
    expect(await get('bills', today)).toMatchObject({ amount_paid: 20_100, amount_remaining: 29_900 })
  })

  it.each([
    ['x', 'Enter how much you want to pay in digits'],
    ['3000', 'You owe R 2 205,95. You cannot pay more than that here.'],
    ['', 'Enter how much you want to pay.'],
    ['4111 1111 1111 1111', 'Enter'],
  ])('says beside the field what is wrong with another amount: %j', async (amount, sentence) => {
    const { customer } = await household()
    const page = await review(customer, `currency=ZAR&amount=${encodeURIComponent(amount)}`)
    expect([page.status, page.text]).toEqual([422, expect.stringContaining(sentence)])
    expect(page.html).toMatch(/<details class="card" open>.*id="amount-ZAR"/s)
    expect(page.html).toContain('aria-describedby="amount-ZAR-error amount-ZAR-hint"')
    expect(page.html).not.toContain('4111')
  })

  it('says what of another amount is left out, where the rest cannot be paid in part', async () => {
    const { customer, today, later } = await household()
    const rules = { payment_rules: { underpayment_allowed: false } }
    // The later bill belongs to an account: it gets the rules of the customer too.
    expect((await server.api('PATCH', `/billing/customers/${customer.id}`, rules)).status).toBe(200)
    const page = await review(customer, 'currency=ZAR&amount=1000')
    expect(page.text).toMatch(/about to pay R 922,45 Bill OCT\S+ overdue R 799,00 General balance R 123,45/)
    expect(page.text).toMatch(/R 77,55 of what you entered is left out/)
    await submit((await submit(page.forms[0])).forms[0], goodCard)
    expect([(await get('bills', today)).amount_paid, (await get('bills', later)).amount_paid]).toEqual([0, 0])
  })

  it('has one payment for one currency', async () => {
    const { customer, late } = await household()
    const dollars = await create('bills', { customer: customer.id, currency: 'USD', amount_due: 700 })
    const page = await open(customer.presentment_url)
    expect(page.text).toContain('Pay everything, R 2 205,95 Pay everything, US$7,00')
    expect(page.text).toContain('What you owe in USD')
    const mixed = await review(customer, `debt=${late.id}&debt=${dollars.id}`)
    expect([mixed.status, mixed.text]).toEqual([422, expect.stringContaining('One payment has one currency.')])
    expect((await review(customer, 'everything=USD')).text).toContain('You are about to pay US$7,00')
  })

  it('asks again when an amount has moved, says what, and charges nothing', async () => {
    const { customer, late, today } = await household()
    const page = await review(customer, `debt=${late.id}&debt=${today.id}`)
    const cash = { bill: late.id, amount: 9_900, currency: 'ZAR', channel: 'cash', reference: late.id }
    expect((await server.api('POST', '/billing/payments', cash)).status).toBe(201)
    await server.api('POST', '/billing/payments', { ...cash, bill: today.id, amount: 50_000, reference: today.id })
    const before = await paymentsCount()
    const again = await submit(page.forms[0])
    expect([again.status, await paymentsCount()]).toEqual([422, before])
    expect(again.text).toMatch(
      /This has changed since you looked Bill OCT\S+ is R 700,00 now, it was R 799,00 ?\. R 500,00 is not owed any more\. It was R 1 299,00 in all\. Nothing was charged\./,
    )
    expect(again.text).toContain('You are about to pay R 700,00')
    expect(statusOf(await submit((await submit(again.forms[0])).forms[0], goodCard))).toEqual(['succeeded'])
  })

  it('says so when nothing of what was chosen is owed any more', async () => {
    const { customer, late } = await household()
    const page = await review(customer, `debt=${late.id}`)
    await server.api('POST', `/billing/bills/${late.id}/void`)
    const before = await paymentsCount()
    const gone = await submit(page.forms[0])
    expect([gone.status, await paymentsCount()]).toEqual([422, before])
    expect(gone.text).toContain('What you chose is no longer owed, or cannot be paid here. Nothing was charged.')
  })

  it('keeps what was chosen through a decline', async () => {
    const { customer, late, today } = await household()
    const page = await review(customer, `debt=${late.id}&debt=${today.id}&utm_source=sms`)
    const declined = await submit((await submit(page.forms[0])).forms[0], {
      ...goodCard,
      card_number: '4000 0000 0000 9995',
    })
    expect(statusOf(declined)).toEqual(['failed'])
    expect(declined.text).toMatch(/You were paying Bill OCT\S+ and 1 more\./)
    const again = await follow(declined, /Try R 1 299,00 again/)
    expect(again.text).toContain('You are about to pay R 1 299,00')
    expect(statusOf(await submit((await submit(again.forms[0])).forms[0], goodCard))).toEqual(['succeeded'])
  })

  it('names what is on its way, and does not ask for it again', async () => {
    const { customer, late, garden } = await household()
    const first = await review(customer, `debt=${late.id}`)
    await submit((await submit(first.forms[0])).forms[0], { ...goodCard, card_number: '4000 0000 0000 0077' })
    const page = await open(customer.presentment_url)
    expect(page.text).toContain('R 799,00 is on its way.')
    expect(page.text).toContain('you owe R 1 406,95')
    expect(page.text).toMatch(/Being paid just now Bill OCT\S+ R 799,00/)
    expect(ticks(page).map(([id]) => id)).not.toContain(late.id)
    expect(page.text).toContain('Pay everything, R 1 406,95')
    const lookup = await server.api('GET', `/billing/lookups?reference=${customer.external_reference}`)
    expect(lookup.body.data[0]).toMatchObject({ amount_due: 220_595, pending_amount: 79_900 })
    expect((await open(garden.presentment_url)).text).not.toContain('on its way')
    clock.advance(4_000)
    expect((await open(customer.presentment_url)).text).not.toContain('on its way')
    expect((await get('bills', late)).status).toBe('paid')
  })

  it('gives way to the newest attempt for any of the same debts, by whichever page', async () => {
    const { customer, late, today } = await household()
    const all = await submit((await review(customer, 'everything=ZAR')).forms[0])
    clock.advance(10)
    const one = await submit((await open(late.presentment_url)).forms[0])
    expect(statusOf(await submit(all.forms[0], goodCard))).toEqual(['failed'])
    expect(statusOf(await submit(one.forms[0], goodCard))).toEqual(['succeeded'])
    expect([(await get('bills', late)).status, (await get('bills', today)).status]).toEqual(['paid', 'unpaid'])
  })

  it('keeps back what a debt does not need any more, and never spends it on another', async () => {
    const { customer, late, today, later } = await household()
    const card = await submit((await review(customer, `debt=${late.id}&debt=${today.id}`)).forms[0])
    const cash = { bill: late.id, amount: 79_900, currency: 'ZAR', channel: 'cash', reference: late.id }
    expect((await server.api('POST', '/billing/payments', cash)).status).toBe(201)
    const outcome = await submit(card.forms[0], goodCard)
    expect(statusOf(outcome)).toEqual(['succeeded'])
    expect(outcome.text).toContain('R 799,00 of it was not needed.')
    expect(outcome.text).toMatch(/Bill OCT\S+: it had been paid already, or taken off\./)
    expect([(await get('bills', today)).status, (await get('bills', later)).status]).toEqual(['paid', 'unpaid'])
    expect((await open(customer.presentment_url)).text).toContain(
      'Acme Water holds R 799,00 of yours that is not used yet.',
    )
    const { data } = (await server.api('GET', `/billing/payments?customer=${customer.id}`)).body
    const { id } = data.find(({ unapplied_amount }: { unapplied_amount: number }) => unapplied_amount > 0)
    await server.api('POST', '/billing/obligations', { payment: id, bill: later.id, amount: 33_300 })
    expect((await open(outcome.url)).text).toContain('Acme Water still holds R 466,00 of it for you')
    const another = await create('bills', { customer: customer.id, currency: 'ZAR', amount_due: 46_600 })
    await server.api('POST', '/billing/obligations', { payment: id, bill: another.id, amount: 46_600 })
    expect((await open(outcome.url)).text).toContain('Since then it was used or given back.')
  })

  it('cancels what was begun for a bill among others when that is voided', async () => {
    const { customer, late, today } = await household()
    const card = await submit((await review(customer, `debt=${late.id}&debt=${today.id}`)).forms[0])
    expect((await server.api('POST', `/billing/bills/${today.id}/void`)).status).toBe(200)
    const { rows } = await server.database.pool.query(
      'select status from payment where target_id = (select id from customer where external_reference = $1)',
      [customer.external_reference],
    )
    expect(rows).toEqual([{ status: 'cancelled' }])
    expect(card.forms).toHaveLength(1)
  })

  it('keeps the receipt as it was, and tells what was taken back since', async () => {
    const { customer, late } = await household()
    const outcome = await submit(
      (await submit((await review(customer, `debt=${late.id}`)).forms[0])).forms[0],
      goodCard,
    )
    const [obligation] = (await server.api('GET', `/billing/obligations?bill=${late.id}`)).body.data
    await server.api('POST', `/billing/obligations/${obligation.id}/reversals`, { amount: 40_000, reason: 'mistake' })
    await server.api('POST', `/billing/bills/${late.id}/adjustments`, { kind: 'fee', amount: 500, reason: 'late' })
    const later = await open(outcome.url)
    expect(later.text).toMatch(/Bill OCT\S+ paid in full R 799,00/)
    expect(later.text).toContain('Owed after this payment R 0,00')
    expect(later.text).toMatch(/Since then: Acme Water took R 400,00 back from Bill OCT\S+ on 26 November 2026\./)
    expect(later.text).not.toContain('paid already')
  })
})

describe('one debt of several', () => {
  it('is paid in part from a page of its own, also the balance of the page’s own object', async () => {
    const { customer } = await household()
    const page = await follow(await open(customer.presentment_url), /Details/)
    expect(page.text).toMatch(/you owe R 799,00/)
    const own = await open(`${customer.presentment_url}?debt=${customer.id}`)
    expect(own.text).toContain('All that you owe Thandi Nkosi, you owe R 123,45')
    const refused = await submit(own.forms[0], { amount: '500' })
    expect([refused.status, refused.text]).toEqual([422, expect.stringContaining('you owe R 123,45')])
    const outcome = await submit((await submit(refused.forms[0], { amount: '23,45' })).forms[0], goodCard)
    expect(outcome.text).toContain('General balance R 100,00 left R 23,45')
    expect((await get('customers', customer)).balance).toBe(10_000)
  })
})

describe('what cannot be paid here', () => {
  it('is listed with why, and left out of everything', async () => {
    const { customer, garden, late, today } = await household()
    await server.api('PATCH', `/billing/accounts/${garden.id}`, {
      payment_rules: { max_amount: 1_000, underpayment_allowed: false },
    })
    const page = await open(customer.presentment_url)
    expect(ticks(page).map(([id]) => id)).toEqual([late.id, today.id, customer.id])
    // The bill of the account inherits its rules.
    expect(page.text).toMatch(/Garden water R 450,50 Not payable together with others/)
    expect(page.text).toContain('Pay all that can be paid here, R 1 422,45')
    expect((await review(customer, `debt=${garden.id}`)).status).toBe(422)
  })
})

describe('a tampered choice', () => {
  it.each([
    ['another customer’s debt', async () => `debt=${(await household()).late.id}`],
    ['nothing', async () => ''],
    ['no id', async () => 'debt=x'],
    ['a currency that is none', async () => 'everything=QQQ'],
    ['somebody else’s payment', async () => 'again=pay_0352Vzp8fwfUh4H7qRDzn7'],
  ])('%s shows what is owed again, and writes nothing', async (_name, query) => {
    const { customer } = await household()
    const before = await paymentsCount()
    const page = await review(customer, await query())
    expect([page.status, await paymentsCount()]).toEqual([422, before])
    expect(page.text).toContain('you owe R 2 205,95')
  })

  it('repeated counts once', async () => {
    const { customer, late } = await household()
    expect((await review(customer, `debt=${late.id}&debt=${late.id}`)).text).toContain('about to pay R 799,00')
  })

  it.each(['choice', 'seen'])('in the field %s of the form is refused', async (field) => {
    const { customer, late, today } = await household()
    const [form] = (await review(customer, `debt=${late.id}`)).forms
    const value = field === 'choice' ? `debts ${today.id}` : `${late.id}:1`
    const before = await paymentsCount()
    expect((await submit(form, { [field]: value })).status).toBe(403)
    expect(await paymentsCount()).toBe(before)
  })
})

describe('the way up', () => {
  it('leads from a debt to all that is owed for who came from there, for an hour', async () => {
    const { customer, late } = await household()
    const page = await follow(await open(customer.presentment_url), /Details/)
    expect(page.url).toContain(late.presentment_url)
    expect(page.text).toContain('All that you owe')
    expect((await follow(page, /All that you owe/)).text).toContain('you owe R 2 205,95')
    expect((await open(late.presentment_url)).text).not.toContain('All that you owe')
    clock.advance(3_600_001)
    expect((await open(page.url)).text).not.toContain('All that you owe')
    const [other] = [await household()]
    const up = new URL(page.url).search
    expect((await open(other.late.presentment_url + up)).text).not.toContain('All that you owe')
  })
})

describe('the one debt of a customer', () => {
  it('has its form right on the customer’s page', async () => {
    const account = await makeAccount(server)
    const { presentment_url } = await get('customers', { id: account.customer_id })
    const page = await open(presentment_url)
    expect(page.forms[0]?.fields).toMatchObject({ amount: '20,00', method: 'card' })
    const outcome = await submit((await submit(page.forms[0], { amount: '5' })).forms[0], goodCard)
    expect(outcome.text).toContain('Home water R 15,00 left R 5,00')
    expect((await get('accounts', account)).balance).toBe(1_500)
  })
})
