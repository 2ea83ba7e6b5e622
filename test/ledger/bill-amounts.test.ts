import { expect, test } from 'vitest'
import { amountsOf, type BillAmounts, closedBy } from '../../src/ledger/bill-amounts.ts'

const bill = (more: Partial<BillAmounts>): BillAmounts => ({
  status: 'unpaid',
  balance: 100n,
  amount_due: 100n,
  amount_adjusted: 0n,
  amount_written_off: 0n,
  ...more,
})

test.each<[string, Partial<BillAmounts>, { paid: bigint; remaining: bigint }]>([
  ['unpaid', {}, { paid: 0n, remaining: 100n }],
  ['paid in part', { balance: 40n }, { paid: 60n, remaining: 40n }],
  ['raised', { amount_adjusted: 20n, balance: 120n }, { paid: 0n, remaining: 120n }],
  ['lowered and paid in part', { amount_adjusted: -20n, balance: 30n }, { paid: 50n, remaining: 30n }],
  ['written off in part', { amount_written_off: 30n, balance: 50n }, { paid: 20n, remaining: 50n }],
  ['all of it', { amount_adjusted: -10n, amount_written_off: 30n, balance: 5n }, { paid: 55n, remaining: 5n }],
  ['voided', { status: 'voided', balance: 0n, amount_adjusted: -10n }, { paid: 0n, remaining: 90n }],
])('what is paid and what remains of a bill that is %s', (_what, more, amounts) => {
  expect(amountsOf(bill(more))).toEqual(amounts)
})

const paid = { status: 'paid', balance: 0n } as const
test.each<[string | undefined, Partial<BillAmounts>]>([
  [undefined, {}],
  [undefined, { balance: 40n }],
  [undefined, { status: 'voided', balance: 0n }],
  ['payment', paid],
  ['write_off', { ...paid, amount_written_off: 100n }],
  ['adjustment', { ...paid, amount_adjusted: -100n }],
  // What raised it is no reason why it is closed.
  ['payment', { ...paid, amount_adjusted: 5n }],
  ['mixed', { ...paid, amount_written_off: 40n }],
  ['mixed', { ...paid, amount_adjusted: -40n }],
  ['mixed', { ...paid, amount_adjusted: -60n, amount_written_off: 40n }],
  // One of nothing is paid, and nothing closed it.
  [undefined, { ...paid, amount_due: 0n }],
])('is closed by %s', (cause, more) => {
  expect(closedBy(bill(more))).toBe(cause)
})
