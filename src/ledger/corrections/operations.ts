import { absentProblem } from '../../core/absent.ts'
import { formatId, type Id } from '../../core/id/id.ts'
import { fieldProblem, Problem } from '../../core/problem.ts'
import type { Connection } from '../../database/pool.ts'
import { explicitFault } from '../allocation.ts'
import type { ChangeContext } from '../change.ts'
import { faultDetail } from '../payments/decide.ts'
import type { Receivable, ReceivableIndex } from '../receivable.ts'
import { type LockedPayment, lockReceivables } from '../store.ts'
import { type Application, findApplication } from './application.ts'
import { Correction } from './correction-journal.ts'
import { lockPayment, receivableOf } from './hold.ts'

/** Applies unapplied money of a payment to a receivable later. Throws problems with the pointers of the request. */
export async function applyUnapplied(
  connection: Connection,
  context: ChangeContext,
  input: { payment_id: Id; receivable_id: Id; amount: bigint; pointer: string },
): Promise<Application> {
  const payment = await lockPayment(connection, context, input.payment_id, { pointer: '/payment' })
  const receivables = await lockReceivables(connection, {
    ids: [input.receivable_id],
    environments: [context.environment.id],
  })
  if (input.amount > payment.unapplied_amount) {
    throw fieldProblem(
      'amount_exceeds_remaining',
      '/amount',
      `Only ${payment.unapplied_amount} of the payment is unapplied.`,
    )
  }
  const receivable = applicable(receivables, input, payment)
  const correction = new Correction(context, payment)
  const application = correction.apply(receivable, input.amount)
  await correction.write(connection)
  return application
}

/** Reverses an application to unapplied, in whole or in part. Throws `not_found`, `amount_exceeds_remaining`. */
export async function reverseApplication(
  connection: Connection,
  context: ChangeContext,
  input: { application_id: Id; amount: bigint | undefined; reason: string },
): Promise<Application> {
  const held = await holdApplication(connection, context, input.application_id)
  const amount = partOf(held.application, input.amount)
  const receivables = await lockReceivables(connection, {
    ids: [held.application.receivable_id],
    environments: [context.environment.id],
  })
  const correction = new Correction(context, held.payment)
  correction.unapply(held.application, receivableOf(receivables, held.application), amount, input.reason)
  await correction.write(connection)
  return held.application
}

/** Reverses an application and applies the money to another receivable of the same customer, in one transaction. */
export async function moveApplication(
  connection: Connection,
  context: ChangeContext,
  input: { application_id: Id; amount: bigint | undefined; receivable_id: Id; pointer: string },
): Promise<Application> {
  const held = await holdApplication(connection, context, input.application_id)
  const amount = partOf(held.application, input.amount)
  if (input.receivable_id === held.application.receivable_id) {
    throw fieldProblem('invalid_allocation', input.pointer, 'The obligation is already on this target.')
  }
  const receivables = await lockReceivables(connection, {
    ids: [held.application.receivable_id, input.receivable_id],
    environments: [context.environment.id],
  })
  const correction = new Correction(context, held.payment)
  correction.unapply(held.application, receivableOf(receivables, held.application), amount, 'moved')
  const receivable = applicable(receivables, { ...input, amount }, held.payment)
  const application = correction.apply(receivable, amount)
  await correction.write(connection)
  return application
}

async function holdApplication(connection: Connection, context: ChangeContext, id: Id) {
  const environmentId = context.environment.id
  const found = await findApplication(connection, environmentId, id)
  if (!found) throw absentProblem('obligation', formatId('obligation', id), { parameter: 'obligation' })
  const payment = await lockPayment(connection, context, found.payment_id, { parameter: 'obligation' })
  const application = await findApplication(connection, environmentId, id, { lock: true })
  return { payment, application: application ?? found }
}

function partOf(application: Application, wanted: bigint | undefined): bigint {
  const left = application.amount - application.reversed_amount
  if (left === 0n) throw new Problem('payment_state', 'The whole obligation has been reversed already.')
  if (wanted !== undefined && wanted > left) {
    throw fieldProblem('amount_exceeds_remaining', '/amount', `Only ${left} of the obligation is left.`)
  }
  return wanted ?? left
}

function applicable(
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
