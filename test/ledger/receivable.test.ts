import { describe, expect, test } from 'vitest'
import { formatId } from '../../src/core/id/id.ts'
import { moveFields, moveOf } from '../../src/ledger/move.ts'
import {
  appliedToOf,
  countsFrom,
  formatReceivableId,
  objectsOf,
  ownerField,
  ReceivableIndex,
} from '../../src/ledger/receivable.ts'
import { idOf, receivableSample as receivable } from './samples.ts'

describe('a date', () => {
  const [early, late] = [new Date('2026-11-01T00:00:00.000Z'), new Date('2026-11-02T00:00:00.000Z')]
  const bill = (owed_since: Date | null) => ({ kind: 'bill', owed_since }) as const

  test('of what lessens a bill is no earlier than what the bill owes', () => {
    expect(countsFrom(bill(late), -1n, early)).toEqual(late)
    expect(countsFrom(bill(early), -1n, late)).toEqual(late)
    expect(() => countsFrom(bill(null), -1n, early)).toThrow('of a bill it is known')
  })

  test('of what adds to a bill, or is about another balance, stays as it is', () => {
    expect(countsFrom(bill(late), 1n, early)).toEqual(early)
    expect(countsFrom(bill(late), 0n, early)).toEqual(early)
    for (const kind of ['account', 'customer'] as const) {
      expect(countsFrom({ kind, owed_since: late }, -1n, early)).toEqual(early)
    }
  })
})

describe('balances are found', () => {
  const [one, two] = [receivable(idOf(1), 1n), receivable(idOf(2), 2n, { account_id: idOf(1), customer_id: idOf(9) })]
  const indexed = () => new ReceivableIndex([one, two])

  test('by id, by customer and by account', () => {
    const index = indexed()
    expect([...index.all()]).toEqual([one, two])
    expect([index.get(idOf(1)), index.get(idOf(2))]).toEqual([one, two])
    expect([index.ofCustomer(idOf(0xc1)), index.ofCustomer(idOf(9))]).toEqual([[one], [two]])
    expect(index.ofAccount(idOf(1))).toEqual([one, two])
  })

  test('or not, where there is none', () => {
    const index = indexed()
    expect([index.get(idOf(3)), index.get(undefined)]).toEqual([undefined, undefined])
    expect([index.ofCustomer(idOf(3)), index.ofAccount(idOf(3))]).toEqual([[], []])
  })
})

describe('a balance is shown', () => {
  const [customer_id, account_id] = [idOf(0xc1), idOf(2)]
  const bill = receivable(idOf(1), 1n, { kind: 'bill', account_id, customer_id, external_reference: 'B-1' })

  test('by the id of what has it', () => {
    expect(ownerField(bill)).toEqual({ bill_id: formatId('bill', idOf(1)) })
    expect(ownerField({ id: idOf(1), kind: 'account' })).toEqual({ account_id: formatId('account', idOf(1)) })
    expect(formatReceivableId({ id: idOf(1), kind: 'customer' })).toBe(formatId('customer', idOf(1)))
  })

  test('with its parents, as what was paid', () => {
    const shown = { type: 'bill', id: formatId('bill', idOf(1)), external_reference: 'B-1' }
    const customer = formatId('customer', customer_id)
    expect(appliedToOf(bill)).toEqual({ ...shown, customer, account: formatId('account', account_id) })
    expect(appliedToOf({ ...bill, account_id: null })).toEqual({ ...shown, customer })
  })

  test('with all objects that it is about, each once, the customer first', () => {
    expect(objectsOf(bill)).toEqual([customer_id, account_id, idOf(1)])
    expect(objectsOf({ ...bill, account_id: null })).toEqual([customer_id, idOf(1)])
    expect(objectsOf({ id: customer_id, account_id: null, customer_id })).toEqual([customer_id])
    expect(objectsOf({ id: account_id, account_id, customer_id })).toEqual([customer_id, account_id])
  })
})

test('a move tells its step, the balance before and after it, and why', () => {
  const move = moveOf(receivable(idOf(1), 70n, { version: 5n }), -30n, 'payment')
  expect(move).toEqual({ sequence: 5n, balance_after: 70n, amount: -30n, cause: 'payment' })
  expect(moveFields(move)).toEqual({ sequence: 5, balance_before: 100, balance_after: 70, cause: 'payment' })
})
