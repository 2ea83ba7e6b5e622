import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { launchBrowser } from '../support/browser.ts'
import { type Merchant, startMerchant } from './merchant.ts'

let merchant: Merchant
let browser: Browser
beforeAll(async () => {
  ;[merchant, browser] = await Promise.all([startMerchant(), launchBrowser()])
  await merchant.switchOnPaystack()
})
afterAll(async () => {
  await browser?.close()
  await merchant?.stop()
})

const fits = (page: Page) => page.evaluate('document.documentElement.scrollWidth <= window.innerWidth')

async function inWindow(work: (page: Page, complaints: string[]) => Promise<void>): Promise<void> {
  const context = await browser.newContext({ viewport: { width: 360, height: 740 }, javaScriptEnabled: true })
  const complaints: string[] = []
  const page = await context.newPage()
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text())
  })
  await work(page, complaints)
  await context.close()
}

test('a payer goes from a live page to that of Paystack and back to the receipt', async () => {
  const account = await merchant.account()
  await inWindow(async (page, complaints) => {
    await page.goto(account.presentment_url)
    expect(await page.getByText('Test page').count()).toBe(0)
    expect(await fits(page)).toBe(true)
    await page.getByRole('button', { name: 'Continue to card payment' }).click()
    await page.waitForURL(`${merchant.paystack.url}/**`)
    await page.getByRole('button', { name: 'Pay', exact: true }).click()
    await page.waitForURL(`${merchant.server.url}/**`)
    expect(await page.locator('[data-payment-status="succeeded"]').count()).toBe(1)
    expect(await fits(page)).toBe(true)
    expect(complaints.filter((text) => !text.includes('404'))).toEqual([])
  })
  expect(await merchant.balance(account)).toBe(0)
})

test('the browser itself follows our form to no other origin', async () => {
  const account = await merchant.account()
  await inWindow(async (page, complaints) => {
    await page.goto(account.presentment_url)
    const foreign = merchant.paystack.url.replace('127.0.0.1', 'localhost')
    await page.evaluate(`document.querySelector('form').action = ${JSON.stringify(foreign)}`)
    await page.evaluate('document.querySelector("form").submit()')
    await page.waitForTimeout(500)
    expect(page.url()).toBe(account.presentment_url)
    expect(complaints.join()).toContain('form-action')
  })
})
