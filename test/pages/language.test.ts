import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { settableClock } from '../../src/core/clock.ts'
import { parseId } from '../../src/core/id/id.ts'
import { english } from '../../src/html/language/en/index.ts'
import { languageTags } from '../../src/html/language/languages.ts'
import { declines } from '../../src/payments/processor/simulator/cards.ts'
import { type TestServer, testServer } from '../support/server.ts'
import { customersOf } from './household.ts'
import { follow, goodCard, makeAccount, open, type PayerPage, paymentsOf, statusOf, submit } from './payer.ts'

const clock = settableClock(new Date('2026-11-26T08:00:00Z'))
let server: TestServer<typeof clock>
beforeAll(async () => {
  server = await testServer({ clock })
})
afterAll(() => server.stop())

const offered = ['en', 'fr', 'af', 'pt', 'ar']
const settings = (body: object) => server.api('PATCH', '/settings', body)
const languageOf = ({ html }: PayerPage) => /<html lang="(\w+)" dir="\w+">/.exec(html)?.[1]
const accepting = (accept: string) => ({ headers: { 'accept-language': accept } })

describe('the language of a page', () => {
  test('has a sentence for each way in which the simulator declines', () => {
    expect(Object.keys(english.paying.declines)).toEqual(Object.keys(declines))
  })

  test.each([
    // The address, the customer, the browser, the environment; what the page is in.
    ['fr', 'pt-MZ', 'af', 'ar-EG', 'fr'],
    ['', 'pt-MZ', 'af', 'ar-EG', 'pt'],
    ['', '', 'af', 'ar-EG', 'af'],
    ['', '', '', 'ar-EG', 'ar'],
    ['', '', '*', 'ar-EG', 'ar'],
    ['', '', '', 'en-ZA', 'en'],
    ['xh', '', 'fr', 'en-ZA', 'fr'],
    ['fr-CD', '', '', 'en-ZA', 'en'],
    ['FR', '', '', 'en-ZA', 'en'],
    ['constructor', '', 'constructor', 'en-ZA', 'en'],
    // Not offered unless the settings say so.
    ['sw', 'zu-ZA', 'sw-KE', 'en-ZA', 'en'],
    ['', 'xh-ZA', 'pt', 'en-ZA', 'pt'],
    ['', '', '', 'xh-ZA', 'en'],
    // As a browser writes what it accepts.
    ['', '', 'de-DE,de;q=0.9,fr;q=0.8,en;q=0.7', 'en-ZA', 'fr'],
    ['', '', 'en;q=0.3, FR-ca;q=0.9, pt;q=0.95', 'en-ZA', 'pt'],
    ['', '', 'fr;q=0, af;q=0.1', 'en-ZA', 'af'],
    ['', '', 'fr;q=1.0,pt;q=1', 'en-ZA', 'fr'],
    ['', '', ';;,q=,fr;x=1,\u00e9', 'en-ZA', 'en'],
    ['', '', `${'de,'.repeat(40)}fr`, 'en-ZA', 'en'],
  ])(
    '?lang=%s, the customer reads %s, the browser %s, the settings say %s: %s',
    async (lang, locale, accept, of, is) => {
      await settings({ locale: of })
      const { presentment_url } = await makeAccount(server, { customer: locale === '' ? {} : { locale } })
      const address = lang === '' ? presentment_url : `${presentment_url}?lang=${lang}`
      const page = await open(address, accept === '' ? {} : accepting(accept))
      await settings({ locale: 'en-ZA' })
      expect([page.status, languageOf(page)]).toEqual([200, is])
    },
  )

  test('is one of those that the settings offer', async () => {
    await settings({ languages: ['sw', 'zu'] })
    const { presentment_url } = await makeAccount(server)
    const [plain, asked, accepted] = await Promise.all([
      open(presentment_url),
      open(`${presentment_url}?lang=zu`),
      open(presentment_url, accepting('fr, en;q=0.5')),
    ])
    await settings({ languages: offered })
    expect([plain, asked, accepted].map(languageOf)).toEqual(['sw', 'zu', 'sw'])
    expect([...asked.html.matchAll(/hreflang|lang=(\w\w)" lang/g)].map(([, tag]) => tag)).toEqual(['sw'])
  })

  test('is told, with its direction, and that the answer depends on what a browser accepts', async () => {
    const { presentment_url } = await makeAccount(server)
    const [french, arabic] = await Promise.all([open(`${presentment_url}?lang=fr`), open(`${presentment_url}?lang=ar`)])
    expect(french.html).toContain('<html lang="fr" dir="ltr">')
    expect(arabic.html).toContain('<html lang="ar" dir="rtl">')
    expect([french.headers.get('vary'), french.headers.get('cache-control')]).toEqual(['Accept-Language', 'no-store'])
  })

  test('of a page that is not found is what was asked for, and tells nothing of the object', async () => {
    await settings({ locale: 'af-ZA' })
    const account = await makeAccount(server, { balance: 0, customer: { locale: 'pt-MZ' } })
    await server.api('POST', `/billing/accounts/${account.id}/archive`)
    const pages = await Promise.all(
      [account.presentment_url, `${server.url}/p/nothing`].flatMap((url) => [
        open(url),
        open(`${url}?lang=fr`),
        open(url, accepting('ar')),
      ]),
    )
    await settings({ locale: 'en-ZA' })
    expect(pages.map((page) => [page.status, languageOf(page)])).toEqual([
      ...[[404, 'en'] as const, [404, 'fr'] as const, [404, 'ar'] as const],
      ...[[404, 'en'] as const, [404, 'fr'] as const, [404, 'ar'] as const],
    ])
    expect(pages[0]?.html).toBe(pages[3]?.html)
    expect(pages[1]?.text).toContain('Ce lien ne fonctionne pas')
  })

  test('of what cannot be read is what was asked for, too', async () => {
    const { presentment_url } = await makeAccount(server)
    const refused = await open(`${presentment_url}?lang=fr&page=%zz`)
    expect([refused.status, languageOf(refused)]).toEqual([400, 'fr'])
    const foreign = await submit(
      (await open(`${presentment_url}?lang=pt`)).forms[0],
      {},
      { 'sec-fetch-site': 'cross-site' },
    )
    expect([foreign.status, languageOf(foreign)]).toEqual([403, 'pt'])
  })
})

describe('a language that was asked for', () => {
  test('stays through the steps, and comes back from the processor, and is no metadata of the payment', async () => {
    const { customer } = await customersOf(server).household()
    const start = `${customer.presentment_url}?lang=fr&utm_source=sms`
    const owed = await open(start)
    const details = await follow(owed, /^Détails$/)
    const back = await follow(details, /Tout ce que vous devez/)
    const untidy = await submit(details.forms[0], { amount: 'x' })
    const review = await follow(owed, /^Tout payer/)
    const change = await follow(review, /^Modifier$/)
    const card = await submit(review.forms[0])
    const declined = await submit(card.forms[0], { ...goodCard, card_number: '4000 0000 0000 9995' })
    const again = await follow(declined, /^Réessayer/)
    const other = await follow(declined, /^Payer un autre montant$/)
    const paid = await submit((await submit(again.forms[0])).forms[0], goodCard)
    const left = await follow(paid, /^Voir ce qui reste/)
    const pages = { owed, details, back, untidy, review, change, declined, again, other, paid, left }
    expect(Object.entries(pages).filter(([, page]) => languageOf(page) !== 'fr')).toEqual([])
    expect(declined.text).toContain('La provision de la carte est insuffisante. Rien n’a été prélevé.')
    expect(statusOf(paid)).toEqual(['succeeded'])
    expect(paid.text).toContain('Devise ZAR')
    const { rows } = await server.database.pool.query(
      `select status, metadata from payment where customer_id = (select id from customer where external_reference = $1)
      order by status`,
      [customer.external_reference],
    )
    expect(rows).toEqual([
      { status: 'failed', metadata: { utm_source: 'sms' } },
      { status: 'succeeded', metadata: {} },
    ])
  })

  test('stays when what was chosen has moved', async () => {
    const { customer, late } = await customersOf(server).household()
    const review = await open(`${customer.presentment_url}/review?everything=ZAR&lang=fr`)
    const cash = { bill: late.id, amount: 100, currency: 'ZAR', channel: 'cash', reference: late.id }
    await server.api('POST', '/billing/payments', cash)
    const moved = await submit(review.forms[0])
    expect([moved.status, languageOf(moved)]).toEqual([422, 'fr'])
    expect(moved.text).toContain('Ceci a changé depuis que vous l’avez vu')
  })

  test('stays with a request, to the card and back', async () => {
    const asked = { amount: 1000, currency: 'ZAR', description: 'Un billet' }
    const { link } = (await server.api('POST', '/collect/payment_requests', asked)).body
    const page = await open(`${link.url}?lang=fr`)
    expect(page.text).toContain('Acme Water vous demande de payer 10,00 ZAR')
    const failed = await submit((await submit(page.forms[0])).forms[0], {
      ...goodCard,
      card_number: '4000 0000 0000 9995',
    })
    const again = await follow(failed, /^Réessayer/)
    const paid = await submit((await submit(again.forms[0])).forms[0], goodCard)
    expect([failed, again, paid].map(languageOf)).toEqual(['fr', 'fr', 'fr'])
    expect(paid.text).toContain('Merci. Vous avez payé 10,00 ZAR')
    expect((await follow(paid, /^English$/)).text).toContain('Thank you. You paid R 10,00')
  })

  test('stays with a guest who finds what is owed', async () => {
    await settings({ guest_lookup: { second_fact: 'phone_last4' } })
    const found = { external_reference: 'guest-1', phone: '+27820001234', currency: 'ZAR', balance: 700 }
    await server.api('POST', '/billing/customers', { ...found, locale: 'pt-MZ' })
    const { merchant } = (await server.api('GET', '/settings')).body
    const form = await open(`${server.url}/m/${merchant}/test?lang=fr`)
    const wrong = await submit(form.forms[0], { reference: 'guest-1', fact: '0000' })
    const owed = await submit(wrong.forms[0], { reference: 'guest-1', fact: '1234' })
    await settings({ guest_lookup: null })
    expect([form, wrong, owed].map(languageOf)).toEqual(['fr', 'fr', 'fr'])
    expect(owed.text).toContain('la page expire le 26 novembre 2026')
  })

  test('tells a decline that it does not know in the words of the processor', async () => {
    const { presentment_url } = await makeAccount(server)
    const card = await submit((await open(`${presentment_url}?lang=fr`)).forms[0])
    const declined = await submit(card.forms[0], { ...goodCard, card_number: '4000 0000 0000 9995' })
    const told = async (decline_code: string) => {
      const error = { error_code: 'card_declined', decline_code, message: 'The bank is closed.' }
      await server.database.pool.query('update payment set last_payment_error = $2 where id = $1', [
        parseId('payment', /pay_\w+/.exec(declined.url)?.[0] ?? ''),
        { ...error, timestamp: '2026-11-26T08:00:00.000Z' },
      ])
      return (await open(declined.url)).text
    }
    expect(await told('bank_closed')).toContain('The bank is closed. Rien n’a été prélevé.')
    expect(await told('constructor')).toContain('The bank is closed. Rien n’a été prélevé.')
    expect(await told('lost_card')).toContain('La banque a refusé la carte. Veuillez en utiliser une autre.')
  })

  test('is changed by links in the footer, which keep where the payer is and nothing else', async () => {
    const { customer, late } = await customersOf(server).household()
    const query = `debt=${late.id}&utm_source=sms&lang=fr&other=4242424242424242&utm_term=4242424242424242`
    const review = await open(`${customer.presentment_url}/review?${query}`)
    const arabic = await follow(review, /^العربية$/)
    expect(arabic.url).toBe(`${customer.presentment_url}/review?debt=${late.id}&utm_source=sms&lang=ar`)
    expect([arabic.status, languageOf(arabic)]).toEqual([200, 'ar'])
    const english = await follow(arabic, /^English$/)
    expect(english.text).toContain('You are about to pay R 799,00')
    const typed = await open(`${customer.presentment_url}/review?currency=ZAR&amount=4242424242424242`)
    expect(typed.html).not.toContain('4242424242424242')
  })

  test('is not carried where none was asked for', async () => {
    const { customer } = await customersOf(server).household()
    const { html } = await open(customer.presentment_url, accepting('fr'))
    expect(html.replace(/<nav[\s\S]*<\/nav>/, '')).not.toContain('lang=fr')
    expect(html).not.toContain('name="lang"')
  })
})

describe('amounts and dates', () => {
  test.each([
    ['fr', 'en-ZA', '', '1\u00a0234,50\u00a0ZAR', '31 octobre 2026'],
    ['en', 'en-ZA', '', 'R\u00a01\u00a0234,50', '31 October 2026'],
    ['en', 'en-US', '', 'ZAR\u00a01,234.50', 'October 31, 2026'],
    ['en', 'ar-EG', '', 'ZAR\u00a01,234.50', '31 October 2026'],
    ['en', 'en-US', 'en-ZA', 'R\u00a01\u00a0234,50', '31 October 2026'],
    ['en', 'en-US', 'xh-ZA', 'R\u00a01\u00a0234,50', '31 October 2026'],
    ['en', 'en-ZA', 'xh', 'R\u00a01\u00a0234,50', '31 October 2026'],
    ['pt', 'en-ZA', '', '1234,50\u00a0ZAR', '31 de outubro de 2026'],
    ['pt', 'pt-BR', '', 'ZAR\u00a01.234,50', '31 de outubro de 2026'],
    ['ar', 'ar-EG', '', '\u200f1,234.50\u00a0ZAR', '31 أكتوبر 2026'],
    ['ar', 'ar-SA', '', '\u200f1,234.50\u00a0ZAR', '31 أكتوبر 2026'],
    ['ar', 'ar-MA', '', '\u200f1.234,50\u00a0ZAR', '31 أكتوبر 2026'],
    ['zu', 'zu-ZA', '', 'R\u00a01,234.50', 'Okthoba 31, 2026'],
    ['sw', 'sw-KE', '', 'ZAR\u00a01,234.50', '31 Oktoba 2026'],
    ['af', 'en-NA', '', 'R\u00a01\u00a0234,50', '31 Oktober 2026'],
  ])('in %s, of an environment in %s and a customer of %s: %s, %s', async (lang, locale, customers, amount, date) => {
    await settings({ locale, languages: languageTags })
    const { create } = customersOf(server)
    const customer = await create('customers', customers === '' ? {} : { locale: customers })
    const dates = { bill_date: '2026-10-01', due_date: '2026-10-31' }
    const bill = await create('bills', { customer: customer.id, currency: 'ZAR', amount_due: 123_450, ...dates })
    const { html } = await open(`${bill.presentment_url}?lang=${lang}`)
    await settings({ locale: 'en-ZA', languages: offered })
    expect(html).toContain(`<span class="money">${amount}</span>`)
    expect(html).toContain(date)
    expect(html).not.toMatch(/[\u0660-\u0669\u06f0-\u06f9]/)
  })

  test('an amount that was typed is read in the locale of the page that it was typed on', async () => {
    await settings({ locale: 'en-US' })
    const account = await makeAccount(server, { balance: 500_000 })
    const typed = async (lang: string) =>
      submit((await open(`${account.presentment_url}?lang=${lang}`)).forms[0], { amount: '1,000' })
    const [english, french] = [await typed('en'), await typed('fr')]
    await settings({ locale: 'en-ZA' })
    expect(english.url).toContain('/simulator/')
    expect(french.text).toContain('Cette devise a deux décimales au plus : 1,00 ZAR ou 1 000,00 ZAR ?')
    const [payment] = await paymentsOf(server, account)
    expect(payment?.amount).toBe(100_000n)
  })

  test('stand from left to right in Arabic, and names in the direction of their own', async () => {
    const { presentment_url } = await makeAccount(server, { name: 'شقة 12', customer: { name: 'محمد (7)' } })
    const page = await open(`${presentment_url}?lang=ar`)
    const refused = await submit(page.forms[0], { amount: '25' })
    expect(page.html).toContain('<bdi>محمد (7)</bdi>، المستحق عليك')
    expect(page.html).toContain('<bdi>Acme Water</bdi>')
    const pounds = await makeAccount(server, { customer: { locale: 'ar-EG' }, currency: 'EGP', balance: 123_450 })
    expect((await open(pounds.presentment_url)).html).toContain(
      '<span class="money">\u200f1,234.50\u00a0ج.م.\u200f</span></h1>',
    )
    expect(refused.html).toContain('المستحق عليك \u2066\u200f20.00\u00a0ZAR\u2069.')
  })
})

describe('the locale of a customer', () => {
  test('is kept in its canonical form, changed, removed, told and exported', async () => {
    const created = await server.api('POST', '/billing/customers', { external_reference: 'locale', locale: 'EN-za' })
    expect(created.body.locale).toBe('en-ZA')
    const changed = await server.api('PATCH', '/billing/customers/locale', { locale: 'fr-cd' })
    expect(changed.body.locale).toBe('fr-CD')
    expect((await server.api('PATCH', '/billing/customers/locale', { name: 'Ann' })).body.locale).toBe('fr-CD')
    const exported = (await server.api('GET', '/billing/customers/locale/export')).body
    expect(exported.customer.locale).toBe('fr-CD')
    const told = exported.events.map((event: { type: string; data: { locale?: string } }) => [
      event.type,
      event.data.locale,
    ])
    expect(told).toEqual([
      ['customer.created', 'en-ZA'],
      ['customer.updated', 'fr-CD'],
      ['customer.updated', 'fr-CD'],
    ])
    expect((await server.api('PATCH', '/billing/customers/locale', { locale: null })).body).not.toHaveProperty('locale')
  })

  test.each(['', 'x', 'en_ZA', 'en-', `en-${'x'.repeat(40)}`, 'é', 7])('is not %j', async (locale) => {
    const refused = await server.api('POST', '/billing/customers', { external_reference: 'no-locale', locale })
    expect([refused.status, refused.body.errors[0].pointer]).toEqual([400, '/locale'])
  })
})
