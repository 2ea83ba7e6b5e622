import type { Page } from 'playwright-core'
import type { TestServer } from '../support/server.ts'
import { goodCard, makeAccount, open, type PayerPage, payWith, submit } from './payer.ts'
import type { Scene } from './scenes.ts'

/** States of money and of doors that come up less often: each has its own scene, so that none is forgotten. */
export function moreScenesOf(serverNow: () => TestServer): Scene[] {
  let made = 0
  const create = async (path: string, body: object, key?: string) => {
    const headers: Record<string, string> = key === undefined ? {} : { authorization: `Bearer ${key}` }
    const answer = await serverNow().api('POST', path, body, headers)
    if (answer.status !== 201) throw new Error(answer.text)
    return answer.body
  }
  const newCustomer = (fields: object = {}) =>
    create('/billing/customers', { external_reference: `scene-${++made}`, name: 'Thandi Nkosi', ...fields })
  const newBill = (customer: string, fields: object) =>
    create('/billing/bills', {
      customer,
      external_reference: `INV-2026-${++made}`,
      currency: 'ZAR',
      amount_due: 12_345,
      bill_date: '2026-10-01',
      ...fields,
    })
  const customerWithBills = async (count: number) => {
    const { id, presentment_url } = await newCustomer()
    for (let at = 0; at < count; at++) await newBill(id, { amount_due: 1_000 + at, due_date: '2026-12-20' })
    return presentment_url
  }
  /** Of whom a statement has a full page, with names that are long and a bill that is overdue. */
  const statementOwner = async () => {
    const customer = await newCustomer({ currency: 'ZAR', balance: 1_234_567 })
    const { id } = await makeAccount(serverNow(), {
      customer: customer.id,
      name: 'Refuse removal, 14 Acacia Avenue, Empangeni Rail',
    })
    const late = await newBill(customer.id, { due_date: '2026-10-31' })
    for (let at = 0; at < 12; at++) await newBill(customer.id, { amount_due: 1_000 + at })
    const adjustment = { kind: 'fee', amount: 15_000, label: 'Reconnection fee', reference: 'R-0042', reason: 'late' }
    for (let at = 0; at < 6; at++) await create(`/billing/accounts/${id}/adjustments`, adjustment)
    const money = { currency: 'ZAR', channel: 'cash', amount: 12_000, bill: late.id }
    await create('/billing/payments', { ...money, reference: `late-${++made}` })
    await create('/billing/payments', { ...money, reference: `late-${++made}` })
    await newBill(customer.id, { currency: 'USD' })
    return customer.presentment_url
  }
  const requestFor = (fields: object = {}) =>
    create('/collect/payment_requests', { amount: 123_450, currency: 'ZAR', description: 'A new meter', ...fields })
  const sessionFor = () =>
    create('/collect/payment_sessions', {
      amount: 5_000,
      currency: 'ZAR',
      options: { checkout_options: { return_url: `${serverNow().url}/docs` } },
    })
  const receiptOf = ({ html }: PayerPage) => serverNow().url + (/href="(\/receipts\/[^"]+)"/.exec(html)?.[1] ?? '')
  const scene = (name: string, address: (page: Page) => Promise<string>): Scene => ({
    name,
    show: async (page) => page.goto(await address(page)),
  })

  /** Payers may use their credit while it is shown, and no longer: other scenes have credit too. */
  const withCredit = (name: string, showIt: (page: Page, url: string) => Promise<unknown>): Scene => ({
    name,
    async show(page) {
      const customer = await newCustomer({ currency: 'ZAR', balance: -20_000 })
      await makeAccount(serverNow(), { customer: customer.id, balance: 45_000 })
      await serverNow().api('PATCH', '/settings', { credit: 'on_new_bill' })
      await showIt(page, customer.presentment_url)
      await serverNow().api('PATCH', '/settings', { credit: 'manual' })
    },
  })

  return [
    scene(
      'bill-due-today',
      async () => (await newBill((await newCustomer()).id, { due_date: '2026-11-23' })).presentment_url,
    ),
    scene(
      'bill-due-later',
      async () => (await newBill((await newCustomer()).id, { due_date: '2026-12-20' })).presentment_url,
    ),
    scene('bill-paid', async () => {
      const bill = await newBill((await newCustomer()).id, { due_date: '2026-12-20' })
      await payWith(bill.presentment_url, goodCard.card_number)
      return bill.presentment_url
    }),
    scene('bill-withdrawn', async () => {
      const bill = await newBill((await newCustomer()).id, { due_date: '2026-12-20' })
      await serverNow().api('POST', `/billing/bills/${bill.id}/void`)
      return bill.presentment_url
    }),
    scene('in-credit', async () => {
      const customer = await newCustomer({ currency: 'ZAR', balance: -20_000 })
      await makeAccount(serverNow(), { customer: customer.id, balance: 15_000 })
      return customer.presentment_url
    }),
    withCredit('credit-offered', async (page, url) => page.goto(url)),
    withCredit('credit-used', async (page, url) => {
      await page.goto(url)
      await page.getByRole('button', { name: 'of my credit' }).click()
    }),
    scene('held', async () => {
      const customer = await newCustomer()
      const bill = await newBill(customer.id, {})
      const money = { currency: 'ZAR', channel: 'cash', reference: `held-${++made}`, amount: 42_345, bill: bill.id }
      await create('/billing/payments', money)
      return customer.presentment_url
    }),
    scene('nothing-owed', async () => (await newCustomer()).presentment_url),
    scene('debts-1', () => customerWithBills(1)),
    scene('debts-15', () => customerWithBills(15)),
    scene('debts-16', () => customerWithBills(16)),
    scene('debts-200', async () => `${await customerWithBills(200)}?page=7`),
    scene('five-currencies', async () => {
      const { id, presentment_url } = await newCustomer()
      for (const currency of ['USD', 'NAD', 'KWD', 'JPY', 'ZAR']) await newBill(id, { currency, amount_due: 1_234_500 })
      return presentment_url
    }),
    scene('superseded', async () => {
      const account = await makeAccount(serverNow())
      const first = await submit((await open(account.presentment_url)).forms[0])
      await submit((await open(account.presentment_url)).forms[0])
      return (await submit(first.forms[0], goodCard)).url
    }),
    scene('request', async () => (await requestFor({ external_reference: `REQ-${++made}` })).link.url),
    scene('request-paid', async () => {
      const { link } = await requestFor()
      await payWith(link.url, goodCard.card_number)
      return link.url
    }),
    scene('request-receipt', async () => (await payWith((await requestFor()).link.url, goodCard.card_number)).url),
    scene('request-pending', async () => {
      const { link } = await requestFor()
      await payWith(link.url, '4000 0000 0000 0077')
      return link.url
    }),
    scene('request-expired', async () => {
      const { link, id } = await requestFor()
      await serverNow().database.pool.query('update checkout set expires_at = created_at where status = $1', ['active'])
      return id === '' ? '' : link.url
    }),
    scene('request-withdrawn', async () => {
      const { link, id } = await requestFor()
      await serverNow().api('POST', `/collect/payment_requests/${id}/cancel`)
      return link.url
    }),
    scene('request-less-owed', async () => {
      const account = await makeAccount(serverNow())
      const { link } = await requestFor({ amount: 2_000, account: account.id })
      await serverNow().api('PATCH', `/billing/accounts/${account.id}`, { balance: 500 })
      return link.url
    }),
    scene('receipt', async () => {
      await serverNow().api('PATCH', '/settings', { receipt_requests: true })
      return receiptOf(await payWith((await makeAccount(serverNow())).presentment_url, goodCard.card_number))
    }),
    scene('receipt-since', async () => {
      const customer = await newCustomer()
      const bill = await newBill(customer.id, {})
      const money = { currency: 'ZAR', channel: 'cash', reference: `since-${++made}`, amount: 42_345, bill: bill.id }
      const { id } = await create('/billing/payments', money)
      const other = await newBill(customer.id, { amount_due: 20_000 })
      await create('/billing/obligations', { payment: id, bill: other.id, amount: 20_000 })
      return (await serverNow().api('GET', `/billing/payments/${id}`)).body.receipt_url
    }),
    scene('statement', async () => `${await statementOwner()}/statement?from=2026-08-01&to=2026-11-23`),
    scene('statement-wrong', async () => `${await statementOwner()}/statement?from=2026-11-02&to=2026-11-01`),
    scene('session', async () => (await sessionFor()).session_url),
    scene('session-failed', async () => (await payWith((await sessionFor()).session_url, '4000 0000 0000 9995')).url),
    scene('offline', async () => {
      const key = serverNow().liveKey
      const headers = { authorization: `Bearer ${key}` }
      await serverNow().api('PATCH', '/settings', { how_to_pay: 'First Bank, account 62 000 111 222' }, headers)
      const owner = { external_reference: `scene-${++made}`, name: 'Thandi Nkosi', currency: 'ZAR', balance: 1_000 }
      return (await create('/billing/customers', owner, key)).presentment_url
    }),
    scene('home', async () => `${serverNow().url}/`),
    scene('stray', async () => `${serverNow().url}/bills`),
  ]
}
