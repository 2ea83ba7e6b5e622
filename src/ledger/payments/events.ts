import { formatInstant } from '../../core/clock.ts'
import { bucketOf, formatId, newId } from '../../core/id/id.ts'
import { type NewEvent, renderEvent } from '../../events/outbox.ts'
import { appliedToOf, ownerField, type Receivable, type ReceivableIndex } from '../receivable.ts'
import type { AppliedLine, AppliedPayment, PaymentExplanation } from './command.ts'

// A payment over a thousand bills would otherwise put a thousand lines into each of a thousand events.
const shownLinesMax = 20

/** The events of one applied payment: one for each application, and one when money stays unapplied. */
export function paymentEvents(applied: AppliedPayment, receivables: ReceivableIndex): NewEvent[] {
  const { command, explanation, recorded_at } = applied
  const { payment, environment } = command
  const shared = {
    currency: payment.currency,
    payment_id: formatId('payment', payment.id),
    metadata: payment.metadata,
    created_at: formatInstant(recorded_at),
    updated_at: formatInstant(recorded_at),
    explanation: shorten(explanation),
  }
  const bucket = bucketOf(payment.id)
  const events = applied.lines.map((line) =>
    renderEvent(environment, {
      id: line.obligation_id,
      bucket,
      type: 'obligation.amount_applied',
      subject_id: line.obligation_id,
      created_at: recorded_at,
      data: { ...lineData(line, receivables.get(line.receivable_id) as Receivable), ...shared },
    }),
  )
  if (applied.unapplied_amount === 0n) return events
  const unapplied = renderEvent(environment, {
    id: newId(bucket, recorded_at.getTime()),
    bucket,
    type: 'payment.amount_unapplied',
    subject_id: payment.id,
    created_at: recorded_at,
    data: {
      ...shared,
      amount: Number(applied.unapplied_amount),
      customer_id: formatId('customer', applied.customer_id),
    },
  })
  return [...events, unapplied]
}

function lineData(line: AppliedLine, receivable: Receivable) {
  return {
    id: formatId('obligation', line.obligation_id),
    amount: Number(line.amount),
    ...ownerField(receivable),
    applied_to: appliedToOf(receivable),
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
