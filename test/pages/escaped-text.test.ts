import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { settableClock } from '../../src/core/clock.ts'
import { type TestServer, testServer } from '../support/server.ts'
import type { PayerPage } from './payer.ts'
import { askingStates, showFace } from './states/asking.ts'
import { faultStates } from './states/faults.ts'
import { historyStates } from './states/history.ts'
import { owedStates } from './states/owed.ts'
import { paidStates } from './states/paid.ts'
import { receiptStates } from './states/receipts.ts'
import { statementStates } from './states/statements.ts'
import { called, toolsOf } from './states/tools.ts'
import { transferStates } from './states/transfers.ts'

// English with every letter accented: a plain letter on a page then is a text that stands in no catalogue.
vi.mock('../../src/html/language/en/index.ts', async (original) => {
  const [{ english }, { pseudo }] = await Promise.all([
    original<typeof import('../../src/html/language/en/index.ts')>(),
    import('./pseudo.ts'),
  ])
  return { english: pseudo(english) }
})

const clock = settableClock(new Date('2026-11-26T08:00:00Z'))
let server: TestServer<typeof clock>
beforeAll(async () => {
  // It warns of the form from elsewhere.
  vi.spyOn(console, 'warn').mockImplementation(() => {})
  server = await testServer({ clock })
  await showFace(tools)
})
afterAll(() => server.stop())

// What is no text of ours: names and references, currencies, ids, months, zones and schemes of cards.
const data = [
  // The number of a receipt and the code of a transfer, before anything that may stand in them by chance, such as KWD.
  /(?:\w{4} ){5}\w{2}/,
  /PX\w\w \w{4} \w{4}/,
  'Acme Water',
  called.customers,
  ...called.accounts,
  /(?:choosing|customer|account|OCT|NOV|DEC|INV)-[\w-]*/,
  /(?:pay|bcus|bacc|bbil)_\w+/,
  /ZAR|USD?\$?|KWD|South African Rand/,
  /(?:January|February|March|April|May|June|July|August|September|October|November|December)(?: \d{4} at)?/,
  /SAST|UTC|GMT/,
  'Visa',
  // The channel of a recorded payment.
  /^cash$/,
  'First Simulated Bank',
  /^Simulator$/,
  // A bank account.
  /IBAN|BIC|(?:GB33 )?BUKB[\w ]*/,
  // The sample of a preview.
  /S(?:am(?:ple)? (?:Sample|account)|AMPLE-1)/,
]

function plainLettersOf({ html }: PayerPage): string[] {
  const shown = html
    .replace(/<style>[\s\S]*<\/style>/, '')
    .replace(/<nav class="languages[^"]*"([^>]*)>[\s\S]*<\/nav>/, '<nav $1></nav>')
  const texts = shown.replaceAll(/<[^>]*>/g, '\n').split('\n')
  const attributes = [...shown.matchAll(/\s(?:title|alt|aria-label|placeholder)="([^"]*)"/g)].map(
    ([, text]) => text ?? '',
  )
  return [...texts, ...attributes]
    .map((text) =>
      data.reduce((rest: string, known) => rest.replaceAll(everywhere(known), ''), text.replaceAll(/&[#\w]+;/g, '')),
    )
    .filter((text) => /[A-Za-z]{2}/.test(text))
}

function everywhere(known: string | RegExp): string | RegExp {
  return typeof known === 'string' ? known : new RegExp(known, 'g')
}

const tools = toolsOf(() => server)

describe('a page leaves no text to English', () => {
  test('of which a plain letter is the sign', () => {
    const page = { html: '<p title="Plain text">[Ƥȧẏ] R 20,00</p><p>Pay &amp; go</p>' } as PayerPage
    expect(plainLettersOf(page)).toEqual(['Pay  go', 'Plain text'])
  })

  test.each([
    ...owedStates(tools),
    ...faultStates(tools),
    ...paidStates(tools),
    ...askingStates(tools),
    ...historyStates(tools),
    ...receiptStates(tools),
    ...transferStates(tools),
    ...statementStates(tools),
  ])('%s', async (_name, show) => {
    const page = await show()
    expect(page.html).toContain('[')
    expect(page.url).not.toContain('/simulator/')
    expect(plainLettersOf(page)).toEqual([])
  })

  test('and these have said every text but those of a broken server and of what no test waits for', async () => {
    const { unsaid } = await import('./pseudo.ts')
    expect([...unsaid].toSorted()).toEqual(
      [
        '.shell.refusals.tooMany.heading',
        '.shell.refusals.tooMany.sentences.0',
        '.shell.refusals.tooMany.sentences.1',
        '.shell.refusals.tooFast.heading',
        '.shell.refusals.tooFast.sentences.0',
        '.shell.refusals.tooFast.sentences.1',
        '.shell.refusals.unavailable.heading',
        '.shell.refusals.unavailable.sentences.0',
        '.shell.refusals.unavailable.sentences.1',
        '.shell.refusals.failed.heading',
        '.shell.refusals.failed.sentences.0',
        // They need many attempts.
        '.lookUp.triedTooOften',
        // It needs a processor that does not take the amount.
        '.owed.refused.notThisAmount',
        // More than a thousand debts, and movements.
        '.debts.beyond',
        '.statement.tooLong',
        // They need a race with the processor.
        '.receipt.causes.withdrawn',
        '.document.causes.withdrawn',
      ].toSorted(),
    )
  })
})
