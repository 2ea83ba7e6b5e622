import { expect, test } from 'vitest'
import { balanceCurrency, enterOpening, openingOf } from '../../src/billing/object/opening.ts'
import { Journal } from '../../src/ledger/journal.ts'
import { minutes, now, owes, readEntries } from '../ledger/receivables.ts'
import { accountRow } from './rows.ts'

const at = (minute: number) => minutes(minute).toISOString()

test('a balance is opened with what was sent, now unless it says since when', () => {
  expect(openingOf({ currency: 'ZAR' }, now, '')).toBeUndefined()
  expect(openingOf({ balance: 0, currency: 'ZAR' }, now, '')).toEqual({ balance: 0, currency: 'ZAR' })
  const opening = { balance: -5, effective_at: at(-3) }
  expect(openingOf({ opening, currency: 'ZAR' }, now, '')).toEqual({
    balance: -5,
    currency: 'ZAR',
    effective_at: minutes(-3),
  })
})

test('a balance is opened once, in a currency, and not later than now', () => {
  const opening = { balance: 5, effective_at: at(-3) }
  const refusal = (code: string, pointer: string) =>
    expect.objectContaining({ code, errors: [expect.objectContaining({ pointer })] })
  expect(() => openingOf({ balance: 5, opening, currency: 'ZAR' }, now, '/account')).toThrow(
    refusal('invalid_request', '/account/opening'),
  )
  for (const sent of [{ balance: 5 }, { opening }]) {
    expect(() => openingOf(sent, now, '/account')).toThrow(refusal('currency_required', '/account/currency'))
  }
  const later = { opening: { balance: 5, effective_at: at(10) }, currency: 'ZAR' }
  expect(() => openingOf(later, now, '/account')).toThrow(refusal('invalid_request', '/account/opening/effective_at'))
})

test('the currency of a balance is the one sent, or else the one of its object', () => {
  expect([balanceCurrency('ZAR', 'USD', ''), balanceCurrency(undefined, 'USD', '')]).toEqual(['ZAR', 'USD'])
})

test('an opening is entered on the balance of its object, and nothing where there is none', () => {
  const row = accountRow
  const context = { request_id: 'req_1', actor: 'key:1' as never, now }
  const journal = new Journal(now)
  const entries = readEntries(journal)
  expect(enterOpening(journal, context, row, undefined)).toEqual({ row, entered: undefined })
  expect(entries()).toEqual([])
  const opening = { balance: 40, currency: 'ZAR', effective_at: minutes(-3) }
  const { row: opened, entered } = enterOpening(journal, context, row, opening)
  expect(opened).toMatchObject({
    ...row,
    balance: 40n,
    receivable_currency: 'ZAR',
    receivable_version: 1n,
    moved_at: now,
  })
  expect(entered).toMatchObject({
    amount: 40n,
    effective_at: minutes(-3),
    cause: { request_id: 'req_1', actor: 'key:1' },
  })
  const expected = owes(row.id, 40n, {
    external_reference: 'ours',
    version: 1n,
    owed_since: minutes(-3),
    moved_at: now,
  })
  expect([...journal.snapshots]).toEqual([expected])
  expect(entries()).toMatchObject([
    {
      entries: [
        [row.id, 40n],
        ['opening_balances', -40n],
      ],
    },
  ])
})
