import { required } from '../../core/assert.ts'
import { type Id, newId } from '../../core/id/id.ts'
import { toNumber } from '../../core/money.ts'
import type { Connection } from '../../database/pool.ts'
import { type NewEvent, renderEvent, writeEvents } from '../../events/outbox.ts'
import type { DataOf, EventType } from '../../events/registry.ts'
import type { ChangeContext } from '../change.ts'
import type { LockedPayment } from '../store.ts'
import { disputeData } from './dispute-event.ts'
import { type DisputeRow, insertDispute, lockDispute, updateDispute } from './dispute-row.ts'
import { type DisputeFound, differs, isOver, mergeDispute, returnsMoney, takesMoney } from './dispute-state.ts'
import { giveBack } from './give-back.ts'
import { lockPayment } from './hold.ts'
import { findReversal, isTaken } from './payment-reversal.ts'
import { takeByProcessor } from './reverse-payment.ts'

/** Money that a processor took back for good. */
export type LateFailure = { reference: string; amount: bigint; reason: string }

/**
 * Brings a dispute to what its processor says of it. It may be called concurrently, any number of times and in any order: the lock on
 * the payment lets one through at a time, its status only moves forward, and its money is taken once and comes back once.
 * `next_check_at` is when the processor is asked again, unless it has ended. Throws `payment_state` for a payment whose money has not arrived.
 */
export async function settleDispute(
  connection: Connection,
  context: ChangeContext,
  payment_id: Id,
  found: DisputeFound,
  next_check_at: Date,
): Promise<void> {
  const payment = await lockPayment(connection, context, payment_id, { parameter: 'payment' })
  const before = await lockDispute(connection, payment, found.reference)
  const after = mergeDispute(before ?? unknownDispute(context, payment, found), found)
  const told: NewEvent[] = []
  const tell = <Type extends EventType>(type: Type, id: Id, data: DataOf<Type>) => {
    const { bucket } = payment
    told.push(
      renderEvent(context.environment, { id, bucket, type, subject_id: after.id, created_at: context.now, data }),
    )
  }
  if (before && !differs(before, after) && !takesMoney(after, found) && !returnsMoney(after, found)) return
  if (takesMoney(after, found)) {
    const { amount, reason, processor_reference } = after
    const reversal = await takeByProcessor(connection, context, payment, { amount, reason, processor_reference })
    Object.assign(after, { reversal_id: reversal.id, lost_amount: reversal.uncovered_amount })
  }
  const back = returnsMoney(after, found) ? await bringBack(connection, context, payment, after) : undefined
  const hasEnded = isOver(after.status)
  Object.assign(after, { next_check_at: hasEnded ? null : next_check_at, updated_at: context.now })
  if (!before) tell('dispute.created', after.id, disputeData(after))
  else after.version += 1n
  if (hasEnded) {
    if (!before) after.version += 1n
    after.closing_id = back?.transaction_id ?? newId(payment.bucket, context.now.getTime())
    after.closed_at = context.now
    tell('dispute.closed', after.closing_id, {
      ...disputeData(after),
      ...(back && back.losses > 0n && { losses_amount: toNumber(back.losses) }),
      ...(back && back.transferred.length > 0 && { transferred: back.transferred }),
    })
  } else {
    Object.assign(after, { closing_id: null, closed_at: null })
    if (before) tell('dispute.updated', newId(payment.bucket, context.now.getTime()), disputeData(after))
  }
  await Promise.all([
    before ? updateDispute(connection, after) : insertDispute(connection, after),
    writeEvents(connection, told),
  ])
}

/** Books a late failure, once, by the name that its processor gives it. Throws `payment_state`. */
export async function settleLateFailure(
  connection: Connection,
  context: ChangeContext,
  payment_id: Id,
  { reference, amount, reason }: LateFailure,
): Promise<void> {
  const payment = await lockPayment(connection, context, payment_id, { parameter: 'payment' })
  if (await isTaken(connection, payment, reference)) return
  await takeByProcessor(connection, context, payment, { amount, reason, processor_reference: reference })
}

function unknownDispute(
  { now }: ChangeContext,
  { bucket, environment_id, id, customer_id, processor, currency }: LockedPayment,
  { reference, amount, reason }: DisputeFound,
): DisputeRow {
  return {
    id: newId(bucket, now.getTime()),
    bucket,
    environment_id,
    payment_id: id,
    customer_id,
    processor: required(processor, 'only a payment of a processor is disputed'),
    processor_reference: reference,
    currency,
    amount,
    reason,
    status: 'warning',
    respond_by: null,
    reversal_id: null,
    reinstatement_id: null,
    reinstated_at: null,
    closing_id: null,
    closed_at: null,
    next_check_at: null,
    version: 1n,
    created_at: now,
    updated_at: now,
    lost_amount: null,
  }
}

async function bringBack(
  connection: Connection,
  context: ChangeContext,
  payment: LockedPayment,
  dispute: DisputeRow,
): ReturnType<typeof giveBack> {
  const id = required(dispute.reversal_id, 'only what was taken comes back')
  const reversal = await findReversal(connection, payment, id)
  const back = await giveBack(connection, context, payment, reversal, `clearing:${dispute.processor}`)
  Object.assign(dispute, { reinstatement_id: back.transaction_id, reinstated_at: context.now })
  return back
}
