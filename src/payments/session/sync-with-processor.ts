import { assert } from '../../core/assert.ts'
import type { Id } from '../../core/id/id.ts'
import type { Platform } from '../../api/platform.ts'
import { renderProblem } from '../../api/problems.ts'
import type { PaymentOrder } from '../../ledger/payments/command.ts'
import type { ChargeState } from '../processor/processor.ts'
import { processorFor } from '../processor/registry.ts'
import { findPagePayment, moveStatus, type PagePayment } from './store.ts'

const pendingCheckMs = 1_000

/**
 * Asks the processor what became of a payment, and brings the payment to that: applied, failed, or still on its way. May be
 * called by anybody, any number of times, at once: the payment's row lock and status in the ledger let one application through.
 * Returns the payment as it then stands; `undefined` when there is none.
 */
export async function settlePayment(
  platform: Platform,
  environmentId: number,
  paymentId: Id,
  requestId: string,
): Promise<PagePayment | undefined> {
  const payment = await findPagePayment(platform.pool, environmentId, paymentId)
  if (!payment || payment.status === 'succeeded' || payment.processor_reference === null) return payment
  const processor = processorFor(platform, { id: environmentId, mode: payment.mode })
  if (processor?.name !== payment.processor) return payment
  const charge = await processor.fetch(payment.processor_reference)
  if (charge.status === 'open') return payment
  if (charge.status === 'succeeded') {
    const { processor_reference } = payment
    const outcome = await platform.payments.apply(
      orderOf(platform, { ...payment, processor_reference }, charge, requestId),
    )
    assert(outcome.kind === 'applied' || outcome.kind === 'settled_before', 'money that arrived is never refused')
  } else await noteProgress(platform, payment, charge)
  return findPagePayment(platform.pool, environmentId, paymentId)
}

async function noteProgress(
  { pool, clock }: Platform,
  payment: PagePayment,
  charge: Extract<ChargeState, { status: 'pending' | 'failed' }>,
): Promise<void> {
  const now = clock.now()
  const { method_details } = charge
  if (charge.status === 'pending') {
    const next_check_at = new Date(now.getTime() + pendingCheckMs)
    await moveStatus(pool, payment, { status: 'processing', now, next_check_at, method_details })
  } else {
    const last_payment_error = { ...charge.decline, timestamp: now.toISOString() }
    await moveStatus(pool, payment, { status: 'failed', now, method_details, last_payment_error })
  }
}

/**
 * Money that has arrived is never refused: what no longer fits the debt that it was meant for stays unapplied. `received_at` is
 * the processor's time, however late we asked.
 */
function orderOf(
  platform: Platform,
  payment: PagePayment & { processor_reference: string },
  charge: Extract<ChargeState, { status: 'succeeded' }>,
  requestId: string,
): PaymentOrder {
  return {
    environment: { id: payment.environment_id, mode: payment.mode },
    request_id: requestId,
    claim: {
      kind: 'settle',
      processor_reference: payment.processor_reference,
      method_details: charge.method_details,
    },
    payment: {
      id: payment.id,
      customer_id: payment.customer_id,
      amount: payment.amount,
      currency: payment.currency,
      channel: 'card',
      clearing: payment.processor,
      received_at: charge.at,
      metadata: payment.metadata,
    },
    target: { kind: 'policy', policy: 'in_order', scope: { receivables: [payment.target_id] } },
    render: () => ({ status: 200, body: '' }),
    renderProblem: (problem) => renderProblem(problem, platform, '/'),
  }
}
