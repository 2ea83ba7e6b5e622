import { formatInstant } from '../../core/clock.ts'
import { formatId, type Id } from '../../core/id/id.ts'
import { toNumber } from '../../core/money.ts'
import { type EventEnvironment, type NewEvent, renderEvent } from '../../events/outbox.ts'
import type { DataOf } from '../../events/registry.ts'
import type { ChangeContext } from '../change.ts'
import type { LockedPayment } from '../store.ts'
import type { CaptureRow } from './capture-row.ts'

/** `payment.succeeded` of a payment that was authorised at an instant. */
export function authorisedEvent(
  { environment, now }: ChangeContext,
  payment: LockedPayment,
  { id, at }: { id: Id; at: Date },
): NewEvent {
  const data = { ...paymentData(environment, payment, now), received_at: formatInstant(at) }
  return told({ environment, now }, payment, { id, type: 'payment.succeeded', data })
}

/** `payment.captured`, or `payment.voided`, with the payment as it is then. */
export function captureEvent({ environment, now }: ChangeContext, payment: LockedPayment, row: CaptureRow, id: Id) {
  const shared = {
    id: formatId('capture', row.id),
    amount: toNumber(row.amount),
    created_at: formatInstant(row.created_at),
  }
  const data = paymentData(environment, payment, now)
  const sent = Object.keys(row.metadata).length > 0 ? row.metadata : undefined
  return row.kind === 'capture'
    ? told({ environment, now }, payment, {
        id,
        type: 'payment.captured',
        data: { ...data, capture: shared, ...(sent && { capture_metadata: sent }) },
      })
    : told({ environment, now }, payment, {
        id,
        type: 'payment.voided',
        data: { ...data, void: { ...shared, reason: row.reason ?? 'requested' }, ...(sent && { void_metadata: sent }) },
      })
}

type Told = 'payment.succeeded' | 'payment.captured' | 'payment.voided'

function told<Type extends Told>(
  { environment, now }: Pick<ChangeContext, 'environment' | 'now'>,
  { id: subject_id, bucket }: LockedPayment,
  event: { id: Id; type: Type; data: DataOf<Type> },
): NewEvent {
  return renderEvent(environment, { ...event, bucket, subject_id, created_at: now })
}

/** A payment that is captured by hand, with its authorisation, as the change leaves it. */
function paymentData({ mode }: EventEnvironment, payment: LockedPayment, now: Date) {
  const { customer_id, checkout_id, method_details, received_at, authorised_until } = payment
  return {
    id: formatId('payment', payment.id),
    status: 'succeeded' as const,
    ...(customer_id !== null && { customer_id: formatId('customer', customer_id) }),
    ...(checkout_id !== null && { payment_session_id: formatId('payment_session', checkout_id) }),
    channel: payment.channel,
    amount: toNumber(payment.amount),
    currency: payment.currency,
    capture_method: 'manual' as const,
    authorised_amount: toNumber(payment.authorised_amount ?? 0n),
    paid_amount: toNumber(payment.captured_amount ?? 0n),
    voided_amount: toNumber(payment.voided_amount ?? 0n),
    ...(authorised_until !== null && { authorization_expires_at: formatInstant(authorised_until) }),
    applied_amount: toNumber(payment.applied_amount),
    unapplied_amount: toNumber(payment.unapplied_amount),
    direct_amount: toNumber(payment.direct_amount),
    ...(method_details !== null && { payment_method_details: method_details }),
    metadata: payment.metadata,
    mode,
    ...(received_at !== null && { received_at: formatInstant(received_at) }),
    created_at: formatInstant(payment.created_at),
    updated_at: formatInstant(now),
    // What writes the change raises it by one.
    object_version: toNumber(payment.version + 1n),
  }
}
