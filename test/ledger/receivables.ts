import { type Mock, vi } from 'vitest'
import type { Id } from '../../src/core/id/id.ts'
import type { Queryable } from '../../src/database/pool.ts'
import type { Journal } from '../../src/ledger/journal.ts'
import type { Receivable } from '../../src/ledger/receivable.ts'
import { receivableSample } from './samples.ts'

/** The instant at which everything happens in tests without a database. */
export const now = new Date('2026-11-27T10:00:00.000Z')

/** An instant so many minutes from then. */
export const minutes = (count: number): Date => new Date(now.getTime() + count * 60_000)

/** An id that is told apart from others by its number, in a bucket. */
export const idOf = (number: number, bucket = 7): Id =>
  `00000000-0000-0000-0000-${number.toString(16).padStart(8, '0')}${bucket.toString(16).padStart(4, '0')}`

/** The customer of every balance, unless a test says otherwise. */
export const payer = idOf(1)

/** The balance of an account of the payer, as a transaction finds it. */
export function owes(id: Id, balance: bigint, more: Partial<Receivable> = {}): Receivable {
  return receivableSample(id, balance, { customer_id: payer, external_reference: `ref ${id}`, ...more })
}

/** A bill of the payer, owed since an hour. */
export function owesBill(id: Id, balance: bigint, more: Partial<Receivable> = {}): Receivable {
  const status = balance > 0n ? 'unpaid' : 'paid'
  return owes(id, balance, { kind: 'bill', account_id: null, status, owed_since: minutes(-60), ...more })
}

/** What is entered in a journal, as it is entered: each transaction with its entries, and what these sum to. */
export function readEntries(journal: Journal) {
  const opened = vi.spyOn(journal, 'open')
  const posted = vi.spyOn(journal, 'postToReceivable')
  const elsewhere = vi.spyOn(journal, 'postToSystemAccount')
  const entriesOf = (transaction: unknown) => [
    ...callsOf(posted, transaction).map(([, { id }, amount]) => [id, amount]),
    ...callsOf(elsewhere, transaction).map(([, account, , amount]) => [account, amount]),
  ]
  return () =>
    opened.mock.results.map(({ value }, index) => ({
      ...opened.mock.calls[index]?.[0],
      sums: [...value.sums],
      entries: entriesOf(value),
    }))
}

function callsOf<Args extends unknown[]>(spy: Mock<(...args: Args) => void>, transaction: unknown): Args[] {
  return spy.mock.calls.filter(([first]) => first === transaction)
}

/** A connection that only notes what is sent: the name of each statement with its values. */
export function noteStatements() {
  const sent: [name: string, values: unknown[]][] = []
  const connection = {
    async query({ name, values }: { name: string; values: unknown[] }) {
      sent.push([name, values])
      return { rows: [] }
    },
  } as unknown as Queryable
  return { connection, sent }
}
