import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { settableClock } from '../../src/core/clock.ts'
import { jpegOf } from '../support/pictures.ts'
import { type TestServer, testServer } from '../support/server.ts'
import { fullFace, showFace } from './face.ts'
import { follow, goodCard, makeAccount, open, payWith, submit } from './payer.ts'

const clock = settableClock(new Date('2026-11-23T08:00:00Z'))
let server: TestServer<typeof clock>
let logoUrl: string
beforeAll(async () => {
  server = await testServer({ clock })
})
afterAll(() => server.stop())
beforeEach(async () => {
  await server.api('DELETE', '/settings/logo', undefined, { authorization: `Bearer ${server.liveKey}` })
  logoUrl = await showFace(server)
})

const none = Object.fromEntries(Object.keys(fullFace).map((name) => [name, null]))
const policyOf = ({ headers }: { headers: Headers }) => headers.get('content-security-policy') ?? ''

describe('the pages of a merchant', () => {
  it('show its logo, and below whose they are and whom to ask', async () => {
    const { html, text, ...page } = await open((await makeAccount(server)).presentment_url)
    expect(html).toContain(`<img class="logo" src="${new URL(logoUrl).pathname}" width="120" height="32" alt="">`)
    expect(html).not.toContain('class="mark"')
    expect(html).toContain('<a href="tel:+27359075000">+27 (35) 907-5000</a>')
    expect(html).toContain('<a href="mailto:help@example.com">help@example.com</a>')
    expect(html).toContain('<a href="https://water.example.com/help">water.example.com</a>')
    expect(text).toContain(fullFace.legal_name)
    expect(text).toContain('Check that this is really us: call the number on your bill.')
    expect(html).toContain('<p class="note lines">Our offices are closed on 16 December.\nWe wish you a good day.</p>')
    expect(html).toContain('<meta name="theme-color" content="#7a1f5c">')
    expect(html).toContain('<meta name="format-detection" content="telephone=no">')
    expect(policyOf(page)).toContain("; img-src 'self'; ")
    expect(html).not.toMatch(/<script|\sstyle=/)
  })

  it('show it from the debt over the review to the receipt', async () => {
    const account = await makeAccount(server)
    const review = await open(`${account.presentment_url}/review?everything=ZAR`)
    const receipt = await payWith(account.presentment_url, goodCard.card_number)
    const unfinished = await makeAccount(server)
    const card = await submit((await open(unfinished.presentment_url)).forms[0])
    for (const { html, text } of [review, receipt]) {
      expect(html).toContain('class="logo"')
      expect(text).toContain(fullFace.legal_name)
    }
    expect(card.text).toContain(fullFace.name)
    expect(card.html).not.toContain('class="logo"')
    expect(policyOf(card)).not.toContain('img-src')
  })

  it('have the accent of the merchant by a style of its own, whose hash the policy names', async () => {
    const url = (await makeAccount(server)).presentment_url
    const own = await open(url)
    expect(own.html.match(/<style>/g)).toHaveLength(2)
    expect(own.html).toContain(':root{--accent:#7a1f5c;--on-accent:#ffffff;')
    expect(policyOf(own).match(/sha256-/g)).toHaveLength(2)
    await server.api('PATCH', '/settings', { accent_color: null })
    const plain = await open(url)
    expect(plain.html.match(/<style>/g)).toHaveLength(1)
    expect(policyOf(plain).match(/sha256-/g)).toHaveLength(1)
  })

  it('show nothing of what is not set', async () => {
    await server.api('PATCH', '/settings', none)
    await server.api('DELETE', '/settings/logo')
    const { html, text, ...page } = await open((await makeAccount(server)).presentment_url)
    expect(html).toContain('class="mark"')
    expect(html).not.toMatch(/<img|theme-color|class="contact"|tel:|mailto:/)
    expect(text).not.toMatch(/really us|Other ways|Reference to quote/)
    expect(policyOf(page)).not.toContain('img-src')
    await server.api('PATCH', '/settings', { email: 'help@example.com' })
    expect((await open((await makeAccount(server)).presentment_url)).text).not.toContain('really us')
  })

  it('escape all of it', async () => {
    const sent = '<b onclick="x">&\'</b>'
    const texts = { name: sent, legal_name: sent, message: sent, how_to_pay: sent }
    await server.api('PATCH', '/settings', texts)
    const { html, text } = await open((await makeAccount(server)).presentment_url)
    expect(html).not.toContain('<b ')
    expect(text.split(sent).length).toBeGreaterThan(4)
  })

  it('lead to how else to pay, with the reference to quote, where it can be paid online', async () => {
    const account = await makeAccount(server)
    const { html, text } = await follow(await open(account.presentment_url), /Other ways to pay/)
    const { external_reference } = (await server.api('GET', `/billing/accounts/${account.id}`)).body
    expect(html).toContain('class="logo"')
    expect(html).toContain('<p class="lines">First Bank, branch 250 655\nAccount 62 000 111 222</p>')
    expect(text).toContain(`Reference to quote: ${external_reference} (your account number) Back to what is owed`)
    await server.api('PATCH', '/settings', { how_to_pay: null })
    expect((await open(`${account.presentment_url}/ways`)).status).toBe(404)
    expect((await open(`${server.url}/p/nothing/ways`)).status).toBe(404)
  })

  it('say first how to pay where nothing can be paid online', async () => {
    await showFace(server, {}, server.liveKey)
    const headers = { authorization: `Bearer ${server.liveKey}` }
    const customer = { external_reference: 'live-customer', name: 'Thandi Nkosi' }
    const bill = { customer, external_reference: 'live-bill', currency: 'ZAR', amount_due: 5000 }
    const { body } = await server.api('POST', '/billing/bills', bill, headers)
    const { html, text } = await open(body.presentment_url)
    expect(text).toContain(
      'you owe R 50,00 How to pay First Bank, branch 250 655 Account 62 000 111 222 Reference to quote: live-bill (your bill number) Online payment is not available here.',
    )
    expect(text).not.toContain('in the way that you know')
    expect(html).not.toContain('Other ways to pay')
    await server.api(
      'POST',
      '/billing/payments',
      { bill: 'live-bill', amount: 5000, currency: 'ZAR', channel: 'x', reference: 'x' },
      headers,
    )
    expect((await open(body.presentment_url)).text).not.toContain('How to pay')
  })

  it('are found in the statements that find the subject, and never read the logo itself', async () => {
    const { presentment_url } = await makeAccount(server)
    const texts: string[] = []
    const { pool } = server.app
    const query = pool.query
    pool.query = ((statement: { text: string }): unknown => {
      texts.push(statement.text)
      return Reflect.apply(query, pool, [statement])
    }) as typeof query
    try {
      await open(presentment_url)
    } finally {
      pool.query = query
    }
    expect(texts.filter((text) => text.includes('logo'))).toHaveLength(1)
    expect(texts.filter((text) => /\bbytes\b/.test(text))).toEqual([])
  })

  it('stay below 15 kB with all of it at its longest, and everything that a list can have', async () => {
    const long = (length: number) => 'Please pay on time & thank you. '.repeat(50).slice(0, length)
    await server.api('PATCH', '/settings', {
      name: 'W'.repeat(60),
      legal_name: long(255),
      message: long(500),
      how_to_pay: long(1000),
    })
    const reference = 'r'.repeat(255)
    const customer = { external_reference: reference, name: 'N'.repeat(60) }
    const { body } = await server.api('POST', '/billing/customers', customer)
    for (let index = 0; index < 12; index++) {
      await makeAccount(server, {
        customer: body.id,
        name: `A name of sixty characters, and no more than sixty, ${index}`,
      })
    }
    const page = await open(body.presentment_url)
    expect(page.text).toContain('Page 1 of 2')
    expect(Buffer.byteLength(page.html)).toBeLessThan(15_000)
  })
})

describe('a logo', () => {
  it('is served as what it is, for good, and as nothing that runs', async () => {
    const response = await fetch(logoUrl)
    expect([response.status, response.headers.get('content-type')]).toEqual([200, 'image/png'])
    expect(response.headers.get('x-content-type-options')).toBe('nosniff')
    expect(response.headers.get('content-security-policy')).toBe("default-src 'none'; sandbox")
    expect(response.headers.get('cache-control')).toBe('public, max-age=31536000, immutable')
    expect((await response.bytes()).subarray(1, 4)).toEqual(new Uint8Array(Buffer.from('PNG')))
  })

  it('may be a JPEG, which has an address of its own; the one before is gone', async () => {
    const put = await server.api('PUT', '/settings/logo', { data: jpegOf(40, 20).toString('base64') })
    expect(put.body.logo_url).not.toBe(logoUrl)
    const response = await fetch(put.body.logo_url)
    expect([response.status, response.headers.get('content-type')]).toEqual([200, 'image/jpeg'])
    expect((await fetch(logoUrl)).status).toBe(404)
  })

  it('that is deleted is gone, and deleting none changes nothing', async () => {
    const deleted = await server.api('DELETE', '/settings/logo')
    expect([deleted.status, deleted.body.logo_url]).toEqual([200, undefined])
    expect((await fetch(logoUrl)).status).toBe(404)
    const again = await server.api('DELETE', '/settings/logo')
    expect([again.status, again.headers.get('etag')]).toEqual([200, deleted.headers.get('etag')])
  })

  it('of two environments is served while one of them has it', async () => {
    expect(await showFace(server, {}, server.liveKey)).toBe(logoUrl)
    await server.api('DELETE', '/settings/logo')
    expect((await fetch(logoUrl)).status).toBe(200)
    await server.api('DELETE', '/settings/logo', undefined, { authorization: `Bearer ${server.liveKey}` })
    expect((await fetch(logoUrl)).status).toBe(404)
  })

  it.each(['0'.repeat(64), 'F'.repeat(64), '..%2f..%2fetc', 'x', "'--"])('is not found at %s', async (hash) => {
    const { status, text } = await open(`${server.url}/logos/${hash}`)
    expect(status).toBe(404)
    expect(text).not.toContain(fullFace.name)
  })
})

describe('a preview', () => {
  const preview = async (body: object, key = server.key) =>
    server.api('POST', '/settings/preview', body, { authorization: `Bearer ${key}` })

  it('shows a sample of the page with other settings, and stores nothing', async () => {
    const before = await server.api('GET', '/settings')
    const { status, headers, text } = await preview({
      name: 'Other Water',
      accent_color: '#14508c',
      message: 'A message to come',
      phone: null,
    })
    expect([status, headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8'])
    for (const shown of ['Sample. This is what your payers see.', 'Other Water', '#14508c', 'A message to come']) {
      expect(text).toContain(shown)
    }
    expect(text).toContain(fullFace.legal_name)
    expect(text).not.toContain('tel:')
    expect(text).toContain(new URL(logoUrl).pathname)
    const after = await server.api('GET', '/settings')
    expect([after.text, after.headers.get('etag')]).toEqual([before.text, before.headers.get('etag')])
  })

  it('of the live environment has no form where nothing can be paid online', async () => {
    const { text } = await preview({ how_to_pay: 'At the counter.' }, server.liveKey)
    expect(text).toContain('Sample.')
    expect(text).not.toMatch(/Test page|<form/)
    expect(text).toContain('At the counter.')
  })

  it('leads nowhere: neither its form nor its link is of anything', async () => {
    const { text } = await preview({})
    const path = /action="([^"]+)"/.exec(text)?.[1] ?? ''
    expect((await open(server.url + path)).status).toBe(404)
    expect((await open(server.url + path, { method: 'POST', body: new URLSearchParams({ amount: '1' }) })).status).toBe(
      404,
    )
  })

  it('refuses what an update refuses', async () => {
    expect((await preview({ accent_color: '#ffff00' })).body.code).toBe('color_contrast')
    expect((await preview({ colour: '#000000' })).status).toBe(400)
  })
})
