import { vi } from 'vitest'
import { Journal } from '../../../src/ledger/journal.ts'

/** When the tests of settlements book. */
export const now = new Date('2026-11-28T10:00:00.000Z')
/** Before it. */
export const earlier = new Date('2026-11-27T10:00:00.000Z')
/** After it. */
export const later = new Date('2026-11-29T10:00:00.000Z')

/** Who books in the tests of settlements. */
export const context = {
  environment: { id: 3, mode: 'test' },
  actor: 'job:read-settlements',
  request_id: 'req_1',
  now,
} as const

/** What is entered, as it would be written: each transaction with its kind, bucket and time, and its entries. */
export function booksOf(enter: (journal: Journal) => void) {
  const journal = new Journal(now)
  const opened = vi.spyOn(journal, 'open')
  const posted = vi.spyOn(journal, 'postToSystemAccount')
  enter(journal)
  const entries = posted.mock.calls.map(([{ id }, account, currency, amount]) => ({
    id,
    text: `${account} ${currency} ${amount}`,
  }))
  return opened.mock.results.map(({ value: { id, sums } }, index) => ({
    transaction: opened.mock.calls[index]?.[0],
    entries: entries.filter((entry) => entry.id === id).map(({ text }) => text),
    sums: [...sums.values()],
  }))
}
