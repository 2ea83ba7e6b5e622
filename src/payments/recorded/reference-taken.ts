import { absentProblem } from '../../core/absent.ts'
import { formatId, type Id } from '../../core/id/id.ts'
import { type FieldError, Problem } from '../../core/problem.ts'
import { comparableReference } from '../../core/reference-text.ts'
import type { Queryable } from '../../database/pool.ts'
import type { ReferenceHolder } from '../../ledger/payments/command.ts'
import { differences, type Said } from './fingerprint.ts'
import { findPayment, type PaymentRow } from './store.ts'

/** A payment that the reference of a request names or has named, with what the request says otherwise. */
type Holder = { payment: PaymentRow; faults: FieldError[] }

/**
 * Looks at the payments that a reference names or has named, the present one first. Returns the one that was made of
 * this very request, or the refusal: with what differs from the present one, or with why the one that is to be replaced
 * cannot be.
 */
export async function resolveTaken(
  pool: Queryable,
  environmentId: number,
  said: Said,
  holders: ReferenceHolder[],
): Promise<Id | Problem> {
  const find = (id: Id) => findPayment(pool, environmentId, id)
  const found = await Promise.all(holders.map(({ payment_id }) => find(payment_id)))
  const known = found.flatMap((row, index): Holder[] => {
    const holder = holders[index]
    return row && holder ? [{ payment: row, faults: differences(said, holder.fingerprint, row) }] : []
  })
  const same = known.find(({ faults }) => faults.length === 0)
  if (same) return same.payment.id
  const [present] = known
  if (said.replaces === null) return present ? conflictWith(present) : stillRunning()
  const replaced = await find(said.replaces)
  if (!replaced) return absentProblem('payment', formatId('payment', said.replaces), { pointer: '/replaces' })
  const key = comparableReference(said.reference)
  const named = replaced.channel === said.channel && comparableReference(replaced.reference ?? '') === key
  if (!named) return notReplaceable(replaced, 'It was not recorded under this channel and reference.')
  if (present && present.payment.id !== replaced.id) {
    return notReplaceable(present.payment, `${formatId('payment', present.payment.id)} has replaced it already.`)
  }
  const left = replaced.amount - replaced.reversed_amount
  return left > 0n ? notReplaceable(replaced, `${left} of it is not reversed.`) : stillRunning()
}

function conflictWith({ payment, faults }: Holder): Problem {
  const members = faults.flatMap((one) => ('pointer' in one ? one.pointer.slice(1) : [])).join(', ')
  return new Problem('payment_reference_conflict', `The reference belongs to a payment with another ${members}.`, {
    errors: faults,
    payment_id: formatId('payment', payment.id),
  })
}

function notReplaceable(payment: PaymentRow, detail: string): Problem {
  return new Problem('payment_state', detail, {
    errors: [{ pointer: '/replaces', code: 'payment_state', detail }],
    payment_id: formatId('payment', payment.id),
  })
}

/** What stood in the way when the claim was made is there no more. */
function stillRunning(): Problem {
  return new Problem('idempotency_in_flight', 'A request with this reference is still running.', { retry_after_s: 1 })
}
