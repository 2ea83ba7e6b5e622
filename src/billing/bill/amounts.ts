import { maxAmount } from '../../core/money.ts'
import { fieldProblem, Problem } from '../../core/problem.ts'
import type { AdjustmentCause } from '../../ledger/adjust.ts'
import { amountsOf, type BillAmounts } from '../../ledger/bill-amounts.ts'
import type { BillLine } from '../object/rows.ts'

/**
 * The stored amount of a bill that an adjustment changes, as it is afterwards: a write-off is kept apart from the other kinds. Throws
 * `amount_exceeds_remaining` or `amount_out_of_range`.
 */
export function adjustedAmount(
  bill: BillAmounts,
  amount: bigint,
  kind: AdjustmentCause['kind'],
): { amount_written_off: bigint } | { amount_adjusted: bigint } {
  if (bill.balance + amount < 0n) {
    throw fieldProblem('amount_exceeds_remaining', '/amount', `The bill has ${bill.balance} remaining.`)
  }
  if (bill.amount_due + bill.amount_adjusted + amount > maxAmount) {
    throw fieldProblem('amount_out_of_range', '/amount', `With its adjustments a bill is for at most ${maxAmount}.`)
  }
  return kind === 'write_off'
    ? { amount_written_off: bill.amount_written_off - amount }
    : { amount_adjusted: bill.amount_adjusted + amount }
}

/**
 * By how much the balance of a bill changes so that `total` of it is paid. `applied` says what payments have applied to it; it is asked
 * only where less is to be paid than is. Throws `amount_exceeds_remaining` or `amount_paid_below_applied`.
 */
export async function changeToPaid(bill: BillAmounts, total: bigint, applied: () => Promise<bigint>): Promise<bigint> {
  const { paid, remaining } = amountsOf(bill)
  if (total > paid + remaining) {
    throw fieldProblem('amount_exceeds_remaining', '/amount_paid', `At most ${paid + remaining} is to be paid.`)
  }
  const least = total < paid ? await applied() : total
  if (total < least) {
    throw fieldProblem('amount_paid_below_applied', '/amount_paid', `Payments have applied ${least} to the bill.`)
  }
  return paid - total
}

/** Throws `bill_has_payments` for a bill of which anything is paid: it is not voided. */
export function refusePaid(bill: BillAmounts): void {
  const { paid } = amountsOf(bill)
  if (paid > 0n) throw new Problem('bill_has_payments', `Its amount_paid is ${paid}.`)
}

/** Throws `invalid_lines` unless the lines of a bill come to what it is for. */
export function requireSum(lines: readonly Pick<BillLine, 'amount'>[], amountDue: bigint): void {
  const sum = lines.reduce((total, { amount }) => total + BigInt(amount), 0n)
  if (sum === amountDue) return
  throw fieldProblem('invalid_lines', '/lines', `They sum to ${sum}, and the amount_due is ${amountDue}.`)
}
