import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { passesLuhn } from '../../src/core/card-number.ts'
import { settableClock } from '../../src/core/clock.ts'
import { readCard, simulatorCards } from '../../src/payments/processor/simulator/cards.ts'
import { balanceOf, goodCard, makeAccount, open, submit } from '../pages/payer.ts'
import { type TestServer, testServer } from '../support/server.ts'

const clock = settableClock(new Date('2026-11-23T08:00:00Z'))
let server: TestServer<typeof clock>
beforeAll(async () => {
  server = await testServer({ clock })
})
afterAll(() => server.stop())

const cardPageOf = async (account: { presentment_url: string }) =>
  submit((await open(account.presentment_url)).forms[0])

describe("the simulator's cards", () => {
  it('all pass the check of card numbers, and none is listed twice', () => {
    for (const { number } of simulatorCards) expect(passesLuhn(number), number).toBe(true)
    expect(new Set(simulatorCards.map(({ number }) => number)).size).toBe(simulatorCards.length)
    expect(passesLuhn('4242424242424241')).toBe(false)
    expect(passesLuhn('79927398713')).toBe(true)
  })

  it('are good to the end of their month, anywhere on earth', () => {
    const faults = (expiry: string, now: string) => readCard({ ...goodCard, expiry }, new Date(now))
    expect(faults('11/26', '2026-11-23T08:00:00Z')).not.toHaveProperty('faults')
    expect(faults('11/26', '2026-12-01T11:59:00Z')).not.toHaveProperty('faults')
    expect(faults('11/26', '2026-12-02T00:00:00Z')).toHaveProperty('faults.expiry')
    expect(faults('1/2027', '2026-11-23T08:00:00Z')).not.toHaveProperty('faults')
    expect(faults('13/27', '2026-11-23T08:00:00Z')).toHaveProperty('faults.expiry')
  })
})

describe('the card page', () => {
  it('lists the cards that it knows, and has the fields that browsers can fill', async () => {
    const page = await cardPageOf(await makeAccount(server))
    expect(page.text).toContain('4000 0000 0000 9995 declined: insufficient funds')
    for (const name of ['cc-number', 'cc-exp', 'cc-csc']) expect(page.html).toContain(`autocomplete="${name}"`)
    expect(page.html).toContain('data-payment-step')
    expect(page.headers.get('content-security-policy')).not.toContain('unsafe')
  })

  it.each([
    ['card_number', '4242 4242 4242 4241', 'A digit is wrong'],
    ['card_number', '4111 1111 1111 1111', 'Never enter a real card here'],
    ['card_number', '42', 'Enter the digits on the front'],
    ['card_number', '\0<script>', 'Enter the digits on the front'],
    ['card_number', '4'.repeat(5_000), 'Enter the digits on the front'],
    ['expiry', '10/26', 'The card has expired.'],
    ['expiry', '', 'Enter the expiry date as MM/YY.'],
    ['expiry', '00/30', 'Enter the expiry date as MM/YY.'],
    ['cvc', '12', 'Enter the 3 or 4 digits'],
    ['cvc', '12a', 'Enter the 3 or 4 digits'],
  ])('with %s %j says what is wrong, and charges nothing', async (field, value, sentence) => {
    const account = await makeAccount(server)
    const page = await submit((await cardPageOf(account)).forms[0], { ...goodCard, [field]: value })
    expect(page.status).toBe(422)
    expect(page.text).toContain(sentence)
    expect(page.html).toContain(`aria-describedby="${field}-error`)
    expect(page.html).not.toContain('<script')
    expect(await balanceOf(server, account)).toBe(2000)
  })

  it.each(['card_number', 'expiry', 'cvc'])('shows no card number again, typed into %s', async (field) => {
    const cardPage = await cardPageOf(await makeAccount(server))
    for (const number of ['4111 1111 1111 1111', '4111111111111111']) {
      const page = await submit(cardPage.forms[0], { ...goodCard, cvc: '', [field]: number })
      expect([page.status, page.html.includes('4111')]).toEqual([422, false])
    }
  })

  it('shows an expiry again that was mistyped', async () => {
    const page = await submit((await cardPageOf(await makeAccount(server))).forms[0], {
      ...goodCard,
      expiry: '12 / 2020',
    })
    expect(page.html).toContain('value="12 / 2020"')
  })

  it('shows no number and no code again that was typed', async () => {
    const page = await submit((await cardPageOf(await makeAccount(server))).forms[0], {
      card_number: '4111 1111 1111 1111',
      expiry: '12/34',
      cvc: '987',
    })
    expect(page.html).not.toMatch(/4111|value="987"/)
  })

  it('keeps of a card no more than its scheme, first six and last four digits, and no link in the clear', async () => {
    const account = await makeAccount(server)
    await submit((await cardPageOf(account)).forms[0], goodCard)
    const { rows } = await server.database.owner.query(
      'select c.*, p.method_details from simulator_charge as c join payment as p using (id) order by id',
    )
    const text = JSON.stringify(rows, (_name, value) => (typeof value === 'bigint' ? String(value) : value))
    expect(text).not.toContain('4242424242424242')
    expect(text).not.toContain('"123"')
    expect(text).not.toContain(account.presentment_url.split('/p/')[1])
    expect(rows.at(-1)?.method_details).toEqual({
      type: 'card',
      card: { type: 'CREDIT', scheme: 'VISA', bin: '424242', last4: '4242' },
    })
  })

  it.each(['x', 'A'.repeat(44), `${'0'.repeat(22)}${'A'.repeat(22)}`])(
    'of %s is the page of a link that leads nowhere',
    async (token) => {
      const url = `${server.url}/simulator/charges/${token}`
      expect((await open(url)).status).toBe(404)
      expect((await open(url, { method: 'POST', body: new URLSearchParams(goodCard) })).status).toBe(404)
    },
  )

  it('leads back when its charge is decided', async () => {
    const cardPage = await cardPageOf(await makeAccount(server))
    const outcome = await submit(cardPage.forms[0], goodCard)
    expect((await open(cardPage.url)).url).toBe(outcome.url)
  })
})
