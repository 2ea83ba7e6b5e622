import { setTimeout as delay } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { newId } from '../../src/core/id/id.ts'
import { createTurns } from '../../src/core/turns.ts'
import { languageTags } from '../../src/html/language/languages.ts'
import { voiceIn } from '../../src/html/language/voice.ts'
import { canBePdf } from '../../src/pages/receipts/letters.ts'
import { makePdf } from '../../src/pages/receipts/pdf.ts'
import { viewReceipt } from '../../src/pages/receipts/view.ts'
import type { StoredReceipt } from '../../src/payments/receipt/store.ts'
import { readPdf, scanPdf } from './pdf.ts'

const url = `https://pay.example.com/receipts/${'Ab0_-'.repeat(9).slice(0, 44)}`

/** A receipt of so many lines, in which every name is the one given. */
function receiptOf(name: string, count = 2): StoredReceipt {
  const bills = Array.from({ length: count }, (_, at) => newId(7, 1_790_000_000_000 + at))
  const merchant = { name, legal_name: name, phone: null, email: null, website: null }
  return {
    payment_id: newId(7, 1_790_000_000_000),
    bucket: 7,
    environment_id: 1,
    face: {},
    logo: null,
    receipt_requests: false,
    locale: 'en-ZA',
    languages: languageTags,
    customer_locale: null,
    facts: {
      merchant,
      mode: 'live',
      time_zone: 'Africa/Johannesburg',
      received_at: '2026-11-26T07:51:00Z',
      channel: 'card',
      currency: 'NGN',
      amount: 100 * count,
      unapplied_amount: 0,
      direct_amount: 0,
      lines: bills.map((receivable_id) => ({
        receivable_id,
        kind: 'bill',
        voided: false,
        chosen: 100,
        amount: 100,
        balance_after: 0,
      })),
    },
    personal: {
      customer_name: name,
      method: null,
      reference: null,
      asked_reference: null,
      asked_description: name,
      lines: bills.map((_, at) => ({ external_reference: `N-${at}`, account_name: name, description: name })),
    },
  }
}
const english = voiceIn('en', 'ZA', { offered: languageTags, asked: false })
const pdfOf = async (receipt: StoredReceipt, voice = english) =>
  makePdf(receipt, viewReceipt(receipt, [], voice), url, voice)
const flat = (text: string) => text.normalize('NFC').replaceAll(/\s/g, '')

describe('a receipt as a PDF', () => {
  test.each([
    ['signs of markup', `O'Brien & Söhne <b>"x"</b> \\(a) %PDF endstream`],
    ['a sign of a currency that old fonts do not have', 'Ikeja Electric ₦'],
    ['letters with marks', 'Nguyễn Văn Ẩn, Łódź, Ångström'],
    ['marks that come apart', 'Ame\u0301lie Zoe\u0308'],
    ['Greek and Cyrillic', 'Ύδρευση Москва'],
    ['one long word', 'Wasserversorgungszweckverband'.repeat(8)],
    ['line breaks and tabs', 'one\ntwo\tthree\u2028four'],
  ])('sets %s, as one page that says them', async (_, name) => {
    const receipt = receiptOf(name)
    const pdf = readPdf(await pdfOf(receipt))
    expect(flat(pdf.text)).toContain(flat(name))
    expect(scanPdf(pdf)).toBe(url)
    expect(pdf.pages).toBeLessThanOrEqual(3)
  })

  test('leaves out pictures and marks that turn a text around', async () => {
    const pdf = readPdf(await pdfOf(receiptOf('Acme 🌊 \u202ereversed\u202c © Water')))
    expect(flat(pdf.text)).toContain('Acmereversed©Water')
  })

  test.each(['مياه أكمي', 'אקמה', '城市水务', 'คุณสมชาย'])('is not made of what it cannot set: %s', (name) => {
    expect(canBePdf(viewReceipt(receiptOf(name), [], english))).toBe(false)
  })

  test('of a thousand debts has several pages, says each, is the same bytes twice, and lets others go on meanwhile', async () => {
    const receipt = receiptOf('Home', 1_000)
    let turns = 0
    let going = true
    const watch = () => {
      turns += 1
      if (going) setImmediate(watch)
    }
    setImmediate(watch)
    const first = await pdfOf(receipt)
    going = false
    const pdf = readPdf(first)
    expect(pdf.pages).toBeGreaterThan(10)
    const said = [...pdf.text.matchAll(/Bill N-(\d+):/g)].map(([, at]) => Number(at))
    expect(said).toEqual(Array.from({ length: 1_000 }, (_, at) => at))
    expect(pdf.text).toContain(`Page ${pdf.pages} of ${pdf.pages}`)
    expect(first.length).toBeLessThan(1_000_000)
    expect(first.equals(await pdfOf(receipt))).toBe(true)
    expect(turns).toBeGreaterThanOrEqual(1_000 / 25)
  }, 60_000)
})

describe('turns', () => {
  test('so much at once, in order, and whoever waits too long or in too long a line is sent away', async () => {
    const turns = createTurns({ at_once: 2, waiting_max: 2, wait_ms: 50 })
    const held = Promise.withResolvers<void>()
    const order: number[] = []
    const work = (number: number) =>
      turns.take(async () => {
        order.push(number)
        await held.promise
      })
    const running = [work(1), work(2)]
    const waiting = [work(3), work(4)].map((one) => one.catch((error: { code: string }) => error.code))
    await expect(work(5)).rejects.toMatchObject({ code: 'overloaded' })
    expect(await Promise.all(waiting)).toEqual(['overloaded', 'overloaded'])
    const next = work(6)
    held.resolve()
    await Promise.all([...running, next])
    expect(order).toEqual([1, 2, 6])
    await Promise.all([work(7), work(8), work(9)])
    await delay(0)
    expect(order).toEqual([1, 2, 6, 7, 8, 9])
  })

  test('work that fails gives its place to the next', async () => {
    const turns = createTurns({ at_once: 1, waiting_max: 2, wait_ms: 1_000 })
    const failing = turns.take(() => Promise.reject(new Error('no')))
    const next = turns.take(async () => 'done')
    await expect(failing).rejects.toThrow('no')
    expect(await next).toBe('done')
  })
})
