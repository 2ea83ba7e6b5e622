import { formatId, type Id, newId } from '../../core/id/id.ts'
import { toNumber } from '../../core/money.ts'
import { type EventEnvironment, type NewEvent, renderEvent } from '../../events/outbox.ts'
import type { DataOf } from '../../events/registry.ts'
import { type CheckoutRow, renderRequest, renderSession } from './checkout.ts'

type Change = 'created' | 'updated' | 'paid'

/** The event of one change of a payment request or payment session, which it shows whole. */
export function checkoutEvent(environment: EventEnvironment, row: CheckoutRow, change: Change, now: Date): NewEvent {
  const { bucket, id: subject_id, version } = row
  const shared = { id: newId(bucket, now.getTime()), bucket, subject_id, created_at: now }
  const object_version = toNumber(version)
  if (row.kind === 'request') {
    const data = { ...renderRequest(environment, row, now), object_version }
    return renderEvent(environment, { ...shared, type: `payment_request.${change}`, data })
  }
  const data = { ...renderSession(environment, row, now), object_version }
  const type = change === 'paid' ? 'payment_session.completed' : (`payment_session.${change}` as const)
  return renderEvent(environment, { ...shared, type, data })
}

/** An attempt to pay that did not succeed. */
export type FailedAttempt = Omit<DataOf<'payment.attempt_failed'>, 'object_version' | 'id' | 'status' | 'mode'> & {
  id: Id
  bucket: number
  version: bigint
}

/** The event of an attempt that failed: `payment.failed` where nothing of its kind may follow. */
export function attemptEvent(
  environment: EventEnvironment,
  { id, bucket, version, ...attempt }: FailedAttempt,
  type: 'payment.attempt_failed' | 'payment.failed',
  now: Date,
): NewEvent {
  const data = {
    id: formatId('payment', id),
    status: 'failed' as const,
    ...attempt,
    mode: environment.mode,
    object_version: toNumber(version),
  }
  return renderEvent(environment, {
    id: newId(bucket, now.getTime()),
    bucket,
    type,
    subject_id: id,
    created_at: now,
    data,
  })
}
