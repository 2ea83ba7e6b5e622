import { mkdir } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { AxeBuilder } from '@axe-core/playwright'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { settableClock } from '../../src/core/clock.ts'
import { languageTags } from '../../src/html/language/languages.ts'
import { launchBrowser } from '../support/browser.ts'
import { type TestServer, testServer } from '../support/server.ts'
import { customersOf } from './household.ts'
import { goodCard, makeAccount, open, payWith, submit } from './payer.ts'

let server: TestServer
let browser: Browser
let page: Page
const addresses: Record<string, string> = {}
beforeAll(async () => {
  ;[server, browser] = await Promise.all([
    testServer({ clock: settableClock(new Date('2026-11-26T08:00:00Z')) }),
    launchBrowser(),
  ])
  const context = await browser.newContext({ viewport: { width: 360, height: 740 }, javaScriptEnabled: true })
  page = await context.newPage()
  await server.api('PATCH', '/settings', { languages: languageTags })
  const { customer, late } = await customersOf(server).household()
  await makeAccount(server, { customer: customer.id, name: 'Pool', currency: 'USD', balance: 123_456 })
  addresses.owed = `${customer.presentment_url}?`
  addresses.review = `${customer.presentment_url}/review?everything=ZAR&`
  addresses.declined = `${(await payWith(late.presentment_url, '4000 0000 0000 9995')).url}?`
  const other = await customersOf(server).household()
  const card = await submit((await open(`${other.customer.presentment_url}/review?everything=ZAR`)).forms[0])
  const paid = await submit(card.forms[0], goodCard)
  addresses.receipt = `${paid.url}?`
  await server.api('PATCH', '/settings', { receipt_requests: true })
  addresses.document = `${server.url}${/href="(\/receipts\/[^"]+)"/.exec(paid.html)?.[1]}?`
})
afterAll(async () => {
  await browser?.close()
  await server?.stop()
})

describe.each(languageTags)('in %s', (language) => {
  it.each(['owed', 'review', 'declined', 'receipt', 'document'])(
    'the page %s has no fault by WCAG 2.2 AA, fits 360 px, and weighs under 15 kB',
    async (name) => {
      const response = await page.goto(`${addresses[name]}lang=${language}`)
      expect([response?.status(), await page.locator('html').getAttribute('lang')]).toEqual([200, language])
      expect(((await response?.body()) ?? '').length).toBeLessThan(15_000)
      // With SCREENSHOTS set, what is seen is kept in a folder of the temporary directory, to be looked at.
      if (process.env.SCREENSHOTS) {
        const folder = join(tmpdir(), 'tallystick-screenshots')
        await mkdir(folder, { recursive: true })
        await page.screenshot({ path: join(folder, `${name}-${language}.png`), fullPage: true })
      }
      const tags = ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa', 'best-practice']
      const { violations } = await new AxeBuilder({ page }).withTags(tags).analyze()
      expect(violations.map(({ id, nodes }) => ({ id, html: nodes.map((node) => node.html) }))).toEqual([])
      expect(await page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth')).toBe(0)
      const broken = await page.evaluate(`[...document.querySelectorAll('.money')].filter((one) => {
      const lines = new Set([...one.getClientRects()].map(({ top }) => top))
      return lines.size > 1
    }).map((one) => one.textContent)`)
      expect(broken).toEqual([])
    },
  )
})
