import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { settableClock } from '../../src/core/clock.ts'
import { languageTags } from '../../src/html/language/languages.ts'
import { voiceIn } from '../../src/html/language/voice.ts'
import type { Mail } from '../../src/net/mailer.ts'
import { sendReceipts } from '../../src/pages/receipts/send-messages.ts'
import { follow, goodCard, makeAccount, open, type PayerPage, payWith, submit } from '../pages/payer.ts'
import { type TestServer, testServer } from '../support/server.ts'
import { expectCleanBooks } from '../support/verify.ts'
import { readPdf, scanPdf } from './pdf.ts'

const clock = settableClock(new Date('2026-11-26T09:00:00Z'))
let server: TestServer<typeof clock>
const sent: Mail[] = []

beforeAll(async () => {
  server = await testServer({ clock })
  server.app.mailer = {
    domain: 'pay.example',
    send: async (mail) => {
      sent.push(mail)
      return 'sent'
    },
  }
  await server.api('PATCH', '/settings', { languages: languageTags })
})
afterAll(async () => {
  await expectCleanBooks(server.database)
  await server.stop()
})

const textIn = (language: (typeof languageTags)[number]) =>
  voiceIn(language, 'ZA', { offered: languageTags, asked: false }).text.document
const plain = (text: string) => text.replaceAll(/[\u00a0\u202f]/g, ' ')
const accepting = (language: string) => ({ headers: { 'accept-language': language } })
const languageOf = ({ html }: PayerPage) => /<html lang="(\w+)"/.exec(html)?.[1]

/** The address of the receipt of a customer who reads `locale`. */
async function pay(locale?: string, asked = ''): Promise<{ outcome: PayerPage; url: string }> {
  const account = await makeAccount(server, { balance: 123_450, customer: locale === undefined ? {} : { locale } })
  const outcome = await payWith(account.presentment_url + asked, goodCard.card_number)
  const path = /href="(\/receipts\/[^"]+)"/.exec(outcome.html)?.[1] ?? ''
  return { outcome, url: server.url + path }
}
async function messageFor(page: PayerPage, address: string, headers: Record<string, string> = {}): Promise<Mail> {
  await submit(page.forms[0], { email: address }, headers)
  await sendReceipts(server.app)
  const mail = sent.find(({ to }) => to === address)
  if (!mail) throw new Error('nothing was sent')
  return mail
}

describe('a receipt is in the language', () => {
  test('that its address asks for, else that of its customer, else of the browser, else of the environment', async () => {
    const [any, french] = [await pay(), await pay('fr-CD')]
    const seen = await Promise.all([
      open(`${french.url}?lang=pt`, accepting('af')),
      open(french.url, accepting('af')),
      open(any.url, accepting('af')),
      open(any.url),
    ])
    expect(seen.map(languageOf)).toEqual(['pt', 'fr', 'af', 'en'])
  })

  test('that the page of the outcome was asked for in, whose link carries it', async () => {
    const { url } = await pay('fr-CD', '?lang=pt')
    expect(url).toMatch(/\?lang=pt$/)
    expect(languageOf(await open(url))).toBe('pt')
  })

  test.each(languageTags)('%s: its page, with links to the others, its PDF and its message', async (language) => {
    const { url } = await pay()
    const text = textIn(language)
    const page = await open(`${url}?lang=${language}`)
    expect(page.html).toContain(`<html lang="${language}"${language === 'ar' ? ' dir="rtl"' : ''}`)
    for (const said of [text.receipt, text.youPaid, text.facts.number, text.keep]) {
      expect(page.text).toContain(plain(said))
    }
    const amounts = [...page.html.matchAll(/<(?:span|strong) class="money">([^<]*)/g)].map(([, amount = '']) => amount)
    expect(amounts).toHaveLength(2)
    for (const amount of amounts) expect(amount.match(/ZAR/g)).toHaveLength(1)
    const others = [...page.html.matchAll(/href="\?lang=(\w+)"/g)].map(([, other]) => other)
    expect(others).toEqual(languageTags.filter((other) => other !== language))

    const mail = await messageFor(page, `${language}@home.example`)
    expect([mail.language, mail.html.includes(`<html lang="${language}"`)]).toEqual([language, true])
    expect(mail.subject).toContain('ZAR')
    for (const part of [mail.text, mail.html]) {
      expect(part).toContain(text.message.atAddress)
      expect(part).toContain(`${url}?lang=${language}`)
    }
    if (language === 'ar') {
      expect(page.text).toContain(text.print)
      expect(page.html).not.toContain('.pdf')
      expect(mail.attachment).toBeUndefined()
      const led = await fetch(`${url}.pdf?lang=ar`, { redirect: 'manual' })
      expect(led.headers.get('location')).toBe(`${new URL(url).pathname}?lang=ar`)
      return
    }
    // Also where the browser, not the address, chose the language of the page.
    const link = /href="([^"]+\.pdf\?[^"]+)"/.exec((await open(url, accepting(language))).html)?.[1]
    const response = await fetch(server.url + link)
    for (const bytes of [Buffer.from(await response.arrayBuffer()), mail.attachment?.content ?? Buffer.of()]) {
      const pdf = readPdf(bytes)
      expect(pdf.raw).toContain(`/Lang (${language})`)
      for (const said of [text.receipt, text.youPaid, text.line]) expect(plain(pdf.text)).toContain(plain(said))
      expect(scanPdf(pdf)).toBe(url)
    }
  })

  test('in which it was asked for, when it is sent; what was asked for by a version before is in its customer’s', async () => {
    const page = await open((await pay()).url, accepting('af'))
    expect((await messageFor(page, 'one@home.example', { 'accept-language': 'af' })).language).toBe('af')
    const { url } = await pay('fr-CD')
    await submit((await open(`${url}?lang=pt`)).forms[0], { email: 'two@home.example' })
    await server.database.pool.query('update receipt_message set language = null where next_try_at is not null')
    await sendReceipts(server.app)
    expect(sent.find(({ to }) => to === 'two@home.example')?.language).toBe('fr')
  })

  test('also when its form is refused', async () => {
    const page = await submit((await open(`${(await pay()).url}?lang=sw`)).forms[0], { email: 'none' })
    expect([page.status, languageOf(page)]).toEqual([422, 'sw'])
    expect(page.text).toContain(textIn('sw').send.wrong)
  })

  test('and a name of another direction stands in its own, in a sentence too', async () => {
    const name = 'ماء المنزل'
    const account = await makeAccount(server, { name })
    const outcome = await payWith(account.presentment_url, goodCard.card_number)
    const [obligation] = (await server.api('GET', `/billing/obligations?account=${account.id}`)).body.data
    await server.api('POST', `/billing/obligations/${obligation.id}/reversals`, { amount: 100, reason: 'mistake' })
    const receipt = await follow(outcome, /Save the receipt/)
    expect(receipt.html).toContain(`<bdi>${name}</bdi>`)
    expect(plain(receipt.text)).toContain(`Acme Water took R 1,00 ZAR back from \u2068${name}\u2069.`)
  })
})
