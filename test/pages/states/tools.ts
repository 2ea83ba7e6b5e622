import type { settableClock } from '../../../src/core/clock.ts'
import type { TestServer } from '../../support/server.ts'
import { customersOf } from '../household.ts'
import { goodCard, makeAccount, open, type PayerPage, payWith, submit } from '../payer.ts'

/** A state of a page, and how to come to it. */
export type State = [name: string, show: () => Promise<PayerPage>]

/** What the customers and the accounts of these pages are called. */
export const called = { customers: 'Thandi Nkosi', accounts: ['Home water', 'Garden water', 'Pool', 'Old meter'] }

type Household = Awaited<ReturnType<ReturnType<typeof customersOf>['household']>>

/** What leads to the states of pages, on a server that is there when they are shown. */
export function toolsOf(server: () => TestServer<ReturnType<typeof settableClock>>) {
  const household = () => customersOf(server()).household()
  const bill = (more: object) =>
    customersOf(server()).create('bills', { currency: 'ZAR', amount_due: 5000, bill_date: '2026-10-01', ...more })
  const customer = (more: object = {}) => customersOf(server()).create('customers', { name: called.customers, ...more })
  const account = (more: Record<string, unknown> = {}) => makeAccount(server(), more)
  const cash = (to: object, amount: number) =>
    server().api('POST', '/billing/payments', {
      ...to,
      amount,
      currency: 'ZAR',
      channel: 'cash',
      reference: `C-${Math.random()}`,
    })
  const at = async (made: { presentment_url: string } | Promise<{ presentment_url: string }>, query = '') =>
    open((await made).presentment_url + query)
  const typed = async (amount: string, more: Record<string, unknown> = {}) =>
    submit((await at(account(more))).forms[0], { amount })
  const paying = async (card_number: string) => payWith((await account()).presentment_url, card_number)
  const paidReview = async (
    query: (made: Household) => string,
    meanwhile?: (made: Household) => Promise<unknown>,
    card_number = goodCard.card_number,
  ) => {
    const made = await household()
    const card = await submit((await at(made.customer, `/review?${query(made)}`)).forms[0])
    await meanwhile?.(made)
    return submit(card.forms[0], { ...goodCard, card_number })
  }

  /** What a payment brought that was not needed, and some of it used for another bill since. */
  const usedSince = async (amount: number) => {
    const { customer, late } = await household()
    const card = await submit((await at(customer, `/review?debt=${late.id}`)).forms[0])
    await cash({ bill: late.id }, 79_900)
    const { url } = await submit(card.forms[0], goodCard)
    const other = await bill({ customer: customer.id, amount_due: 79_900 })
    const sent = { payment: /pay_\w+/.exec(url)?.[0], bill: other.id, amount }
    await server().api('POST', '/billing/obligations', sent)
    return open(url)
  }
  /** A customer of the live environment with two debts. */
  const liveCustomer = async () => {
    const live = { authorization: `Bearer ${server().liveKey}` }
    const reference = `customer-live-${Math.random().toString(36).slice(2)}`
    const sent = { external_reference: reference, name: called.customers, currency: 'ZAR', balance: 700 }
    const { body } = await server().api('POST', '/billing/customers', sent, live)
    const pool = {
      customer: body.id,
      external_reference: `${reference}-pool`,
      name: 'Pool',
      currency: 'ZAR',
      balance: 500,
    }
    await server().api('POST', '/billing/accounts', pool, live)
    return body as { presentment_url: string }
  }

  return { server, household, bill, customer, account, cash, at, typed, paying, paidReview, usedSince, liveCustomer }
}

export type Tools = ReturnType<typeof toolsOf>

/** The outcome that a card page leads back to. */
export function left({ html }: PayerPage): Promise<PayerPage> {
  return open(/href="(http[^"]+\/payments\/[^"]+)"/.exec(html)?.[1] ?? '')
}
