import { AxeBuilder } from '@axe-core/playwright'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { launchBrowser } from '../support/browser.ts'
import { type TestServer, testServer } from '../support/server.ts'

let server: TestServer
let browser: Browser
beforeAll(async () => {
  server = await testServer()
  browser = await launchBrowser()
})
afterAll(async () => {
  await browser.close()
  await server.stop()
})

const pages = [
  '/docs',
  '/docs/guides/quickstart-account-balance',
  '/docs/reference',
  '/docs/reference/createBill',
  '/docs/reference/events/obligation.amount_applied',
  '/docs/errors',
  '/docs/errors/not-found',
]

// The colours are all that differs in the dark, and one page has them all.
const inTheDark = ['/docs/reference/createBill']

test.each([
  { colorScheme: 'light', paths: pages },
  { colorScheme: 'dark', paths: inTheDark },
] as const)('axe finds nothing on the documents, $colorScheme', async ({ colorScheme, paths }) => {
  const context = await browser.newContext({ colorScheme, viewport: { width: 320, height: 640 } })
  const page = await context.newPage()
  const complaints: string[] = []
  page.on('console', (message) => complaints.push(message.text()))
  for (const path of paths) {
    await page.goto(server.url + path)
    const { violations } = await new AxeBuilder({ page }).analyze()
    expect(violations.map(({ id, nodes }) => `${path}: ${id} at ${nodes[0]?.html}`)).toEqual([])
    const width = await page.evaluate('document.documentElement.scrollWidth')
    expect(width, `${path} is wider than a small phone`).toBeLessThanOrEqual(320)
  }
  expect(complaints).toEqual([])
  await context.close()
})
