import { AxeBuilder } from '@axe-core/playwright'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { customersOf } from '../pages/household.ts'
import { balanceOf, makeAccount, open, submit } from '../pages/payer.ts'
import { inWindow } from '../pages/window.ts'
import { launchBrowser } from '../support/browser.ts'
import { expectCleanBooks } from '../support/verify.ts'
import { chooseTransfer, codeOf, recordLine, setUp, startBank } from './merchant.ts'

const phone = { viewport: { width: 360, height: 740 } }
const long = {
  holder: `Umhlathuze ${'Waterworksandsanitation'.repeat(3)} (Pty) Ltd`,
  bank_name: 'First National Bank of Southern Africa',
  iban: 'MT84 MALT 0110 0001 2345 MTLC AST0 01S',
  bic: 'MALTMTMTXXX',
  branch_code: '250655',
  instructions: 'Transfers before three in the afternoon arrive on the same day.',
}
let server: Awaited<ReturnType<typeof startBank>>
let browser: Browser
beforeAll(async () => {
  ;[server, browser] = await Promise.all([startBank(), launchBrowser()])
})
afterAll(async () => {
  await browser?.close()
  await expectCleanBooks(server.database)
  await server?.stop()
})

describe('on a phone of 360 px, without JavaScript', () => {
  it('a payer ticks debts, chooses bank transfer, says that it was sent, and finds it paid when the money has arrived', async () => {
    const { customer, late } = await customersOf(server).household()
    await inWindow(browser, server, { ...phone, javaScriptEnabled: false }, async (page) => {
      await page.goto(customer.presentment_url)
      await page.getByRole('button', { name: 'Continue with what is ticked' }).first().click()
      await page.getByRole('button', { name: 'Continue to payment' }).click()
      await page.getByRole('button', { name: 'Bank transfer' }).click()
      expect(await page.locator('h1').innerText()).toMatch(/Transfer this to Acme Water\s+R.799,00/)
      const code = codeOf({ text: await page.locator('main').innerText() })
      await page.reload()
      expect(codeOf({ text: await page.locator('main').innerText() })).toBe(code)
      await page.getByRole('button', { name: 'I have paid' }).click()
      await page.getByText('Not arrived yet').waitFor()
      await page.reload()
      await page.getByRole('link', { name: 'Back' }).click()
      await page.getByText('was announced on 23 November 2026').waitFor()
      await page.getByRole('link', { name: 'See the bank details' }).click()
      const { body } = await recordLine(server, `FNB OB PMT ${code}`, 79_900)
      expect(body.obligations).toMatchObject([{ bill_id: late.id, amount: 79_900 }])
      await page.reload()
      await page.getByText('Thank you. This has arrived').waitFor()
      await page.getByRole('link', { name: 'See the receipt' }).click()
      expect(await page.locator('main').innerText()).toContain('799,00')
    })
  })

  it('a payer of the live environment pays where nothing but bank transfer is offered', async () => {
    const live = { authorization: `Bearer ${server.liveKey}` }
    await setUp(server, {}, live)
    const request = await server.api('POST', '/collect/payment_requests', { amount: 1000, currency: 'ZAR' }, live)
    await inWindow(browser, server, { ...phone, javaScriptEnabled: false }, async (page) => {
      await page.goto(request.body.link.url)
      await page.getByRole('button', { name: 'Pay R' }).click()
      const reference = codeOf({ text: await page.locator('main').innerText() })
      await page.getByRole('button', { name: 'I have paid' }).click()
      await page.getByText('Not arrived yet').waitFor()
      const line = { amount: 1000, currency: 'ZAR', channel: 'bank_transfer', reference }
      expect((await server.api('POST', '/billing/payments', line, live)).status).toBe(201)
      await page.goto(request.body.link.url)
      await page.getByRole('link', { name: 'See the receipt' }).click()
      expect(await page.locator('main').innerText()).toContain('10,00')
    })
  })
})

describe('each value of the bank details', () => {
  it('is selected whole by one touch, to be copied', async () => {
    await inWindow(browser, server, phone, async (page) => {
      await page.goto((await chooseTransfer((await makeAccount(server)).presentment_url)).url)
      await page.getByText(/^PX/).click()
      expect(await page.evaluate('getSelection().toString().trim()')).toMatch(/^PX\w\w \w{4} \w{4}$/)
    })
  })

  it('is on paper, and the button is not', async () => {
    await inWindow(browser, server, phone, async (page) => {
      await page.goto((await chooseTransfer((await makeAccount(server)).presentment_url)).url)
      await page.emulateMedia({ media: 'print' })
      expect(await page.getByText('62 0000 00000').isVisible()).toBe(true)
      expect(await page.getByText(/^PX/).isVisible()).toBe(true)
      expect(await page.getByRole('button').count()).toBe(0)
    })
  })
})

const owing = async () => (await makeAccount(server)).presentment_url
const shown = async () => chooseTransfer(await owing())
const scenes: { name: string; url(): Promise<string> }[] = [
  { name: 'transfer', url: async () => (await shown()).url },
  { name: 'transfer, in Arabic', url: async () => `${(await shown()).url}?lang=ar` },
  { name: 'transfer, announced', url: async () => (await submit((await shown()).forms[0])).url },
  {
    name: 'transfer, settled',
    url: async () => {
      const page = await shown()
      await recordLine(server, codeOf(page), 2000)
      return page.url
    },
  },
  {
    name: 'owed, after a transfer was announced',
    url: async () => {
      const url = await owing()
      await submit((await chooseTransfer(url)).forms[0])
      return url
    },
  },
]

it.each(scenes)(
  'the page $name has no fault by WCAG 2.2 AA, fits 320 px, has targets of 44 px, and is below 15 kB',
  async ({ url }) => {
    await setUp(server, { bank_account: long })
    const address = await url()
    expect(Buffer.byteLength((await open(address)).html)).toBeLessThan(15_000)
    await inWindow(browser, server, { viewport: { width: 320, height: 640 } }, async (page: Page) => {
      await page.goto(address)
      const tags = ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa', 'best-practice']
      const { violations } = await new AxeBuilder({ page }).withTags(tags).analyze()
      expect(violations.map(({ id, nodes }) => ({ id, html: nodes.map((node) => node.html) }))).toEqual([])
      const overflow = 'document.documentElement.scrollWidth - document.documentElement.clientWidth'
      expect(await page.evaluate(overflow)).toBe(0)
      for (const target of await page.locator('button, summary, main a').all()) {
        const box = await target.boundingBox()
        if (box) expect(box.height, await target.innerText()).toBeGreaterThanOrEqual(44)
      }
      await page.evaluate("document.documentElement.style.fontSize = '200%'")
      expect(await page.evaluate(overflow)).toBe(0)
    })
    await setUp(server)
  },
)

it('nothing that a payer says moves a balance', async () => {
  const account = await makeAccount(server)
  await submit((await chooseTransfer(account.presentment_url)).forms[0])
  expect(await balanceOf(server, account)).toBe(2000)
})
