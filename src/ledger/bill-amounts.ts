import type { z } from 'zod'
import type { bill as shape } from '../shapes/bill.ts'
import type { BillStatus } from './receivable.ts'

/** What of a bill its amounts follow from. */
export type BillAmounts = {
  status: BillStatus
  balance: bigint
  amount_due: bigint
  amount_adjusted: bigint
  amount_written_off: bigint
}

/**
 * The paid and the remaining amount of a bill, in minor units: amount_due + amount_adjusted = paid + amount_written_off +
 * remaining. The remaining amount is the balance and the others are stored, so the amount paid is the difference: what
 * payments applied, and what was set as paid by hand. A voided bill shows what remained when it was voided.
 */
export function amountsOf(bill: BillAmounts): { paid: bigint; remaining: bigint } {
  const asked = bill.amount_due + bill.amount_adjusted - bill.amount_written_off
  const remaining = bill.status === 'voided' ? asked : bill.balance
  return { paid: asked - remaining, remaining }
}

/** What closed a bill: the one thing that reduced it, or `mixed`. `undefined` for a bill that is unpaid or voided. */
export function closedBy(bill: BillAmounts): z.input<typeof shape>['closed_by'] {
  if (bill.status !== 'paid') return undefined
  const [first, ...others] = [
    ...(amountsOf(bill).paid > 0n ? ['payment' as const] : []),
    ...(bill.amount_written_off > 0n ? ['write_off' as const] : []),
    ...(bill.amount_adjusted < 0n ? ['adjustment' as const] : []),
  ]
  return others.length > 0 ? 'mixed' : first
}
