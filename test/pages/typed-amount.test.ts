import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { settableClock } from '../../src/core/clock.ts'
import { type TestServer, testServer } from '../support/server.ts'
import { makeAccount, open, submit } from './payer.ts'

const clock = settableClock(new Date('2026-11-23T08:00:00Z'))
let server: TestServer<typeof clock>
beforeAll(async () => {
  server = await testServer({ clock })
})
afterAll(() => server.stop())

async function countPayments(): Promise<number> {
  const { rows } = await server.database.pool.query<{ count: bigint }>('select count(*) from payment')
  return Number(rows[0]?.count)
}

describe('an amount that is typed', () => {
  it('takes every amount that the page shows, typed back as it is shown', async () => {
    for (const [currency, balance] of [
      ['ZAR', 123_450],
      ['KWD', 1_234_567],
      ['KWD', 1234],
      ['JPY', 1_234_567],
      ['USD', 123_456_789],
    ] as const) {
      const rules = { min_amount: 100 }
      const external_reference = `typed-back-${currency}-${balance}`
      const account = await makeAccount(server, { external_reference, currency, balance, payment_rules: rules })
      const page = await open(account.presentment_url)
      const shown = [...page.html.matchAll(/<span class="money[^"]*">([^<]+)<\/span>/g)].map(
        ([, amount = '']) => amount,
      )
      expect(shown.length).toBeGreaterThan(2)
      for (const amount of shown) {
        const cardPage = await submit((await open(account.presentment_url)).forms[0], { amount })
        expect(cardPage.html).toContain(`Pay <span class="money">${amount}</span>`)
      }
    }
  })

  it.each(['R 5,50', '5.50 ZAR', '٥٫٥٠', '５．５０'])('takes %s', async (amount) => {
    const page = await submit((await open((await makeAccount(server)).presentment_url)).forms[0], { amount })
    expect(page.text).toContain('Pay R 5,50')
  })
})

describe('an amount that cannot be paid', () => {
  it.each([
    ['', 'Enter how much you want to pay.'],
    ['R', 'Enter how much you want to pay.'],
    ['abc', 'Enter how much you want to pay in digits, such as R 20,00.'],
    ['1e3', 'Enter how much you want to pay in digits, such as R 20,00.'],
    ['5\0', 'Enter how much you want to pay in digits, such as R 20,00.'],
    ['9'.repeat(400), 'Enter how much you want to pay in digits, such as R 20,00.'],
    ['"><script>alert(1)</script>', 'Enter how much you want to pay in digits, such as R 20,00.'],
    ['0', 'The least you can pay is R 2,00.'],
    ['0.00', 'The least you can pay is R 2,00.'],
    ['-5', 'The least you can pay is R 2,00.'],
    ['1.99', 'The least you can pay is R 2,00.'],
    ['10.505', 'Rand has two decimals at most: R 10,50 or R 10,51?'],
    ['10.500', 'Rand has two decimals at most: R 10,50?'],
    ['1 50', 'Do you mean R 1,50 or R 150,00?'],
    ['10 50', 'Do you mean R 10,50?'],
    ['$10', 'The currency here is the South African Rand, not $. Enter an amount such as R 20,00.'],
    ['10 eur', 'The currency here is the South African Rand, not eur.'],
    ['20.01', 'You owe R 20,00. You cannot pay more than that here.'],
    ['R 1 234,50', 'You owe R 20,00. You cannot pay more than that here.'],
    ['999999999999999', 'You owe R 20,00. You cannot pay more than that here.'],
  ])('%j is said to be so next to the field, and writes nothing', async (amount, sentence) => {
    const account = await makeAccount(server, { payment_rules: { min_amount: 200 } })
    const before = await countPayments()
    const page = await submit((await open(account.presentment_url)).forms[0], { amount })
    expect(page.status).toBe(422)
    expect(page.text).toContain(sentence)
    expect(page.html).toMatch(/aria-invalid="true" aria-describedby="amount-error amount-hint"/)
    expect(page.html).toContain('id="amount-error"')
    expect(page.html).toContain('<title>Error: ')
    expect(page.html).not.toContain('<script')
    expect(await countPayments()).toBe(before)
    const written = page.html.replace(/value="[^"]*"/g, '').replace(/<[^>]+>/g, '')
    expect(written).not.toMatch(/R \d|\d \d{3}/)
    const corrected = await submit(page.forms[0], { amount: '20' })
    expect(corrected.html).toContain('name="card_number"')
  })

  it('is asked about where it may be a thousandfold, and taken when the payer says which', async () => {
    const dinars = { currency: 'KWD', balance: 5_000_000 }
    const account = await makeAccount(server, { external_reference: 'asked', ...dinars })
    const page = await submit((await open(account.presentment_url)).forms[0], { amount: '1,234' })
    expect(page.status).toBe(422)
    expect(page.text).toContain('Do you mean KWD 1.234 or KWD 1 234.000?')
    expect((await submit(page.forms[0], { amount: 'KWD 1.234' })).text).toContain('Pay KWD 1.234')
    const other = await submit((await open(account.presentment_url)).forms[0], { amount: 'KWD 1 234.000' })
    expect(other.text).toContain('Pay KWD 1 234.000')
  })

  it('says what the most is, where less than the debt may be paid at once, or more than it', async () => {
    const parts = await makeAccount(server, { payment_rules: { max_amount: 1000 } })
    const part = await submit((await open(parts.presentment_url)).forms[0], { amount: '20' })
    expect(part.text).toContain('The most you can pay at once is R 10,00. Pay the rest with a second payment.')
    const above = await makeAccount(server, { payment_rules: { max_amount: 3000, overpayment_allowed: true } })
    const most = await submit((await open(above.presentment_url)).forms[0], { amount: '30,01' })
    expect(most.text).toContain('The most you can pay at once is R 30,00.')
    expect(most.text).not.toContain('second payment')
  })

  it.each([
    [{}, 1000, '20,00'],
    [{}, 1000, '15'],
    [{}, 3000, '20,00'],
    [{ overpayment_allowed: true }, 1000, 'R 20,00'],
    [{ min_amount: 200 }, 1000, '1'],
    [{ underpayment_allowed: false }, 3000, '20,00'],
  ])(
    'with the rules %j is shown anew when %i is owed in place of 2000, and %s was sent',
    async (rules, balance, amount) => {
      const account = await makeAccount(server, { payment_rules: rules })
      const before = await countPayments()
      const [form] = (await open(account.presentment_url)).forms
      await server.api('PATCH', `/billing/accounts/${account.id}`, { balance })
      const told = await submit(form, { amount })
      expect(told.status).toBe(422)
      const now = `R ${balance / 100},00`
      expect(told.text).toContain(
        `The amount owed is now ${now} (it was R 20,00). Look at it, then pay. You were not charged now.`,
      )
      expect(told.forms[0]?.fields.amount).toBe(`${balance / 100},00`)
      expect(await countPayments()).toBe(before)
      expect((await submit(told.forms[0])).text).toContain(`Pay ${now}`)
    },
  )

  it('is asked for again when the debt has moved, also where it is a part that can be paid all the same', async () => {
    const account = await makeAccount(server)
    const [form] = (await open(account.presentment_url)).forms
    await server.api('PATCH', `/billing/accounts/${account.id}`, { balance: 1000 })
    const again = await submit(form, { amount: '5' })
    expect(again.text).toContain('The amount owed is now R 10,00 (it was R 20,00). Look at it, then pay.')
    expect((await submit(again.forms[0], { amount: '5' })).text).toContain('Pay R 5,00')
  })

  it('is told when the amount that was shown is not the one any more', async () => {
    const account = await makeAccount(server, { payment_rules: { underpayment_allowed: false } })
    const page = await open(account.presentment_url)
    await server.api('PATCH', `/billing/accounts/${account.id}`, { balance: 3000 })
    const told = await submit(page.forms[0])
    expect(told.status).toBe(422)
    expect(told.text).toContain('The amount owed is now R 30,00 (it was R 20,00).')
    expect((await submit(told.forms[0])).text).toContain('R 30,00')
  })
})
