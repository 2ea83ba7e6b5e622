import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { launchBrowser } from '../support/browser.ts'
import { type TestServer, testServer } from '../support/server.ts'
import { goodCard, makeAccount, open, payWith } from './payer.ts'

let server: TestServer
let browser: Browser
beforeAll(async () => {
  ;[server, browser] = await Promise.all([testServer(), launchBrowser()])
})
afterAll(async () => {
  await browser?.close()
  await server?.stop()
})

// Of each kind that has broken a page somewhere: markup, script, styles, templates, quotes, direction, marks, emptiness and length.
const strings = [
  '<script>alert(1)</script>',
  '"><img src=x onerror=alert(1)>',
  "'><svg/onload=alert(1)>",
  '</title><script>alert(1)</script>',
  '</style><script>alert(1)</script>',
  '--><!-- <iframe src=javascript:alert(1)>',
  'javascript:alert(1)',
  '{{constructor.constructor("alert(1)")()}} #{7*7} <%= 7*7 %> [[7*7]]',
  '&lt;b&gt; &amp;amp; &#60; &quot;',
  '`"\'\\ \\u003cscript\\u003e %3Cscript%3E',
  "'; drop table customer; --",
  '../../etc/passwd %00 \\x00',
  'null undefined NaN true 0 -1 1e309 0x1F',
  'Z̸̢̛̲͎̟̤͕̯̞a̶͇̝͍̿͝l̶̻̯͠g̷̬̃o',
  'מזמן العربية \u202eabc\u202c \u2066isolated\u2069',
  '👩‍👩‍👧‍👦🏳️‍🌈 𝒳 ﷽ ﬃ ß İ ı',
  'a\u0301 e\u200b\u200d\ufeffx',
  '田中さんにあげて下さい パーティーへ行かないか',
  'W'.repeat(200),
  'line one\nline two\ttabbed',
]

it('no text of a merchant or a customer runs, breaks or leaves a page', async () => {
  const page = await browser.newPage({ viewport: { width: 360, height: 740 } })
  const happened: string[] = []
  page.on('dialog', (dialog) => {
    happened.push(dialog.message())
    void dialog.dismiss()
  })
  page.on('request', (request) => {
    if (!request.url().startsWith(server.url)) happened.push(request.url())
  })
  page.on('pageerror', (error) => happened.push(String(error)))
  for (const [index, text] of strings.entries()) {
    const settings = { name: text.slice(0, 60), legal_name: text, message: text, how_to_pay: text }
    const changed = await server.api('PATCH', '/settings', settings)
    expect(changed.status, changed.text).toBe(200)
    const account = await makeAccount(server, { customer: { name: text }, name: text })
    const bill = await server.api('POST', '/billing/bills', {
      account: account.id,
      external_reference: `NAUGHTY-${index}`,
      currency: 'ZAR',
      amount_due: 1_000,
      description: text,
      lines: [{ label: text.slice(0, 120), amount: 1_000 }],
    })
    const request = await server.api('POST', '/collect/payment_requests', {
      amount: 500,
      currency: 'ZAR',
      description: text,
      metadata: { note: text },
    })
    expect([bill.status, request.status], bill.text + request.text).toEqual([201, 201])
    const paid = await payWith(`${account.presentment_url}?debt=${account.id}`, goodCard.card_number, '1')
    const addresses = [
      account.presentment_url,
      `${account.presentment_url}/ways`,
      bill.body.presentment_url,
      request.body.link.url,
      paid.url,
      `${account.presentment_url}?debt=${encodeURIComponent(text)}&lang=${encodeURIComponent(text)}&page=${encodeURIComponent(text)}`,
      `${server.url}/p/${encodeURIComponent(text)}`,
      `${server.url}/r/${encodeURIComponent(text)}`,
    ]
    for (const address of addresses) {
      const shown = await open(address)
      expect(shown.status, `${address} with ${text}`).toBeLessThan(500)
      expect(shown.html).not.toMatch(/<script|<iframe|<svg|<img src=x/)
      await page.goto(address)
      const wide = await page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth')
      expect(wide, `${address} with ${text}`).toBe(0)
    }
  }
  expect(happened).toEqual([])
}, 120_000)
