import type { z } from 'zod'
import type { bill as shape } from '../../shapes/bill.ts'
import type { BillRow } from '../object/rows.ts'

type Amounts = Pick<BillRow, 'status' | 'balance' | 'amount_due' | 'amount_adjusted' | 'amount_written_off'>

/**
 * What is paid of a bill and what remains, in minor units. Always amount_due + amount_adjusted = paid + amount_written_off +
 * remaining. What remains is the balance and the others are stored, so what was paid is the rest: money that payments applied, and
 * what was set as paid by hand. A bill that is voided was never paid, and what remained of it at the time stays shown.
 */
export function amountsOf(bill: Amounts): { paid: bigint; remaining: bigint } {
  const asked = bill.amount_due + bill.amount_adjusted - bill.amount_written_off
  const remaining = bill.status === 'voided' ? asked : bill.balance
  return { paid: asked - remaining, remaining }
}

/** By what a bill was closed: by the one thing that took from it, or by several. `undefined` while it is open, or voided. */
export function closedBy(bill: Amounts): z.input<typeof shape>['closed_by'] {
  if (bill.status !== 'paid') return undefined
  const [first, ...others] = [
    ...(amountsOf(bill).paid > 0n ? ['payment' as const] : []),
    ...(bill.amount_written_off > 0n ? ['write_off' as const] : []),
    ...(bill.amount_adjusted < 0n ? ['adjustment' as const] : []),
  ]
  return others.length > 0 ? 'mixed' : first
}
