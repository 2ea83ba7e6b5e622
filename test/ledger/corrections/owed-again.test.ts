import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Id } from '../../../src/core/id/id.ts'
import { appliesFrom, owedAgain } from '../../../src/ledger/corrections/owed-again.ts'
import { type Receivable, ReceivableIndex } from '../../../src/ledger/receivable.ts'
import { seedOf } from '../../support/seed.ts'
import { anId, aReceivable, earlier, later, now, total } from './rows.ts'

const part = (id: string, amount: bigint) => ({ application_id: anId(), receivable_id: id as Id, amount })
const shown = (parts: ReturnType<typeof owedAgain>) => parts.map(({ receivable: { id }, amount }) => `${id}: ${amount}`)
const again = (
  receivables: Receivable[],
  taken: ReturnType<typeof part>[],
  money: bigint,
  promised?: Map<Id, bigint>,
) => shown(owedAgain(new ReceivableIndex(receivables), 'ZAR', taken, money, promised))

describe('money that came back is applied again', () => {
  const receivables = [aReceivable('b1', 30n), aReceivable('b2', 50n), aReceivable('b3', 10n)]
  const taken = [part('b2', 20n), part('b1', 30n), part('b3', 10n)]

  test('to what it was taken from, in that order, as far as it goes', () => {
    expect(again(receivables, taken, 60n)).toEqual(['b2: 20', 'b1: 30', 'b3: 10'])
    expect(again(receivables, taken, 35n)).toEqual(['b2: 20', 'b1: 15'])
    expect(again(receivables, taken, 20n)).toEqual(['b2: 20'])
    expect(again(receivables, taken, 100n)).toEqual(['b2: 20', 'b1: 30', 'b3: 10'])
  })

  test('as far as is owed there, once for all that was taken of one', () => {
    expect(again([aReceivable('b1', 30n)], [part('b1', 15n), part('b1', 8n)], 60n)).toEqual(['b1: 23'])
    expect(again([aReceivable('b1', 30n)], [part('b1', 25n), part('b1', 25n)], 60n)).toEqual(['b1: 30'])
  })

  test('never to what owes nothing, is voided, is of another currency, or is not there', () => {
    const closed = [
      aReceivable('paid', 0n),
      aReceivable('credit', -5n),
      aReceivable('void', 9n, { status: 'voided' }),
      aReceivable('usd', 9n, { currency: 'USD' }),
      aReceivable('owes', 9n),
    ]
    const from = ['gone', 'paid', 'credit', 'void', 'usd', 'owes'].map((id) => part(id, 9n))
    expect(again(closed, from, 20n)).toEqual(['owes: 9'])
    // What may be paid too much is not: only what is owed is.
    expect(again([aReceivable('c', 0n, { overpayment_allowed: true })], [part('c', 9n)], 9n)).toEqual([])
  })

  test('without what other money is to pay of it in the same transaction', () => {
    const promised = new Map<Id, bigint>([['b1' as Id, 12n]])
    expect(again(receivables, [part('b1', 30n), part('b2', 5n)], 40n, promised)).toEqual(['b1: 18', 'b2: 5'])
    expect([...promised]).toEqual([
      ['b1', 30n],
      ['b2', 5n],
    ])
    expect(again(receivables, taken, 60n, promised)).toEqual(['b2: 20', 'b3: 10'])
    expect(promised.get('b2' as Id)).toBe(25n)
  })

  test('no more than came back, than was taken, and than is owed', () => {
    const amounts = fc.array(fc.tuple(fc.bigInt({ min: 0n, max: 50n }), fc.bigInt({ min: 1n, max: 50n })), {
      maxLength: 5,
    })
    fc.assert(
      fc.property(amounts, fc.bigInt({ min: 0n, max: 150n }), (rows, money) => {
        const owing = rows.map(([balance], index) => aReceivable(`b${index}`, balance))
        const from = rows.map(([, amount], index) => part(`b${index}`, amount))
        const parts = owedAgain(new ReceivableIndex(owing), 'ZAR', from, money)
        const can = total(rows.map(([balance, amount]) => (balance < amount ? balance : amount)))
        expect(total(parts.map(({ amount }) => amount))).toBe(money < can ? money : can)
        for (const { receivable, amount } of parts) {
          expect(amount).toBeGreaterThan(0n)
          expect(amount).toBeLessThanOrEqual(receivable.balance)
          expect(amount).toBeLessThanOrEqual(from.find((one) => one.receivable_id === receivable.id)?.amount ?? 0n)
        }
      }),
      { seed: seedOf('OWED_SEED') },
    )
  })
})

test('money counts from now, or from the latest that a bill that it pays counts from', () => {
  const bill = (owed_since: Date) => ({ receivable: aReceivable('b', 5n, { kind: 'bill', owed_since }), amount: 5n })
  const latest = new Date(later.getTime() + 1)
  expect(appliesFrom([], now)).toEqual(now)
  expect(appliesFrom([bill(earlier)], now)).toEqual(now)
  expect(appliesFrom([bill(later), bill(latest), bill(earlier)], now)).toEqual(latest)
  expect(appliesFrom([{ receivable: aReceivable('a', 5n), amount: 5n }], now)).toEqual(now)
})
