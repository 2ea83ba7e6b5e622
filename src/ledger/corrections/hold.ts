import { absentProblem } from '../../core/absent.ts'
import { formatId, type Id } from '../../core/id/id.ts'
import { type InputPlace, Problem } from '../../core/problem.ts'
import type { Connection } from '../../database/pool.ts'
import type { ChangeContext } from '../change.ts'
import type { Receivable, ReceivableIndex } from '../receivable.ts'
import { type LockedPayment, lockPayments } from '../store.ts'
import type { Application } from './application.ts'

/** Locks a payment whose money has arrived. Throws `not_found`, or `payment_state` for any other. */
export async function lockPayment(
  connection: Connection,
  context: ChangeContext,
  id: Id,
  place: InputPlace,
): Promise<LockedPayment> {
  const payment = (await lockPayments(connection, [id], [context.environment.id])).get(id)
  if (!payment) throw absentProblem('payment', formatId('payment', id), place)
  if (payment.status !== 'succeeded') throw new Problem('payment_state', `The payment is ${payment.status}.`)
  return payment
}

/** The locked receivable of an application. */
export function receivableOf(
  receivables: ReceivableIndex,
  application: Pick<Application, 'receivable_id'>,
): Receivable {
  const receivable = receivables.get(application.receivable_id)
  if (!receivable) throw new Problem('not_found', 'The receivable that was paid does not exist.')
  return receivable
}
