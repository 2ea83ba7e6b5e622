import { laterOf } from '../../core/clock.ts'
import type { Id } from '../../core/id/id.ts'
import { fieldProblem, Problem } from '../../core/problem.ts'
import type { LockedPayment } from '../store.ts'

/** How a refund is sent: by whoever records it, or through the processor that took the payment. */
export type RefundWay =
  | { kind: 'external'; channel: string; reference: string; refunded_at: Date | undefined }
  | {
      kind: 'processor'
      /** The key that waits for its response. */
      key: { key: string; response_id: Id } | undefined
      next_check_at: Date
    }

/** Refuses the way that is not the payment's: what a processor took it sends back, and nothing else. Throws `payment_state`. */
export function refuseOtherWay({ processor }: LockedPayment, way: RefundWay): void {
  if (way.kind === 'external' && processor !== null) {
    throw new Problem(
      'payment_state',
      'This payment went through a processor, which has to send it back: use POST /collect/payments/{payment}/refunds.',
    )
  }
  if (way.kind === 'processor' && processor === null) {
    throw new Problem(
      'payment_state',
      'This payment was recorded, and no processor can send it back: send the money, then use POST /billing/payments/{payment}/refunds.',
    )
  }
}

/** When the money was sent: no earlier than it was received. Throws `invalid_dates`. */
export function refundedAt({ received_at }: LockedPayment, way: RefundWay, now: Date): Date {
  const sent = way.kind === 'external' ? way.refunded_at : undefined
  // What came in a little ahead of our clock goes out no earlier.
  if (sent === undefined) return laterOf(now, received_at ?? now)
  const received = received_at ?? sent
  if (sent >= received) return sent
  throw fieldProblem('invalid_dates', '/refunded_at', `The payment was received at ${received.toISOString()}.`)
}

/** What a refund has by its way: by hand it has succeeded, through a processor it is pending. */
export function wayColumns({ processor }: LockedPayment, way: RefundWay, now: Date) {
  const none = { idempotency_key: null, response_id: null, next_check_at: null }
  if (way.kind === 'external') {
    const { channel, reference } = way
    return { status: 'succeeded' as const, channel, reference, processor: null, succeeded_at: now, ...none }
  }
  return {
    status: 'pending' as const,
    channel: null,
    reference: null,
    processor,
    succeeded_at: null,
    idempotency_key: way.key?.key ?? null,
    response_id: way.key?.response_id ?? null,
    next_check_at: way.next_check_at,
  }
}
