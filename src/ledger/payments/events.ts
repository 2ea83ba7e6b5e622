import { showInstant } from '../../core/clock.ts'
import { bucketOf, type Id, newId, showId } from '../../core/id/id.ts'
import { type NewEvent, renderEvent } from '../../events/registry.ts'
import { appliedTo, paidMember, type Receivable, type ReceivableIndex } from '../receivable.ts'
import type { AppliedLine, AppliedPayment, PaymentExplanation } from './command.ts'

// A payment over a thousand bills would otherwise put a thousand lines into each of a thousand events.
const shownLinesMax = 20

/** The events of one applied payment: one for each application, and one when money stays unapplied. */
export function paymentEvents(applied: AppliedPayment, receivables: ReceivableIndex): NewEvent[] {
  const { order, explanation, recorded_at } = applied
  const { payment, environment } = order
  const shared = {
    currency: payment.currency,
    payment_id: showId('payment', payment.id),
    metadata: payment.metadata,
    created_at: showInstant(recorded_at),
    updated_at: showInstant(recorded_at),
    explanation: shorten(explanation),
  }
  const bucket = bucketOf(payment.id)
  const event = (type: NewEvent['type'], id: Id, subject_id: Id, data: Record<string, unknown>) =>
    renderEvent(environment, { id, bucket, type, subject_id, created_at: recorded_at, data })
  const events = applied.lines.map((line) =>
    event('obligation.amount_applied', line.obligation_id, line.obligation_id, {
      ...lineData(line, receivables.get(line.receivable_id) as Receivable),
      ...shared,
    }),
  )
  if (applied.unapplied_amount > 0n) {
    events.push(
      event('payment.amount_unapplied', newId(bucket, recorded_at.getTime()), payment.id, {
        ...shared,
        amount: Number(applied.unapplied_amount),
        customer_id: showId('customer', applied.customer_id),
      }),
    )
  }
  return events
}

function lineData(line: AppliedLine, receivable: Receivable): Record<string, unknown> {
  return {
    id: showId('obligation', line.obligation_id),
    amount: Number(line.amount),
    ...paidMember(receivable),
    applied_to: appliedTo(receivable),
    balance_before: Number(line.balance_after + line.amount),
    balance_after: Number(line.balance_after),
  }
}

function shorten(explanation: PaymentExplanation): PaymentExplanation & { applied_count: number } {
  return {
    ...explanation,
    applied: explanation.applied.slice(0, shownLinesMax),
    skipped: explanation.skipped.slice(0, shownLinesMax),
    applied_count: explanation.applied.length,
  }
}
