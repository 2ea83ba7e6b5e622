import { absentProblem } from '../../core/absent.ts'
import { formatId, type Id } from '../../core/id/id.ts'
import { fieldProblem } from '../../core/problem.ts'
import type { Connection } from '../../database/pool.ts'
import type { ChangeContext } from '../change.ts'
import { lockReceivables } from '../store.ts'
import { applicable, partOf, refuseBeyondUnapplied } from './applicable.ts'
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
  refuseBeyondUnapplied(payment, input.amount)
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
