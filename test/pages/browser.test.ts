import { join } from 'node:path'
import { AxeBuilder } from '@axe-core/playwright'
import { HtmlValidate } from 'html-validate'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { settableClock } from '../../src/core/clock.ts'
import { launchBrowser } from '../support/browser.ts'
import { type TestServer, testServer } from '../support/server.ts'
import { moreScenesOf } from './more-scenes.ts'
import { balanceOf, goodCard, makeAccount, payWith } from './payer.ts'
import { scenesOf } from './scenes.ts'
import { inWindow } from './window.ts'

const clock = settableClock(new Date('2026-11-23T08:00:00Z'))
let server: TestServer<typeof clock>
let browser: Browser
beforeAll(async () => {
  ;[server, browser] = await Promise.all([testServer({ clock }), launchBrowser()])
})
afterAll(async () => {
  await browser?.close()
  await server?.stop()
})

/** With SCREENSHOTS set to a folder, keeps there what is seen, to be looked at. */
async function screenshot(page: Page, name: string): Promise<void> {
  const folder = process.env.SCREENSHOTS
  if (folder) await page.screenshot({ path: join(folder, `${name}.png`), fullPage: true })
}

describe('on a phone, without JavaScript', () => {
  it('a payer opens the link, pays the balance by card and sees the receipt', async () => {
    const account = await makeAccount(server)
    await inWindow(browser, server, { javaScriptEnabled: false }, async (page) => {
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
    await inWindow(browser, server, { javaScriptEnabled: false }, async (page) => {
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

const scenes = [...scenesOf(() => server), ...moreScenesOf(() => server)]

const validator = new HtmlValidate({ extends: ['html-validate:standard'] })
/** How much wider a page is than its window, once it is there: a press may just have led to it. */
async function overflow(page: Page): Promise<unknown> {
  await page.waitForLoadState()
  return page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth')
}
// An amount in a list may wrap between its groups where the screen leaves no other choice.
const brokenAmounts = (page: Page) =>
  page.evaluate(`[...document.querySelectorAll('.money')]
    .filter((one) => getComputedStyle(one).whiteSpace === 'nowrap' && one.getClientRects().length > 1)
    .map((one) => one.textContent)`)

async function expectAccessible(page: Page, how: string): Promise<void> {
  const { violations, passes } = await new AxeBuilder({ page })
    .withTags(['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa', 'best-practice'])
    .analyze()
  expect(violations.map(({ id, nodes }) => ({ id, how, html: nodes.map((node) => node.html) }))).toEqual([])
  expect(passes.length).toBeGreaterThan(5)
}

async function expectToFit(page: Page, width: number, how: string): Promise<void> {
  await page.setViewportSize({ width, height: 740 })
  expect(await overflow(page), how).toBe(0)
  expect(await brokenAmounts(page), how).toEqual([])
}

describe.each(scenes)('the page $name', ({ name, show }) => {
  it('has no fault by WCAG 2.2 AA and by the HTML standard, weighs under 15 kB, and fits every screen and paper', async () => {
    await inWindow(browser, server, { viewport: { width: 360, height: 740 } }, async (page) => {
      const reading: Promise<string>[] = []
      page.on('response', (response) => {
        if (response.request().isNavigationRequest() && response.status() !== 303) reading.push(response.text())
      })
      await show(page)
      const bodies = await Promise.all(reading)
      expect(bodies.length).toBeGreaterThan(0)
      for (const body of bodies) {
        expect(Buffer.byteLength(body)).toBeLessThan(15_000)
        expect(body).not.toMatch(/<script/i)
      }
      const report = await validator.validateString(await page.content())
      expect(report.results.flatMap(({ messages }) => messages.map((one) => `${one.ruleId}: ${one.message}`))).toEqual(
        [],
      )
      await expectToFit(page, 360, 'a phone')
      await screenshot(page, `${name}-light`)
      await expectAccessible(page, 'light')
      await page.emulateMedia({ colorScheme: 'dark' })
      await screenshot(page, `${name}-dark`)
      await expectAccessible(page, 'dark')
      await page.emulateMedia({ colorScheme: 'light', forcedColors: 'active' })
      await expectToFit(page, 360, 'forced colours')
      await page.emulateMedia({ forcedColors: 'none', media: 'print' })
      await expectToFit(page, 700, 'paper')
      await page.emulateMedia({ media: 'screen' })
      await expectToFit(page, 1280, 'a desk')
      await expectToFit(page, 320, 'a small phone')
      await expectTargets(page)
      await page.evaluate("document.documentElement.style.fontSize = '200%'")
      expect(await overflow(page)).toBe(0)
      await screenshot(page, `${name}-320-large`)
    })
  })
})

/** What can be tapped is at least 44 px high. */
async function expectTargets(page: Page): Promise<void> {
  const targets = page.locator(
    'button, input:not([type=hidden], [type=checkbox]), label:has([type=checkbox]), summary, a',
  )
  for (const target of await targets.all()) {
    const box = await target.boundingBox()
    const inside = await target.evaluate((element) => element.closest('[role=alert]') !== null)
    if (box && box.height > 0 && !inside) expect(box.height, await target.innerText()).toBeGreaterThanOrEqual(44)
  }
}

it('a merchant whose name is one word of sixty letters makes no page wider than a small phone', async () => {
  await server.api('PATCH', '/settings', { name: 'W'.repeat(60) })
  await inWindow(browser, server, { viewport: { width: 320, height: 640 } }, async (page) => {
    const main = ['owed', 'owed-error', 'household', 'review', 'paid', 'pending', 'failed', 'bill-overdue', 'request']
    for (const { name, show } of scenes.filter((one) => main.includes(one.name))) {
      await show(page)
      expect(await overflow(page), name).toBe(0)
    }
  })
  await server.api('PATCH', '/settings', { name: null })
})

it('looks the same family on a wide screen and on paper', async () => {
  await inWindow(browser, server, { viewport: { width: 1280, height: 800 } }, async (page) => {
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
