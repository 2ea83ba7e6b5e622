import { AxeBuilder } from '@axe-core/playwright'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { settableClock } from '../../src/core/clock.ts'
import { launchBrowser } from '../support/browser.ts'
import { type TestServer, testServer } from '../support/server.ts'
import { balanceOf, goodCard, makeAccount, open, payWith, submit } from './payer.ts'
import { inWindow } from './window.ts'

const clock = settableClock(new Date('2026-11-23T08:00:00Z'))
const narrow = { viewport: { width: 320, height: 640 } }
let server: TestServer<typeof clock>
let browser: Browser
beforeAll(async () => {
  ;[server, browser] = await Promise.all([testServer({ clock }), launchBrowser()])
})
afterAll(async () => {
  await browser?.close()
  await server?.stop()
})

const cardUrl = async () => (await submit((await open((await makeAccount(server)).presentment_url)).forms[0])).url

describe('without JavaScript', () => {
  it('a payer pays from a bank that takes its time, and the page finds the outcome by itself', async () => {
    const account = await makeAccount(server)
    await inWindow(browser, server, { ...narrow, javaScriptEnabled: false }, async (page) => {
      await page.goto(account.presentment_url)
      await page.getByRole('button', { name: 'Continue to card payment' }).click()
      await page.getByRole('link', { name: 'Instant EFT' }).click()
      await page.getByLabel('How long a pending bank waits').fill('60')
      await page.getByRole('button', { name: 'Slow Bank' }).click()
      await page.getByRole('button', { name: 'Approve' }).click()
      await page.locator('[data-payment-status=pending]').waitFor()
      clock.advance(61_000)
      await page.locator('[data-payment-status=succeeded]').waitFor({ timeout: 20_000 })
    })
    expect(await balanceOf(server, account)).toBe(0)
  })

  it('a payer gets a number, and pays it at the simulated till', async () => {
    const account = await makeAccount(server)
    await inWindow(browser, server, { ...narrow, javaScriptEnabled: false }, async (page) => {
      await page.goto(account.presentment_url)
      await page.getByRole('button', { name: 'Continue to card payment' }).click()
      await page.getByRole('link', { name: 'Paycode' }).click()
      await page.getByRole('button', { name: 'Get a paycode' }).click()
      expect(await page.locator('h1').innerText()).toMatch(/9\d{3} \d{4} \d{4} \d{4}/)
      await page.getByRole('button', { name: 'at the simulated till' }).click()
      await page.locator('[data-payment-status=succeeded]').waitFor()
    })
    expect(await balanceOf(server, account)).toBe(0)
  })
})

const scenes: { name: string; show(page: Page): Promise<unknown> }[] = [
  { name: 'banks', show: async (page) => page.goto(`${await cardUrl()}?method=instant_eft`) },
  { name: 'banks, with a fault', show: async (page) => page.goto(`${await cardUrl()}?method=instant_eft&delay_s=x`) },
  { name: 'bank', show: async (page) => page.goto(`${await cardUrl()}?method=instant_eft&bank=slow`) },
  {
    name: 'paycode',
    show: async (page) => {
      await page.goto(`${await cardUrl()}?method=paycode`)
      await page.getByRole('button', { name: 'Get a paycode' }).click()
    },
  },
  {
    name: 'payments so far',
    show: async (page) => {
      const account = await makeAccount(server)
      for (const amount of ['1,00', '2,00']) await payWith(account.presentment_url, goodCard.card_number, amount)
      await page.goto(account.presentment_url)
      await page.getByText('Payments so far').click()
    },
  },
  {
    name: 'payments so far, of its own',
    show: async (page) => {
      const account = await makeAccount(server)
      await payWith(account.presentment_url, goodCard.card_number, '1,00')
      await page.goto(`${account.presentment_url}/payments`)
    },
  },
]

it.each(scenes)(
  'the page $name has no fault by WCAG 2.2 AA, fits 320 px, and its targets are 44 px high',
  async ({ show }) => {
    await inWindow(browser, server, narrow, async (page) => {
      await show(page)
      const tags = ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa', 'best-practice']
      const { violations } = await new AxeBuilder({ page }).withTags(tags).analyze()
      expect(violations.map(({ id, nodes }) => ({ id, html: nodes.map((node) => node.html) }))).toEqual([])
      const overflow = 'document.documentElement.scrollWidth - document.documentElement.clientWidth'
      expect(await page.evaluate(overflow)).toBe(0)
      for (const target of await page.locator('button, summary, main a:not([role=alert] a)').all()) {
        const box = await target.boundingBox()
        if (box) expect(box.height, await target.innerText()).toBeGreaterThanOrEqual(44)
      }
      await page.evaluate("document.documentElement.style.fontSize = '200%'")
      expect(await page.evaluate(overflow)).toBe(0)
    })
  },
)
