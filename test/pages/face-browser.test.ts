import { AxeBuilder } from '@axe-core/playwright'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { launchBrowser } from '../support/browser.ts'
import { type TestServer, testServer } from '../support/server.ts'
import { showFace } from './face.ts'
import { goodCard, makeAccount, payWith } from './payer.ts'
import { inWindow } from './window.ts'

// A merchant that has everything set, with a name that no line can hold.
let server: TestServer
let browser: Browser
let guestUrl: string
beforeAll(async () => {
  ;[server, browser] = await Promise.all([testServer(), launchBrowser()])
  const word = 'Donaudampfschifffahrtsgesellschaftskapitaensmuetzenfabrikamt'
  const changes = { name: word, legal_name: word, website: `https://${word.toLowerCase().slice(0, 60)}.example.com` }
  for (const key of [server.key, server.liveKey]) await showFace(server, changes, key)
  const on = await server.api('PATCH', '/settings', { guest_lookup: { second_fact: 'email' } })
  guestUrl = on.body.guest_lookup_url
})
afterAll(async () => {
  await browser?.close()
  await server?.stop()
})

async function liveUrl(): Promise<string> {
  const reference = `live-${Math.random().toString(36).slice(2)}`
  const sent = { external_reference: reference, name: 'Thandi Nkosi', currency: 'ZAR', balance: 1000 }
  const made = await server.api('POST', '/billing/customers', sent, { authorization: `Bearer ${server.liveKey}` })
  return made.body.presentment_url
}

const scenes: { name: string; url(): Promise<string>; act?(page: Page): Promise<void> }[] = [
  { name: 'owed', url: async () => (await makeAccount(server)).presentment_url },
  { name: 'owed, live', url: liveUrl },
  { name: 'review', url: async () => `${(await makeAccount(server)).presentment_url}/review?everything=ZAR` },
  { name: 'ways', url: async () => `${(await makeAccount(server)).presentment_url}/ways` },
  {
    name: 'paid',
    url: async () => (await payWith((await makeAccount(server)).presentment_url, goodCard.card_number)).url,
  },
  { name: 'look-up', url: async () => guestUrl },
  { name: 'look-up that failed', url: async () => guestUrl, act: (page: Page) => page.getByRole('button').click() },
  {
    name: 'owed, looked up',
    url: async () => guestUrl,
    act: async (page: Page) => {
      const { customer_id } = await makeAccount(server, { customer: { email: 'me@example.com' } })
      const { external_reference } = (await server.api('GET', `/billing/customers/${customer_id}`)).body
      await page.getByLabel('Bill, account or customer number').fill(external_reference)
      await page.getByLabel('Your e-mail address').fill('me@example.com')
      await page.getByRole('button').click()
      await page.getByText('You looked this up').waitFor()
    },
  },
  { name: 'home', url: async () => `${server.url}/` },
]

describe.each(scenes)('the page $name', ({ url, act }) => {
  it.each<BrowserContextOptions>([{ colorScheme: 'light' }, { colorScheme: 'dark' }, { forcedColors: 'active' }])(
    'has no fault by WCAG 2.2 AA with %o',
    async (options) => {
      await inWindow(browser, server, options, async (page) => {
        await page.goto(await url())
        await act?.(page)
        const { violations } = await new AxeBuilder({ page })
          .withTags(['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa', 'best-practice'])
          .analyze()
        expect(violations.map(({ id, nodes }) => ({ id, html: nodes.map((node) => node.html) }))).toEqual([])
      })
    },
  )

  it('fits a screen of 320 px, also with the text twice as large, and its targets are 44 px high', async () => {
    await inWindow(browser, server, { viewport: { width: 320, height: 640 } }, async (page) => {
      await page.goto(await url())
      await act?.(page)
      const overflow = () =>
        page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth')
      expect(await overflow()).toBe(0)
      for (const target of await page.locator('a:not([role=alert] a), button').all()) {
        const box = await target.boundingBox()
        expect(box?.height ?? 44, await target.innerText()).toBeGreaterThanOrEqual(44)
      }
      await page.evaluate("document.documentElement.style.fontSize = '200%'")
      expect(await overflow()).toBe(0)
    })
  })
})

it('shows the logo and the accent, and no line of text is lost', async () => {
  await inWindow(browser, server, {}, async (page) => {
    await page.goto((await makeAccount(server)).presentment_url)
    expect(await page.evaluate("document.querySelector('.logo').naturalWidth")).toBe(300)
    const color = await page.evaluate("getComputedStyle(document.querySelector('button')).backgroundColor")
    expect(color).toBe('rgb(122, 31, 92)')
    expect(await page.evaluate("document.querySelector('.message, .lines').innerText")).toContain('\n')
  })
})

it.each(['image/png', 'image/jpeg'])('a real %s, as a browser makes it, is taken and shown', async (type) => {
  await inWindow(browser, server, {}, async (page) => {
    await page.goto(`${server.url}/`)
    const script = `(() => {
      const canvas = Object.assign(document.createElement('canvas'), { width: 150, height: 60 })
      const context = canvas.getContext('2d')
      for (let at = 0; at < 150; at++) {
        context.fillStyle = 'hsl(' + at * 2 + ' 80% 50%)'
        context.fillRect(at, 0, 1, 60)
      }
      return canvas.toDataURL('${type}').split(',')[1]
    })()`
    const data = await page.evaluate<string>(script)
    const put = await server.api('PUT', '/settings/logo', { data })
    expect([put.status, put.text]).toEqual([200, put.text])
    expect((await fetch(put.body.logo_url)).headers.get('content-type')).toBe(type)
    await page.goto((await makeAccount(server)).presentment_url)
    const logo = await page.evaluate(
      '[...document.images].map((one) => [one.naturalWidth, one.naturalHeight, one.width])',
    )
    expect(logo).toEqual([[150, 60, 100]])
  })
})
