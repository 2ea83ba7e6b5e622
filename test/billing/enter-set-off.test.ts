import { describe, expect, test } from 'vitest'
import { type SetOffParty, setOff } from '../../src/billing/bill/enter-set-off.ts'
import type { BillRow } from '../../src/billing/object/rows.ts'
import { formatId } from '../../src/core/id/id.ts'
import { wholeBody } from '../../src/events/personal.ts'
import { Journal } from '../../src/ledger/journal.ts'
import type { Receivable } from '../../src/ledger/receivable.ts'
import { idOf, minutes, now, owes, owesBill, readEntries } from '../ledger/receivables.ts'
import { accountRow, billRow, customerRow, environment } from './rows.ts'

const context = { environment, actor: 'key:1' as never, request_id: 'req_1', now }
const id = idOf(60)
const creditOf = (balance: bigint): SetOffParty => ({ row: accountRow, receivable: owes(accountRow.id, balance) })
const debtOf = (balance: bigint, more: Partial<Receivable> = {}) => ({
  row: { ...billRow, version: 3n, updated_at: minutes(-60) },
  receivable: owesBill(billRow.id, balance, more),
})

/** Sets it off, with what is told: the type of each event, whose it is, and its data. */
function enter(from: SetOffParty, to: SetOffParty, amount: bigint) {
  const journal = new Journal(now)
  const entries = readEntries(journal)
  const { entered, events } = setOff(context, journal, { from, to, amount, id })
  const told = events.map((event) => ({
    id: event.id,
    type: event.type,
    subject_id: event.subject_id,
    data: JSON.parse(wholeBody(event)).data,
  }))
  return { entered, told, entries: entries() }
}

describe('credit that is set off', () => {
  test('moves both sides, whose rows follow, and is told of each by the step of its balance', () => {
    const from = creditOf(-70n)
    const to: SetOffParty<BillRow> = debtOf(100n)
    const { entered, told, entries } = enter(from, to, 70n)
    expect(entries).toMatchObject([
      {
        kind: 'credit',
        request_id: 'req_1',
        actor: 'key:1',
        entries: [
          [accountRow.id, 70n],
          [billRow.id, -70n],
        ],
      },
    ])
    expect(from.row).toMatchObject({ balance: 0n, receivable_version: 5n, version: 1n, moved_at: now })
    expect(to.row).toMatchObject({ balance: 30n, status: 'unpaid', version: 4n, updated_at: now })
    const adjustment = { kind: 'credit', effective_at: now.toISOString() }
    expect(told).toMatchObject([
      {
        id,
        type: 'account.balance_adjusted',
        subject_id: accountRow.id,
        data: {
          id: formatId('account', accountRow.id),
          balance: 0,
          sequence: 5,
          balance_before: -70,
          balance_after: 0,
          cause: 'credit',
          adjustment: { ...adjustment, id: formatId('adjustment', id), amount: 70 },
        },
      },
      {
        id: entered.transaction_id,
        type: 'bill.balance_adjusted',
        subject_id: billRow.id,
        data: {
          id: formatId('bill', billRow.id),
          amount_remaining: 30,
          object_version: 4,
          sequence: 5,
          balance_before: 100,
          balance_after: 30,
          cause: 'credit',
          adjustment: { ...adjustment, id: formatId('adjustment', id), amount: -70 },
        },
      },
    ])
    expect(told).toHaveLength(2)
    expect(entered.id).toBe(id)
  })

  test('tells that a bill is paid which it closes', () => {
    const { told } = enter(creditOf(-70n), debtOf(70n), 70n)
    expect(told.map(({ type }) => type)).toEqual(['account.balance_adjusted', 'bill.balance_adjusted', 'bill.paid'])
    expect(told[2]).toMatchObject({ subject_id: billRow.id, data: { status: 'paid', object_version: 4 } })
  })

  test('is told of a customer as what it is, whose own version stays', () => {
    const to: SetOffParty = { row: customerRow, receivable: owes(customerRow.id, 70n, { kind: 'customer' }) }
    const { told } = enter(creditOf(-70n), to, 70n)
    expect(told.map(({ type, subject_id }) => [type, subject_id])).toEqual([
      ['account.balance_adjusted', accountRow.id],
      ['customer.balance_adjusted', customerRow.id],
    ])
    expect(to.row).toMatchObject({ balance: 0n, version: 1n })
  })

  test('counts from when the bill counts', () => {
    const { told } = enter(creditOf(-70n), debtOf(70n, { owed_since: minutes(5) }), 70n)
    expect(told[0]?.data.adjustment.effective_at).toBe(minutes(5).toISOString())
  })
})
