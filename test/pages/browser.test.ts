import { mkdir } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { AxeBuilder } from '@axe-core/playwright'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { settableClock } from '../../src/core/clock.ts'
import { launchBrowser } from '../support/browser.ts'
import { type TestServer, testServer } from '../support/server.ts'
import { balanceOf, goodCard, makeAccount, open, payWith, submit } from './payer.ts'

const clock = settableClock(new Date('2026-11-23T08:00:00Z'))
const phone = { width: 390, height: 844 }
let server: TestServer<typeof clock>
let browser: Browser
beforeAll(async () => {
  ;[server, browser] = await Promise.all([testServer({ clock }), launchBrowser()])
})
afterAll(async () => {
  await browser?.close()
  await server?.stop()
})

/** Opens a window, notes whatever it asks of another origin, and closes it after the work. */
async function inWindow(options: BrowserContextOptions, work: (page: Page) => Promise<void>): Promise<void> {
  const context = await browser.newContext({ viewport: phone, ...options })
  const foreign: string[] = []
  const complaints: string[] = []
  try {
    const page = await context.newPage()
    page.on('request', (request) => {
      if (!request.url().startsWith(server.url)) foreign.push(request.url())
    })
    page.on('console', (message) => {
      if (message.type() === 'error' && !/status of 4\d\d/.test(message.text())) complaints.push(message.text())
    })
    await work(page)
    expect(foreign).toEqual([])
    expect(complaints).toEqual([])
  } finally {
    await context.close()
  }
}

/** With SCREENSHOTS set, keeps what is seen in a folder of the temporary directory, to be looked at. */
async function screenshot(page: Page, name: string): Promise<void> {
  if (!process.env.SCREENSHOTS) return
  const folder = join(tmpdir(), 'tallystick-screenshots')
  await mkdir(folder, { recursive: true })
  await page.screenshot({ path: join(folder, `${name}.png`), fullPage: true })
}

describe('on a phone, without JavaScript', () => {
  it('a payer opens the link, pays the balance by card and sees the receipt', async () => {
    const account = await makeAccount(server)
    await inWindow({ javaScriptEnabled: false }, async (page) => {
      await page.goto(account.presentment_url)
      await page.getByRole('button', { name: 'Continue to card payment' }).click()
      await page.getByLabel('Card number').fill(goodCard.card_number)
      await page.getByLabel('Expiry').fill(goodCard.expiry)
      await page.getByLabel('Security code').fill(goodCard.cvc)
      await page.getByRole('button', { name: 'Pay R 20,00' }).click()
      await page.locator('[data-payment-status=succeeded]').waitFor()
      expect(await page.locator('h1').innerText()).toContain('R\u00a020,00')
    })
    expect(await balanceOf(server, account)).toBe(0)
  })

  it('a payer corrects the amount and the card, is declined, tries again, is asked by the bank and approves', async () => {
    const account = await makeAccount(server)
    await inWindow({ javaScriptEnabled: false }, async (page) => {
      await page.goto(`${account.presentment_url}?utm_source=sms`)
      await page.getByLabel('Amount to pay').fill('25')
      await page.getByRole('button', { name: 'Continue to card payment' }).click()
      expect(await page.getByRole('alert').innerText()).toContain(
        'You owe R\u00a020,00. You cannot pay more than that here.',
      )
      await page.getByLabel('Amount to pay').fill('7,50')
      await page.keyboard.press('Enter')
      await page.getByLabel('Card number').fill('4000 0000 0000 9996')
      await page.keyboard.press('Enter')
      expect(await page.getByRole('alert').innerText()).toContain('A digit is wrong')
      const pay = async (number: string) => {
        await page.getByLabel('Card number').fill(number)
        await page.getByLabel('Expiry').fill(goodCard.expiry)
        await page.getByLabel('Security code').fill(goodCard.cvc)
        await page.keyboard.press('Enter')
      }
      await pay('4000 0000 0000 9995')
      await page.locator('[data-payment-status=failed]').waitFor()
      await page.getByRole('link', { name: 'Try R 7,50 again' }).click()
      await page.getByRole('button', { name: 'Continue to card payment' }).click()
      await pay('4000 0000 0000 3220')
      await page.getByRole('button', { name: 'Approve' }).click()
      await page.locator('[data-payment-status=succeeded]').waitFor()
    })
    expect(await balanceOf(server, account)).toBe(1_250)
  })
})

let households = 0

/** A customer with debts of every urgency, in two currencies, and one that cannot be paid with the others. */
async function household() {
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

type Scene = { name: string; show(page: Page): Promise<unknown> }

const cardUrl = async () => (await submit((await open((await makeAccount(server)).presentment_url)).forms[0])).url

const scenes: Scene[] = [
  { name: 'owed', show: async (page) => page.goto((await makeAccount(server)).presentment_url) },
  {
    name: 'owed-huge',
    show: async (page) =>
      page.goto((await makeAccount(server, { balance: 1_000_000_000_000_000, name: 'W'.repeat(255) })).presentment_url),
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
  { name: 'household', show: async (page) => page.goto((await household()).presentment_url) },
  { name: 'review', show: async (page) => page.goto(`${(await household()).presentment_url}/review?everything=ZAR`) },
  {
    name: 'review-moved',
    show: async (page) => {
      const { presentment_url, bill } = await household()
      await page.goto(`${presentment_url}/review?everything=ZAR`)
      await server.api('POST', '/billing/payments', { ...bill, amount: 9_900, channel: 'cash', reference: bill.bill })
      await page.getByRole('button', { name: 'Continue to card payment' }).click()
    },
  },
  {
    name: 'paid-several',
    show: async (page) => {
      const { presentment_url } = await household()
      const card = await submit((await open(`${presentment_url}/review?everything=ZAR`)).forms[0])
      await page.goto((await submit(card.forms[0], goodCard)).url)
    },
  },
  {
    name: 'paid-twice',
    show: async (page) => {
      const { presentment_url, bill } = await household()
      const card = await submit((await open(`${presentment_url}/review?debt=${bill.bill}`)).forms[0])
      await server.api('POST', '/billing/payments', { ...bill, amount: 79_900, channel: 'cash', reference: bill.bill })
      await page.goto((await submit(card.forms[0], goodCard)).url)
    },
  },
  {
    name: 'held-and-on-its-way',
    show: async (page) => {
      const { presentment_url, bill, customer } = await household()
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

describe.each(scenes)('the page $name', ({ name, show }) => {
  it.each(['light', 'dark'] as const)(
    'has no fault by WCAG 2.2 AA in %s colours, and weighs under 15 kB',
    async (colorScheme) => {
      await inWindow({ colorScheme }, async (page) => {
        const sizes: number[] = []
        page.on('response', async (response) => {
          if (response.request().isNavigationRequest() && response.status() !== 303) {
            sizes.push((await response.body()).length)
          }
        })
        await show(page)
        await screenshot(page, `${name}-${colorScheme}`)
        const { violations, passes } = await new AxeBuilder({ page })
          .withTags(['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa', 'best-practice'])
          .analyze()
        expect(violations.map(({ id, nodes }) => ({ id, html: nodes.map((node) => node.html) }))).toEqual([])
        expect(passes.length).toBeGreaterThan(5)
        expect(sizes.length).toBeGreaterThan(0)
        for (const size of sizes) expect(size).toBeLessThan(15_000)
      })
    },
  )

  it('fits a screen of 320 px, also with the text twice as large, and its targets are 44 px high', async () => {
    await inWindow({ viewport: { width: 320, height: 640 } }, async (page) => {
      await show(page)
      const overflow = () =>
        page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth')
      expect(await overflow()).toBe(0)
      for (const target of await page
        .locator('button, input:not([type=hidden], [type=checkbox]), label:has([type=checkbox]), summary, a')
        .all()) {
        const box = await target.boundingBox()
        const inside = await target.evaluate((element) => element.closest('[role=alert]') !== null)
        if (box && box.height > 0 && !inside) expect(box.height, await target.innerText()).toBeGreaterThanOrEqual(44)
      }
      await page.evaluate("document.documentElement.style.fontSize = '200%'")
      expect(await overflow()).toBe(0)
      await screenshot(page, `${name}-320-large`)
    })
  })
})

it('looks the same family on a wide screen and on paper', async () => {
  await inWindow({ viewport: { width: 1280, height: 800 } }, async (page) => {
    await scenes[0]?.show(page)
    await screenshot(page, 'owed-wide')
    const paid = await payWith((await makeAccount(server)).presentment_url, '4242 4242 4242 4242')
    await page.goto(paid.url)
    await page.emulateMedia({ media: 'print' })
    await screenshot(page, 'paid-print')
    expect(await page.getByText('Back to what is owed').isVisible()).toBe(false)
    expect(await page.getByText('pay_').isVisible()).toBe(true)
  })
})
