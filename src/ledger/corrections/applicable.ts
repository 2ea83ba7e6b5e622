import type { Id } from '../../core/id/id.ts'
import { fieldProblem, Problem } from '../../core/problem.ts'
import { explicitFault } from '../allocation.ts'
import { faultDetail } from '../payments/decide.ts'
import type { Receivable, ReceivableIndex } from '../receivable.ts'
import type { LockedPayment } from '../store.ts'
import type { Application } from './application.ts'
import { leftOfApplication } from './chosen.ts'
import { exceeds } from './left.ts'

/** Refuses to apply more of a payment than is unapplied. Throws `amount_exceeds_remaining`. */
export function refuseBeyondUnapplied({ unapplied_amount }: LockedPayment, amount: bigint): void {
  if (amount > unapplied_amount) throw exceeds('/amount', `Only ${unapplied_amount} of the payment is unapplied.`)
}

/** How much of an application is reversed: all that is left of it unless it is said. Throws `payment_state`, `amount_exceeds_remaining`. */
export function partOf(application: Application, wanted: bigint | undefined): bigint {
  const left = leftOfApplication(application)
  if (left === 0n) throw new Problem('payment_state', 'The whole obligation has been reversed already.')
  const amount = wanted ?? left
  if (amount > left) throw exceeds('/amount', `Only ${left} of the obligation is left.`)
  return amount
}

/** The receivable that a payment may be applied to by hand. Throws what keeps it from that, at the pointer that is to blame. */
export function applicable(
  receivables: ReceivableIndex,
  { receivable_id, amount, pointer }: { receivable_id: Id; amount: bigint; pointer: string },
  payment: LockedPayment,
): Receivable {
  const receivable = receivables.get(receivable_id)
  if (!receivable) throw fieldProblem('no_balance', pointer, 'It has no balance to apply to.')
  if (receivable.customer_id !== payment.customer_id) {
    throw fieldProblem('customer_mismatch', pointer, 'It belongs to a different customer than the payment.')
  }
  const fault = explicitFault(amount, payment.currency, receivable)
  if (fault)
    throw fieldProblem(
      fault,
      fault === 'amount_exceeds_remaining' ? '/amount' : pointer,
      faultDetail(fault, receivable),
    )
  return receivable
}
