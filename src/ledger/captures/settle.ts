import { assert, required } from '../../core/assert.ts'
import { type Id, newId } from '../../core/id/id.ts'
import type { Connection } from '../../database/pool.ts'
import type { VoidReason } from '../../shapes/capture.ts'
import type { ChangeContext } from '../change.ts'
import { type LockedPayment, lockPayments } from '../store.ts'
import {
  type AuthorisedPayment,
  type Ended,
  endedWithoutUs,
  isAuthorised,
  reasonOfRelease,
} from './authorised-amount.ts'
import { type CaptureFailure, type CaptureRow, findCapture, insertCapture, updateCapture } from './capture-row.ts'
import { lockDestination, Settlement } from './settlement.ts'

/** What a processor says of a capture or a void; of one that did not come about, with what it says of the authorisation. */
export type CaptureOutcome = { kind: 'done' } | { kind: 'failed'; failure: CaptureFailure; ended: Ended | undefined }

/**
 * Brings a capture or a void to what its processor says of it. It may be called concurrently and any number of times: the lock on
 * the payment and the status let one through. Returns it as it is afterwards.
 */
export async function settleCapture(
  connection: Connection,
  context: ChangeContext,
  { id, payment_id }: Pick<CaptureRow, 'id' | 'payment_id'>,
  outcome: CaptureOutcome,
): Promise<CaptureRow> {
  const payment = await lockOne(connection, context, payment_id)
  assert(isAuthorised(payment), 'only what was authorised is captured or voided')
  const found = await findCapture(connection, context.environment.id, id, { lock: true })
  const before = required(found, 'a capture stays')
  if (before.status !== 'pending') return before
  const settlement = new Settlement(context, payment)
  settlement.release(before)
  const settled = { ...before, updated_at: context.now, next_check_at: null }
  if (outcome.kind === 'failed') {
    const row: CaptureRow = { ...settled, status: 'failed', failure: outcome.failure }
    settlement.fail(row, updateCapture)
    if (outcome.ended) await follow(connection, context, payment, settlement, outcome.ended)
    await settlement.write(connection)
    return row
  }
  const row: CaptureRow = { ...settled, status: 'succeeded' }
  if (row.kind === 'void') settlement.letGo(row, updateCapture)
  else {
    settlement.capture(row, await lockDestination(connection, context, payment), updateCapture)
    const rest = row.released_amount
    if (rest > 0n) settlement.letGo(newRow(context, payment, 'void', rest, 'partial_capture'), insertCapture)
  }
  await settlement.write(connection)
  return row
}

/** Brings a payment to what has become of its authorisation at the processor without us, if anything has. */
export async function followAuthorisation(
  connection: Connection,
  context: ChangeContext,
  payment_id: Id,
  ended: Ended,
): Promise<void> {
  const payment = await lockOne(connection, context, payment_id)
  if (!isAuthorised(payment)) return
  const settlement = new Settlement(context, payment)
  if (await follow(connection, context, payment, settlement, ended)) await settlement.write(connection)
}

/** Enters what was captured or let go of at the processor beyond what is known here. Returns whether anything was. */
async function follow(
  connection: Connection,
  context: ChangeContext,
  payment: AuthorisedPayment,
  settlement: Settlement,
  ended: Ended,
): Promise<boolean> {
  const { captured, released } = endedWithoutUs(payment, ended)
  if (captured > 0n) {
    const destination = await lockDestination(connection, context, payment)
    settlement.capture(newRow(context, payment, 'capture', captured, null), destination, insertCapture)
  }
  if (released > 0n) {
    const reason = reasonOfRelease(payment, context.now)
    settlement.letGo(newRow(context, payment, 'void', released, reason), insertCapture)
  }
  return captured > 0n || released > 0n
}

async function lockOne(connection: Connection, { environment }: ChangeContext, id: Id): Promise<LockedPayment> {
  return required((await lockPayments(connection, [id], [environment.id])).get(id), 'a payment stays')
}

/** One that nobody asked for here, and that has happened. */
function newRow(
  { now }: ChangeContext,
  { id: payment_id, bucket, environment_id }: LockedPayment,
  kind: CaptureRow['kind'],
  amount: bigint,
  reason: VoidReason | null,
): CaptureRow {
  return {
    id: newId(bucket, now.getTime()),
    bucket,
    environment_id,
    payment_id,
    kind,
    status: 'succeeded',
    amount,
    released_amount: 0n,
    reason,
    metadata: {},
    failure: null,
    told_id: null,
    obligation_ids: null,
    idempotency_key: null,
    response_id: null,
    next_check_at: null,
    created_at: now,
    updated_at: now,
  }
}
