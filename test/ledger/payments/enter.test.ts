import fc from 'fast-check'
import { describe, expect, test, vi } from 'vitest'
import { allocationPolicies } from '../../../src/ledger/allocation.ts'
import { Journal } from '../../../src/ledger/journal.ts'
import type { PaymentTarget } from '../../../src/ledger/payments/command.ts'
import { type Decision, decide, enterPayment, reopenedBy } from '../../../src/ledger/payments/decide.ts'
import { type Receivable, ReceivableIndex } from '../../../src/ledger/receivable.ts'
import { seedOf } from '../../support/seed.ts'
import { idOf, minutes, now, owes, owesBill, payer } from '../receivables.ts'
import { actor, arrival, enter, overAll, paymentId } from './arrivals.ts'

const [a, b, c] = [idOf(10), idOf(11), idOf(12)]
const opened = { bucket: 7, environment_id: 3, request_id: 'req_1', actor, reason: 'It is theirs' }
const balanced = [['ZAR', 0n]]

describe('a payment', () => {
  test('comes from its clearing account, and goes to each balance, the rest to what is unapplied', () => {
    const owed = [owes(a, 30n), owesBill(b, 20n)]
    const { applied, transactions } = enter(arrival(overAll), owed)
    expect(transactions).toEqual([
      {
        ...opened,
        kind: 'payment',
        source_id: paymentId,
        effective_at: minutes(-10),
        sums: balanced,
        entries: [
          [a, -30n],
          [b, -20n],
          ['clearing:eft', 100n],
          ['unapplied', -50n],
        ],
      },
    ])
    expect(owed.map(({ balance, status }) => [balance, status])).toEqual([
      [0n, null],
      [0n, 'paid'],
    ])
    expect(applied).toMatchObject({
      customer_id: payer,
      applied_amount: 50n,
      unapplied_amount: 50n,
      direct_amount: 0n,
      suspense_amount: 0n,
      explanation: { policy: 'in_order', unapplied_amount: 50 },
      recorded_at: now,
      started: undefined,
      announced: undefined,
    })
  })

  test('has a line for each balance, which says how it was left and where that is entered', () => {
    const started = { version: 2n, created_at: minutes(-20) } as never
    const command = arrival(overAll)
    const receivables = new ReceivableIndex([owes(a, 30n), owesBill(b, 90n)])
    const journal = new Journal(now)
    const open = vi.spyOn(journal, 'open')
    const applied = enterPayment(command, decide(command, receivables) as Decision, receivables, journal, now, started)
    const transaction_id = open.mock.results[0]?.value.id
    const shared = { obligation_id: expect.stringMatching(/0007$/), transaction_id, rule: 'in_order', sequence: 5n }
    expect(applied.lines).toEqual([
      { ...shared, receivable_id: a, kind: 'account', amount: 30n, balance_after: 0n },
      { ...shared, receivable_id: b, kind: 'bill', amount: 70n, balance_after: 20n },
    ])
    expect(applied).toMatchObject({ command, transaction_id, started, unapplied_amount: 0n, applied_amount: 100n })
  })

  test('leaves nothing in what is unapplied where all of it is applied', () => {
    const { transactions } = enter(arrival(overAll), [owes(a, 100n)])
    expect(transactions.map(({ entries }) => entries)).toEqual([
      [
        [a, -100n],
        ['clearing:eft', 100n],
      ],
    ])
  })

  test.each([
    ['direct', 'direct_receipts', { direct_amount: 100n, suspense_amount: 0n }],
    ['unidentified', 'suspense', { direct_amount: 0n, suspense_amount: 100n }],
  ] as const)('that is %s goes to %s as a whole', (kind, account, amounts) => {
    const { applied, transactions } = enter(arrival({ kind }), [])
    expect(transactions.map(({ entries, sums }) => [entries, sums])).toEqual([
      [
        [
          ['clearing:eft', 100n],
          [account, -100n],
        ],
        balanced,
      ],
    ])
    expect(applied).toMatchObject({
      customer_id: null,
      applied_amount: 0n,
      unapplied_amount: 0n,
      ...amounts,
      lines: [],
    })
  })

  test('counts from when it was received, and from now at the latest', () => {
    const since = (received_at: Date) => enter(arrival(overAll, { received_at }), []).transactions[0]?.effective_at
    expect([minutes(-1), now, minutes(1)].map(since)).toEqual([minutes(-1), now, now])
  })

  test('is unapplied until the bill counts that it pays, and then applied by a transaction of its own', () => {
    const since = minutes(-5)
    const owed = [owes(a, 30n), owesBill(b, 20n, { owed_since: since })]
    const { applied, transactions } = enter(arrival(overAll), owed)
    const [, line] = applied.lines
    expect(transactions).toMatchObject([
      {
        ...opened,
        kind: 'payment',
        effective_at: minutes(-10),
        sums: balanced,
        entries: [
          [a, -30n],
          ['clearing:eft', 100n],
          ['unapplied', -70n],
        ],
      },
      {
        ...opened,
        kind: 'application',
        source_id: line?.obligation_id,
        effective_at: since,
        sums: balanced,
        entries: [
          [b, -20n],
          ['unapplied', 20n],
        ],
      },
    ])
    expect(line?.transaction_id).not.toBe(applied.transaction_id)
    expect(applied).toMatchObject({ applied_amount: 50n, unapplied_amount: 50n })
  })

  test('is applied at once to a bill that counts from the same instant', () => {
    const { transactions } = enter(arrival(overAll), [owesBill(b, 100n, { owed_since: minutes(-10) })])
    expect(transactions.map(({ kind }) => kind)).toEqual(['payment'])
  })

  test('whatever is owed, comes to its lines and what is unapplied, and every transaction to nothing', () => {
    const anyOwed = fc.array(
      fc.record({
        balance: fc.bigInt({ min: 0n, max: 10n ** 9n }),
        isBill: fc.boolean(),
        overpayment_allowed: fc.boolean(),
        since: fc.integer({ min: -20, max: 0 }),
      }),
      { maxLength: 6 },
    )
    fc.assert(
      fc.property(
        fc.bigInt({ min: 1n, max: 10n ** 10n }),
        fc.constantFrom(...allocationPolicies),
        anyOwed,
        (amount, policy, list) => {
          const owed = list.map(({ balance, isBill, overpayment_allowed, since }, index) => {
            const id = idOf(100 + index)
            if (!isBill) return owes(id, balance, { overpayment_allowed })
            const dates = { bill_date: '2026-01-01', owed_since: minutes(since) }
            return owesBill(id, balance, { ...dates, overpayment_allowed })
          })
          const before = new Map(owed.map(({ id, balance }) => [id, balance]))
          const target = { kind: 'policy', policy, scope: { customer: payer } } as const
          const { applied, transactions } = enter(arrival(target, { amount }), owed)
          const { lines, applied_amount, unapplied_amount } = applied
          const total = (amounts: bigint[]) => amounts.reduce((sum, one) => sum + one, 0n)
          expect(total(lines.map((line) => line.amount))).toBe(applied_amount)
          expect(applied_amount + unapplied_amount).toBe(amount)
          for (const { sums } of transactions) expect(sums).toEqual(balanced)
          const entries = transactions.flatMap((one) => one.entries)
          const on = (account: string) => total(entries.flatMap(([to, one]) => (to === account ? [one as bigint] : [])))
          expect([on('clearing:eft'), on('unapplied')]).toEqual([amount, -unapplied_amount])
          for (const { id, balance } of owed) {
            const line = lines.find(({ receivable_id }) => receivable_id === id)
            expect((before.get(id) ?? 0n) - balance).toBe(line?.amount ?? 0n)
            if (line) expect(line.balance_after).toBe(balance)
          }
        },
      ),
      { seed: seedOf('SEED') },
    )
  })
})

describe('what a payment may have to unarchive', () => {
  const reopened = (target: PaymentTarget, owed: Receivable[]) =>
    reopenedBy(enter(arrival(target), owed).applied, new ReceivableIndex(owed))
  const cause = { environment_id: 3, actor, request_id: 'req_1', traceparent: null }
  const all = (...ids: string[]) => ids.map((id) => ({ id, ...cause }))
  const named = (...receivables: string[]): PaymentTarget => ({
    kind: 'policy',
    policy: 'in_order',
    scope: { receivables },
  })

  test('is nothing where any of it paid what was owed', () => {
    expect(reopened(overAll, [owes(a, 30n, { overpayment_allowed: true })])).toEqual([])
    expect(reopened(overAll, [owes(a, 0n, { overpayment_allowed: true }), owes(b, 30n)])).toEqual([])
    expect(reopened(overAll, [owes(a, 100n)])).toEqual([])
  })

  test('is the customer and what was named, with what that belongs to, where all of it is unapplied or credit', () => {
    expect(reopened(overAll, [])).toEqual(all(payer, payer))
    expect(reopened(overAll, [owes(a, 0n, { overpayment_allowed: true })])).toEqual(all(payer, payer))
    expect(reopened({ kind: 'policy', policy: 'in_order', scope: { account: a } }, [owes(a, 0n)])).toEqual(
      all(payer, a),
    )
    expect(reopened(named(b, c), [owesBill(b, 0n, { account_id: a })])).toEqual(all(payer, b, c, payer, a, b))
  })

  test('is nothing of money that no customer has', () => {
    for (const kind of ['direct', 'unidentified'] as const) expect(reopened({ kind }, [])).toEqual([])
  })
})
