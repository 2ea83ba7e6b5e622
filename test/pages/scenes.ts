import type { Page } from 'playwright-core'
import type { TestServer } from '../support/server.ts'
import { goodCard, makeAccount, open, payWith, submit } from './payer.ts'

/** A page in one of its states: how a browser gets there. */
export type Scene = { name: string; show(page: Page): Promise<unknown> }

let households = 0

/** A customer with debts of every urgency, in two currencies, and one that cannot be paid with the others. */
async function household(server: TestServer) {
  const name = `household-${++households}`
  const create = async (kind: string, body: object) => (await server.api('POST', `/billing/${kind}`, body)).body
  const { id: customer, presentment_url } = await create('customers', {
    external_reference: name,
    name: 'Thandi Nkosi',
    currency: 'ZAR',
    balance: 12_345,
  })
  await makeAccount(server, { customer, name: 'Refuse removal, 14 Acacia Avenue, Empangeni Rail', balance: 8_900 })
  await makeAccount(server, { customer, name: 'Old prepaid meter', balance: -20_000 })
  const rules = { max_amount: 1_000, underpayment_allowed: false }
  await makeAccount(server, { customer, name: 'Pool', balance: 450_000, payment_rules: rules })
  const bill = (reference: string, more: object) =>
    create('bills', {
      customer,
      external_reference: `${reference}-${name}`,
      currency: 'ZAR',
      bill_date: '2026-10-01',
      ...more,
    })
  const late = await bill('INV-2026-10', { amount_due: 79_900, due_date: '2026-10-31' })
  await bill('INV-2026-11', { amount_due: 50_000, due_date: '2026-11-23' })
  await bill('INV-2026-12', { amount_due: 33_300, due_date: '2026-12-31' })
  await bill('USD', { amount_due: 33_300, currency: 'USD', due_date: '2026-12-31' })
  return { customer, presentment_url, bill: { bill: late.id as string, currency: 'ZAR' } }
}

/** Every state of every page of a payer. `server` gives the server when a scene is shown. */
export function scenesOf(serverNow: () => TestServer): Scene[] {
  const server = new Proxy({} as TestServer, { get: (_, name) => serverNow()[name as keyof TestServer] })
  const cardUrl = async () => (await submit((await open((await makeAccount(server)).presentment_url)).forms[0])).url
  return [
    { name: 'owed', show: async (page) => page.goto((await makeAccount(server)).presentment_url) },
    {
      name: 'owed-huge',
      show: async (page) =>
        page.goto(
          (await makeAccount(server, { balance: 1_000_000_000_000_000, name: 'W'.repeat(255) })).presentment_url,
        ),
    },
    {
      name: 'owed-error',
      show: async (page) => {
        await page.goto((await makeAccount(server, { payment_rules: { min_amount: 500 } })).presentment_url)
        await page.getByLabel('Amount to pay').fill('1')
        await page.getByRole('button').click()
      },
    },
    {
      name: 'settled-meanwhile',
      show: async (page) => {
        const account = await makeAccount(server)
        await page.goto(account.presentment_url)
        await payWith(account.presentment_url, goodCard.card_number)
        await page.getByRole('button').click()
      },
    },
    {
      name: 'owed-fixed',
      show: async (page) =>
        page.goto((await makeAccount(server, { payment_rules: { underpayment_allowed: false } })).presentment_url),
    },
    { name: 'settled', show: async (page) => page.goto((await makeAccount(server, { balance: 0 })).presentment_url) },
    {
      name: 'on-its-way',
      show: async (page) => {
        const account = await makeAccount(server)
        await payWith(account.presentment_url, '4000 0000 0000 0077')
        await page.goto(account.presentment_url)
      },
    },
    {
      name: 'customer',
      show: async (page) => {
        const reference = `all-${Math.random().toString(36).slice(2)}`
        const customer = (
          await server.api('POST', '/billing/customers', {
            external_reference: reference,
            name: 'Thandi Nkosi',
            currency: 'ZAR',
            balance: 1234567,
          })
        ).body
        await makeAccount(server, { customer: customer.id, name: 'Garden water', balance: 45050 })
        await makeAccount(server, {
          customer: customer.id,
          name: 'A name that goes on and on '.repeat(4),
          balance: 10 ** 15,
        })
        await server.api('POST', '/billing/bills', {
          customer: customer.id,
          external_reference: `INV-${reference}`,
          currency: 'ZAR',
          amount_due: 99900,
          due_date: '2026-11-30',
        })
        await page.goto(customer.presentment_url)
      },
    },
    { name: 'household', show: async (page) => page.goto((await household(server)).presentment_url) },
    {
      name: 'review',
      show: async (page) => page.goto(`${(await household(server)).presentment_url}/review?everything=ZAR`),
    },
    {
      name: 'review-moved',
      show: async (page) => {
        const { presentment_url, bill } = await household(server)
        await page.goto(`${presentment_url}/review?everything=ZAR`)
        await server.api('POST', '/billing/payments', { ...bill, amount: 9_900, channel: 'cash', reference: bill.bill })
        await page.getByRole('button', { name: 'Continue to card payment' }).click()
      },
    },
    {
      name: 'paid-several',
      show: async (page) => {
        const { presentment_url } = await household(server)
        const card = await submit((await open(`${presentment_url}/review?everything=ZAR`)).forms[0])
        await page.goto((await submit(card.forms[0], goodCard)).url)
      },
    },
    {
      name: 'paid-twice',
      show: async (page) => {
        const { presentment_url, bill } = await household(server)
        const card = await submit((await open(`${presentment_url}/review?debt=${bill.bill}`)).forms[0])
        await server.api('POST', '/billing/payments', {
          ...bill,
          amount: 79_900,
          channel: 'cash',
          reference: bill.bill,
        })
        await page.goto((await submit(card.forms[0], goodCard)).url)
      },
    },
    {
      name: 'held-and-on-its-way',
      show: async (page) => {
        const { presentment_url, bill, customer } = await household(server)
        const money = { currency: 'ZAR', channel: 'cash', reference: `held-${bill.bill}` }
        const account = await makeAccount(server, { customer, balance: 0, name: 'Old meter' })
        await server.api('POST', '/billing/payments', { ...money, account: account.id, amount: 20_000 })
        const card = await submit((await open(`${presentment_url}/review?debt=${bill.bill}`)).forms[0])
        await submit(card.forms[0], { ...goodCard, card_number: '4000 0000 0000 0077' })
        await page.goto(presentment_url)
      },
    },
    {
      name: 'bill-overdue',
      show: async (page) => {
        const { customer_id } = await makeAccount(server)
        const bill = await server.api('POST', '/billing/bills', {
          customer: customer_id,
          external_reference: `OVERDUE-${Math.random().toString(36).slice(2)}`,
          currency: 'ZAR',
          amount_due: 189950,
          bill_date: '2026-10-01',
          due_date: '2026-10-31',
        })
        await page.goto(bill.body.presentment_url)
      },
    },
    {
      name: 'bill-lines',
      show: async (page) => {
        const { customer_id } = await makeAccount(server)
        const bill = await server.api('POST', '/billing/bills', {
          customer: customer_id,
          external_reference: `LINES-${Math.random().toString(36).slice(2)}`,
          currency: 'ZAR',
          amount_due: 189950,
          description: 'Electricity and water of the shop at 12 Long Street, Cape Town, for March 2026',
          lines: Array.from({ length: 50 }, (_, at) => ({
            label: `${at + 1}. Electricity, block tariff, ${100 + at} kWh at R 2,41 per kWh`,
            amount: at === 0 ? 189950 - 49 * 1250 : 1250,
          })),
          document_url: 'https://example.com/invoices/LINES.pdf',
        })
        await page.goto(bill.body.presentment_url)
        await page.getByText('What it is made of').click()
      },
    },
    { name: 'card', show: async (page) => page.goto(await cardUrl()) },
    {
      name: 'card-list',
      show: async (page) => {
        await page.goto(await cardUrl())
        await page.getByText('Cards that this simulator knows').click()
      },
    },
    {
      name: 'card-error',
      show: async (page) => {
        await page.goto(await cardUrl())
        await page.getByLabel('Card number').fill('4242')
        await page.getByRole('button').click()
      },
    },
    {
      name: 'challenge',
      show: async (page) =>
        page.goto((await payWith((await makeAccount(server)).presentment_url, '4000 0000 0000 3220')).url),
    },
    {
      name: 'paid',
      show: async (page) =>
        page.goto((await payWith((await makeAccount(server)).presentment_url, '4242 4242 4242 4242', '15')).url),
    },
    {
      name: 'pending',
      show: async (page) =>
        page.goto((await payWith((await makeAccount(server)).presentment_url, '4000 0000 0000 0077')).url),
    },
    {
      name: 'failed',
      show: async (page) =>
        page.goto((await payWith((await makeAccount(server)).presentment_url, '4000 0000 0000 9995')).url),
    },
    {
      name: 'unfinished',
      show: async (page) => {
        await page.goto(await cardUrl())
        await page.getByRole('link', { name: 'Go back without paying' }).click()
      },
    },
    { name: 'not-found', show: async (page) => page.goto(`${server.url}/p/nothing`) },
  ]
}
