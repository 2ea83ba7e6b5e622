import { goodCard, open, type PayerPage, payWith, submit } from '../payer.ts'
import type { State, Tools } from './tools.ts'

/** Credit beside debts, where payers may use it: what is offered, what was used, and what has moved. */
function creditStates({ customer, account, at, server }: Tools): State[] {
  const offered = async () => {
    await server().api('PATCH', '/settings', { credit: 'on_new_bill' })
    const made = await customer({ currency: 'ZAR', balance: 700 })
    const inCredit = await account({ customer: made.id, name: 'Old meter', balance: -500 })
    const page = await at(made)
    return { page, inCredit, form: page.forms.find(({ fields }) => 'credit' in fields) }
  }
  const after = async (show: () => Promise<PayerPage>) => {
    const page = await show()
    await server().api('PATCH', '/settings', { credit: 'manual' })
    return page
  }
  return [
    ['credit that may be used', () => after(async () => (await offered()).page)],
    ['credit that was used', () => after(async () => submit((await offered()).form))],
    [
      'credit that was changed meanwhile',
      () =>
        after(async () => {
          const { form, inCredit } = await offered()
          await server().api('PATCH', `/billing/accounts/${inCredit.id}`, { balance: -400 })
          return submit(form)
        }),
    ],
  ]
}

/** Pages of what is owed. */
export function owedStates(tools: Tools): State[] {
  const { household, bill, customer, account, cash, at, liveCustomer, server } = tools
  return [
    ['nothing owed', () => at(customer())],
    [
      'nothing owed, payable in advance',
      () => at(account({ balance: 0, payment_rules: { overpayment_allowed: true } })),
    ],
    ['in credit', () => at(account({ balance: -500, payment_rules: { overpayment_allowed: true } }))],
    ['one debt', () => at(account())],
    ['one debt of limits', () => at(account({ balance: 5000, payment_rules: { min_amount: 100, max_amount: 2000 } }))],
    [
      'one debt that may be overpaid',
      () => at(account({ payment_rules: { overpayment_allowed: true, min_amount: 200 } })),
    ],
    ['one fixed debt', () => at(account({ payment_rules: { underpayment_allowed: false } }))],
    [
      'one that is too large to be paid at once',
      () => at(account({ balance: 5000, payment_rules: { underpayment_allowed: false, max_amount: 100 } })),
    ],
    ['many debts', async () => at((await household()).customer)],
    [
      'one of many',
      async () => {
        const { customer, garden } = await household()
        return at(customer, `?debt=${garden.id}`)
      },
    ],
    [
      'many debts of two currencies, credit and held money among them',
      async () => {
        const { customer } = await household()
        await account({ customer: customer.id, name: 'Old meter', balance: -500 })
        const { id } = await account({ customer: customer.id, name: 'Old meter', balance: 0 })
        await cash({ account: id }, 700)
        await account({ customer: customer.id, name: 'Pool', currency: 'USD', balance: 400 })
        await account({ customer: customer.id, name: 'Pool', balance: 450_000, payment_rules: { max_amount: 1000 } })
        return at(customer)
      },
    ],
    ...creditStates(tools),
    [
      'the second page of many',
      async () => {
        const { id, presentment_url } = await customer()
        for (let count = 0; count < 12; count++) await bill({ customer: id })
        return open(`${presentment_url}?page=2`)
      },
    ],
    [
      'debts of which one is on its way and one in part',
      async () => {
        const { customer, late, today } = await household()
        const pending = { ...goodCard, card_number: '4000 0000 0000 0077' }
        const whole = await submit((await at(customer, `/review?debt=${late.id}`)).forms[0])
        await submit(whole.forms[0], pending)
        const part = await submit((await at(today)).forms[0], { amount: '5' })
        await submit(part.forms[0], pending)
        return at(customer)
      },
    ],
    [
      'debts of a customer and an account without names',
      async () => {
        const { id, presentment_url } = await customer({ name: undefined, currency: 'ZAR', balance: 700 })
        await account({ customer: id, name: undefined })
        return open(presentment_url)
      },
    ],
    [
      'a bill that was reached from its account',
      async () => {
        const made = await account()
        await bill({ account: made.id, due_date: '2026-12-31' })
        const up = /href="(\/p\/[^"]+\?up=[^"]+)"/.exec((await at(made)).html)?.[1]
        return open(server().url + up)
      },
    ],
    ['what is owed in the live environment, where nothing takes payments', () => at(liveCustomer())],
    [
      'the first page of many',
      async () => {
        const { id, presentment_url } = await customer()
        for (let count = 0; count < 12; count++) await bill({ customer: id })
        return open(presentment_url)
      },
    ],
    [
      'a debt on its way',
      async () => {
        const { presentment_url } = await account()
        await payWith(presentment_url, '4000 0000 0000 0077', '5,00')
        return open(presentment_url)
      },
    ],
    ['a bill that is due later', async () => at(bill({ customer: (await customer()).id, due_date: '2026-12-31' }))],
    ['a bill that is due today', async () => at(bill({ customer: (await customer()).id, due_date: '2026-11-26' }))],
    [
      'an overdue bill of an account, adjusted and paid in part',
      async () => {
        const { id, customer_id } = await account()
        const late = await bill({ customer: customer_id, account: id, due_date: '2026-11-25' })
        await server().api('POST', `/billing/bills/${late.id}/adjustments`, { amount: -500, reason: 'discount' })
        await cash({ bill: late.id }, 100)
        return at(late)
      },
    ],
    [
      'a bill with a fee',
      async () => {
        const more = await bill({ customer: (await customer()).id })
        await server().api('POST', `/billing/bills/${more.id}/adjustments`, {
          kind: 'fee',
          amount: 500,
          reason: 'late',
        })
        return at(more)
      },
    ],
    [
      'a paid bill',
      async () => {
        const paid = await bill({ customer: (await customer()).id })
        await cash({ bill: paid.id }, 5000)
        return at(paid)
      },
    ],
    [
      'a settled bill',
      async () => {
        const settled = await bill({ customer: (await customer()).id })
        await server().api('POST', `/billing/bills/${settled.id}/adjustments`, {
          kind: 'write_off',
          amount: -5000,
          reason: 'small',
        })
        return at(settled)
      },
    ],
    [
      'a voided bill',
      async () => {
        const voided = await bill({ customer: (await customer()).id })
        await server().api('POST', `/billing/bills/${voided.id}/void`)
        return at(voided)
      },
    ],
  ]
}
