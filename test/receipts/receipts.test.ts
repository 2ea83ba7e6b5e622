import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { settableClock } from '../../src/core/clock.ts'
import { parseId } from '../../src/core/id/id.ts'
import { receiptPath } from '../../src/core/receipt-address.ts'
import { customersOf } from '../pages/household.ts'
import { follow, goodCard, open, type PayerPage, payWith, submit } from '../pages/payer.ts'
import { eventually } from '../support/eventually.ts'
import { countWaiting } from '../support/locks.ts'
import { type TestServer, testServer } from '../support/server.ts'
import { expectCleanBooks } from '../support/verify.ts'
import { readPdf, scanPdf } from './pdf.ts'

const clock = settableClock(new Date('2026-11-26T09:00:00Z'))
let server: TestServer<typeof clock>
let made: ReturnType<typeof customersOf>

beforeAll(async () => {
  server = await testServer({ clock })
  made = customersOf(server)
})
afterAll(async () => {
  await expectCleanBooks(server.database)
  await server.stop()
})

const settings = (change: object) => server.api('PATCH', '/settings', change)
const paymentOf = async (receipt: PayerPage) => {
  const id = /receipts\/(\w{22})/.exec(receipt.url)?.[1]
  return (await server.api('GET', `/billing/payments/pay_${id}`)).body
}
const saved = (outcome: PayerPage) => follow(outcome, /Save the receipt/)
const pdfOf = async ({ url }: PayerPage) => {
  const response = await fetch(`${url}.pdf`, { redirect: 'manual' })
  return { status: response.status, headers: response.headers, bytes: Buffer.from(await response.arrayBuffer()) }
}

/** Somebody who pays two bills at once, and what the receipt says then. */
async function payTwoBills() {
  const { customer, garden, late, later } = await made.household()
  const review = await made.review(customer, `debt=${late.id}&debt=${later.id}`)
  const card = await submit(review.forms[0])
  const outcome = await submit(card.forms[0], goodCard)
  return { customer, garden, late, later, outcome, receipt: await saved(outcome) }
}

describe('the receipt of a payment from a page', () => {
  test('says who was paid, by whom, how, and what each debt got', async () => {
    await settings({ legal_name: 'Acme Water (Pty) Ltd', phone: '035 907 5000' })
    const { late, later, receipt } = await payTwoBills()
    expect(receipt.status).toBe(200)
    expect(receipt.headers.get('cache-control')).toBe('no-store')
    for (const said of [
      'Receipt',
      '✓ Paid',
      'R 1 132,00 ZAR',
      'Acme Water (Pty) Ltd',
      '035 907 5000',
      'Thandi Nkosi',
      'Visa •••• 4242',
      `Bill ${late.external_reference} paid in full R 799,00`,
      `Bill ${later.external_reference} Garden water, paid in full R 333,00`,
      'Test page. No real money moves.',
    ]) {
      expect(receipt.text.replaceAll('\u00a0', ' ')).toContain(said)
    }
    expect(receipt.text).not.toContain('Owed')
  })

  test('stays as it was when names and balances change, when all is archived, and is found at the payment', async () => {
    const { customer, late, receipt } = await payTwoBills()
    const before = receipt.text
    await settings({ name: 'Another Name', legal_name: 'Another Ltd', phone: '011 111 1111' })
    await server.api('PATCH', `/billing/customers/${customer.id}`, { name: 'Somebody Else', balance: 99_900 })
    await server.api('POST', `/billing/bills/${late.id}/archive`)
    expect((await open(receipt.url)).text).toBe(before)
    const payment = await paymentOf(receipt)
    expect(payment.receipt_url).toBe(receipt.url)
    expect((await server.api('GET', `/collect/payments/${payment.id}`)).body.receipt_url).toBe(receipt.url)
    await settings({ name: null, legal_name: null, phone: null })
  })

  test('marks what happened since as later', async () => {
    const { late, receipt } = await payTwoBills()
    const payment = await paymentOf(receipt)
    const [first] = payment.obligations
    clock.advance(86_400_000)
    await server.api('POST', `/billing/obligations/${first.id}/reversals`, { amount: 1000, reason: 'a mistake' })
    const { body: other } = await server.api('POST', '/billing/customers', { external_reference: `of-${payment.id}` })
    const moved = { to: { customer: other.id }, amount: 1500, reason: 'a mistake too' }
    await server.api('POST', `/billing/payments/${payment.id}/transfers`, moved)
    const { text } = await open(receipt.url)
    expect(text.replaceAll('\u00a0', ' ')).toContain(
      `Since then 27 November 2026: Acme Water took R 10,00 ZAR back from Bill ${late.external_reference}. 27 November 2026: Acme Water moved R 15,00 ZAR of this payment to another customer.`,
    )
    expect(text).toContain(receipt.text.slice(receipt.text.indexOf('Receipt number'), receipt.text.indexOf('Save')))
    clock.advance(-86_400_000)
  })

  test('is right in the books when what a debt got was taken back and applied to it again', async () => {
    const { late, receipt } = await payTwoBills()
    const payment = await paymentOf(receipt)
    const [first] = payment.obligations
    await server.api('POST', `/billing/obligations/${first.id}/reversals`, { reason: 'a mistake' })
    const again = { payment: payment.id, bill: late.id, amount: first.amount }
    expect((await server.api('POST', '/billing/obligations', again)).body).toMatchObject({
      bill_id: late.id,
      amount: 79_900,
    })
    await expectCleanBooks(server.database)
  })

  test('keeps amounts and numbers when its customer is pseudonymised, and says no name any more', async () => {
    const { customer, late, receipt } = await payTwoBills()
    await server.api('POST', `/billing/customers/${customer.id}/pseudonymise`)
    const { text, status } = await open(receipt.url)
    expect(status).toBe(200)
    for (const gone of ['Thandi', '4242', late.external_reference, 'Garden water']) expect(text).not.toContain(gone)
    expect(text.replaceAll('\u00a0', ' ')).toContain('Bill paid in full R 799,00')
    expect(text).toContain('Receipt number')
  })

  test.each(['before', 'while'])(
    'says no name when its customer is pseudonymised %s the money arrives',
    async (when) => {
      const { customer, late } = await made.household()
      const review = await made.review(customer, `debt=${late.id}`)
      const card = await submit(review.forms[0])
      const erase = () => server.api('POST', `/billing/customers/${customer.id}/pseudonymise`)
      const holder = await server.database.pool.connect()
      let outcome: PayerPage
      if (when === 'before') {
        await erase()
        outcome = await submit(card.forms[0], goodCard)
      } else {
        // Both wait for the payment, and go on at once.
        await holder.query("begin; select from payment where status = 'pending_action' for update")
        const both = Promise.all([submit(card.forms[0], goodCard), erase()])
        await eventually(async () => (await countWaiting(server.database.pool)) >= 2, 'both wait').finally(() =>
          holder.query('rollback'),
        )
        ;[outcome] = await both
      }
      holder.release()
      const { text, status } = await saved(outcome)
      expect(status).toBe(200)
      expect(text).not.toContain('Thandi')
      expect(text).not.toContain(late.external_reference)
      expect(text.replaceAll('\u00a0', ' ')).toContain('R 799,00')
    },
  )

  test('is in the export of its customer', async () => {
    const { customer, late, later, receipt } = await payTwoBills()
    const { body } = await server.api('GET', `/billing/customers/${customer.id}/export`)
    expect(body.receipts).toEqual([
      {
        payment_id: (await paymentOf(receipt)).id,
        number: expect.stringMatching(/^(\w{4} ){5}\w{2}$/),
        merchant_name: 'Acme Water',
        received_at: '2026-11-26T09:00:00.000Z',
        currency: 'ZAR',
        amount: 113_200,
        unapplied_amount: 0,
        direct_amount: 0,
        customer_name: 'Thandi Nkosi',
        payment_method_details: expect.objectContaining({ type: 'card' }),
        lines: [
          { bill_id: late.id, amount: 79_900, balance_after: 0, external_reference: late.external_reference },
          {
            bill_id: later.id,
            amount: 33_300,
            balance_after: 0,
            external_reference: later.external_reference,
            account_name: 'Garden water',
          },
        ],
      },
    ])
  })

  test('says what was not needed, and why', async () => {
    const { customer, late } = await made.household()
    const review = await made.review(customer, `debt=${late.id}`)
    const card = await submit(review.forms[0])
    await server.api('POST', '/billing/payments', {
      amount: 79_000,
      currency: 'ZAR',
      channel: 'till',
      reference: `before-${late.id}`,
      bill: late.id,
    })
    const { text } = await saved(await submit(card.forms[0], goodCard))
    expect(text.replaceAll('\u00a0', ' ')).toContain('R 790,00 ZAR of it was not needed.')
    expect(text).toContain(`Bill ${late.external_reference}: part of it had been paid already, or taken off.`)
  })

  test('of money for nothing in Billing says what it was asked for', async () => {
    const { body } = await server.api('POST', '/collect/payment_requests', {
      amount: 2500,
      currency: 'ZAR',
      external_reference: 'ORDER-77',
      description: 'A new meter',
    })
    const { text } = await saved(await payWith(body.link.url, goodCard.card_number))
    for (const said of ['ORDER-77', 'A new meter', 'As asked for']) expect(text).toContain(said)
  })
})

describe('the receipt of a recorded payment', () => {
  test('is written from its own entries when it is first asked for', async () => {
    const { customer, late } = await made.household()
    const { body: payment } = await server.api('POST', '/billing/payments', {
      amount: 70_000,
      currency: 'ZAR',
      channel: 'bank_transfer',
      reference: `slip-${late.id}`,
      customer: customer.id,
    })
    expect(payment.receipt_url).toBeUndefined()
    await server.api('POST', '/billing/payments', {
      amount: 1_000,
      currency: 'ZAR',
      channel: 'till',
      reference: `later-${late.id}`,
      bill: late.id,
    })
    const { receipt_url } = (await server.api('GET', `/billing/payments/${payment.id}`)).body
    const first = await open(receipt_url)
    const { rows } = await server.database.pool.query('select count(*) as count from receipt where payment_id = $1', [
      parseId('payment', payment.id),
    ])
    expect(rows).toEqual([{ count: 1n }])
    const said = `Bill ${late.external_reference} R 99,00 ZAR left to pay after it R 700,00 ZAR`
    expect(first.text.replaceAll('\u00a0', ' ')).toContain(said)
    expect(first.text).toContain('bank transfer')
    await server.api('PATCH', `/billing/customers/${customer.id}`, { name: 'Renamed' })
    expect((await open(receipt_url)).text).toBe(first.text)
  })
})

describe('the receipt of a recorded payment with money that was not needed', () => {
  test('tells what was done with it, and what was taken back, as later', async () => {
    const { customer } = await made.household()
    const bill = (await made.create('bills', { customer: customer.id, currency: 'ZAR', amount_due: 1_000 })).id
    const { body: payment } = await server.api('POST', '/billing/payments', {
      amount: 3_000,
      currency: 'ZAR',
      channel: 'till',
      reference: `more-${bill}`,
      bill,
    })
    const other = (await made.create('bills', { customer: customer.id, currency: 'ZAR', amount_due: 1_500 })).id
    await server.api('POST', '/billing/obligations', { payment: payment.id, bill: other, amount: 1_500 })
    await server.api('POST', `/billing/payments/${payment.id}/reversals`, { amount: 700, reason: 'given back' })
    const { receipt_url } = (await server.api('GET', `/billing/payments/${payment.id}`)).body
    const text = (await open(receipt_url)).text.replaceAll('\u00a0', ' ')
    expect(text).toContain('R 20,00 ZAR of it was not needed.')
    expect(text).toContain(
      'Since then 26 November 2026: R 15,00 ZAR of this payment was used for something else that was owed. 26 November 2026: R 7,00 ZAR of this payment was taken back.',
    )
  })
})

describe('the address of a receipt', () => {
  test('opens nothing else, and every other one is a dead link', async () => {
    const { receipt } = await payTwoBills()
    const [path = ''] = /\/receipts\/[\w-]+$/.exec(receipt.url) ?? []
    const token = path.slice('/receipts/'.length)
    expect(receipt.html).not.toMatch(/href="[^"]*\/p\//)
    for (const wrong of [
      `/p/${token}`,
      `/receipts/${token.slice(0, -1)}`,
      `/receipts/${token.slice(0, 22)}${'A'.repeat(22)}`,
      `/receipts/${token.slice(0, 22)}`,
      `/receipts/${token}x.pdf`,
      '/receipts/x',
      '/receipts/',
    ]) {
      const page = await open(server.url + wrong)
      expect([wrong, page.status]).toEqual([wrong, 404])
      expect(page.text).toContain('This link does not work')
    }
  })

  test('is in no event', async () => {
    const { rows } = await server.database.pool.query(
      "select 1 from event where body || coalesce(personal, '') like '%/receipts/%'",
    )
    expect(rows).toEqual([])
  })

  test('of a payment that has not succeeded opens nothing', async () => {
    const { customer, late } = await made.household()
    const review = await made.review(customer, `debt=${late.id}`)
    const card = await submit(review.forms[0])
    const outcome = await submit(card.forms[0], { ...goodCard, card_number: '4000 0000 0000 0002' })
    expect(outcome.html).not.toContain('/receipts/')
    const id = parseId('payment', /pay_\w+/.exec(outcome.url)?.[0] ?? '')
    if (id === undefined) throw new Error(`${outcome.url} names no payment`)
    expect((await open(server.url + receiptPath(server.app.vault, id))).status).toBe(404)
  })
})

describe('the PDF of a receipt', () => {
  test('is the same bytes twice, says what the page says, and its code leads to the receipt', async () => {
    const { late, receipt } = await payTwoBills()
    const [first, second] = [await pdfOf(receipt), await pdfOf(receipt)]
    expect(first.status).toBe(200)
    expect(first.headers.get('content-type')).toBe('application/pdf')
    expect(first.bytes.equals(second.bytes)).toBe(true)
    const pdf = readPdf(first.bytes)
    expect(pdf.pages).toBe(1)
    for (const said of [
      'Receipt',
      'R 1 132,00 ZAR',
      'Thandi Nkosi',
      `Bill ${late.external_reference}`,
      'Visa •••• 4242',
    ]) {
      expect(pdf.text.replaceAll('\u00a0', ' ')).toContain(said)
    }
    expect(pdf.raw).toContain('/Lang (en)')
    expect(pdf.raw).toContain('/Marked true')
    expect(scanPdf(pdf)).toBe(receipt.url)
  })
})
