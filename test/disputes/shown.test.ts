import { afterAll, beforeAll, expect, test } from 'vitest'
import { settableClock } from '../../src/core/clock.ts'
import { lookIntoCallbacks } from '../../src/payments/callbacks/look-into.ts'
import { open, payWith } from '../pages/payer.ts'
import { readPdf } from '../receipts/pdf.ts'
import { type TestServer, testServer } from '../support/server.ts'
import { expectCleanBooks } from '../support/verify.ts'

const clock = settableClock(new Date('2026-11-23T08:00:00Z'))
let server: TestServer
beforeAll(async () => {
  server = await testServer({ clock })
})
afterAll(async () => {
  await expectCleanBooks(server.database)
  await server.stop()
})

let serial = 0

/** A bill that is paid at its page with a card of the simulator. */
async function paid(card: string) {
  const name = `payer-${++serial}`
  const owed = { customer: { external_reference: name }, external_reference: name, currency: 'ZAR', amount_due: 1_000 }
  const bill = (await server.api('POST', '/billing/bills', owed)).body
  const page = await payWith(bill.presentment_url, card)
  return { bill, page }
}

async function later(seconds: number) {
  clock.advance(seconds * 1_000)
  await lookIntoCallbacks(server.app)
}

const savedOf = async (html: string) => open(server.url + (/href="(\/receipts\/[^"]+)"/.exec(html)?.[1] ?? ''))

test('money that the bank took back is not shown as paid, and the bill can be paid again', async () => {
  const { bill, page } = await paid('4000000000000259')
  expect(page.html).toContain('✓ Paid')
  await later(2)
  const shown = await open(page.url)
  expect(shown.html).toContain(
    '<p class="status amber" data-payment-status="succeeded" role="status">! Paid, and taken back',
  )
  expect(shown.html).toContain('<div class="note amber" role="status"><p><strong>The bank took')
  expect(shown.text).toMatch(/The bank took R\s10,00 back on 23 November 2026\. What it had paid is owed again\./)
  expect(shown.text).not.toContain('✓')
  const receipt = await savedOf(shown.html)
  expect(receipt.html).toContain('<p class="status amber" data-receipt>! Paid, and taken back')
  expect(receipt.html).toContain('<div class="note amber"><p><strong>Since then')
  expect(receipt.text).toMatch(/of this payment was taken back/)
  const { text } = readPdf(Buffer.from(await (await fetch(`${receipt.url}.pdf`)).arrayBuffer()))
  expect(text).toMatch(/was taken back/)
  const owed = await open(bill.presentment_url)
  expect(owed.text).toMatch(/You owe R\s10,00/)
  expect((await open(`${bill.presentment_url}/payments`)).text).toContain('taken back')
  expect((await payWith(bill.presentment_url, '4242424242424242')).html).toContain('✓ Paid')
})

test('money that came again is paid, and the receipt tells of both', async () => {
  const { bill, page } = await paid('4000000000002685')
  await later(2)
  await later(4)
  const shown = await open(page.url)
  expect(shown.html).toContain('✓ Paid')
  expect(shown.text).not.toContain('The bank took')
  const receipt = await savedOf(shown.html)
  expect(receipt.html).toContain('✓ Paid')
  expect(receipt.text).toMatch(/was taken back\..*of this payment came back\./s)
  expect(receipt.text).not.toContain('used for something else')
  const payments = await open(`${bill.presentment_url}/payments`)
  expect(payments.text).not.toContain('taken back')
  expect(payments.text.match(/R\s10,00/g)).toHaveLength(1)
})

test('a warning and a late failure by a card', async () => {
  const warned = await paid('4000000000001976')
  const failed = await paid('4000000000005126')
  await later(2)
  expect((await open(warned.page.url)).html).toContain('✓ Paid')
  expect((await open(failed.page.url)).html).toContain('! Paid, and taken back')
})

test('what a request was paid with and the bank took back', async () => {
  const asked = { amount: 700, currency: 'ZAR', external_reference: `asked-${++serial}` }
  const { body } = await server.api('POST', '/collect/payment_requests', asked)
  const page = await payWith(body.link.url, '4000000000000259')
  await later(2)
  const shown = await open(page.url)
  expect(shown.html).toContain('! Paid, and taken back')
  expect((await server.api('GET', `/collect/payment_requests/${body.id}`)).body.status).toBe('paid')
})
