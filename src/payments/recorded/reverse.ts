import { z } from 'zod'
import type { Router } from '../../api/fastify.ts'
import { writeOperation } from '../../api/operation.ts'
import type { AppContext, RequestEnvironment } from '../../context.ts'
import { absentProblem } from '../../core/absent.ts'
import { formatInstant } from '../../core/clock.ts'
import { formatId, parseId } from '../../core/id/id.ts'
import { toNumber } from '../../core/money.ts'
import type { PaymentReversal } from '../../ledger/corrections/payment-reversal.ts'
import { reversePayment } from '../../ledger/corrections/reverse-payment.ts'
import { sentId } from '../../shapes/primitives.ts'
import * as schema from './schema.ts'

const params = z.object({ payment: sentId('payment') })

/** `POST /billing/payments/{payment}/reversals`: reverses a payment. */
export function paymentReverseRoute(router: Router, app: AppContext): void {
  writeOperation(
    router,
    app,
    {
      method: 'POST',
      url: '/billing/payments/:payment/reversals',
      id: 'reversePayment',
      tag: 'Payments',
      scope: 'payments',
      summary: 'Reverse a recorded payment, in whole or in part',
      description:
        'Takes the unapplied part first, then the obligations, newest first; then the same of the payments that its money became, newest first. Emits payment.reversed, and obligation.amount_reversed for each obligation that is reduced.',
      params,
      body: schema.createReversalBody,
      responses: { 201: schema.reversal },
      errors: ['payment_state', 'amount_exceeds_remaining', 'amount_out_of_range', 'card_number'],
    },
    async (connection, { params, body, context }) => {
      const payment_id = parseId('payment', params.payment)
      if (payment_id === undefined) throw absentProblem('payment', params.payment, { parameter: 'payment' })
      const amount = body.amount === undefined ? undefined : BigInt(body.amount)
      const { reversal, currency } = await reversePayment(connection, context, {
        payment_id,
        amount,
        reason: body.reason,
      })
      return { status: 201, body: renderReversal(context.environment, reversal, currency) }
    },
  )
}

function renderReversal(
  environment: Pick<RequestEnvironment, 'mode'>,
  reversal: PaymentReversal,
  currency: string,
): z.input<typeof schema.reversal> {
  return {
    id: formatId('reversal', reversal.id),
    payment_id: formatId('payment', reversal.payment_id),
    amount: toNumber(reversal.amount),
    unapplied_amount: toNumber(reversal.unapplied_amount),
    ...(reversal.transferred_amount > 0n && { transferred_amount: toNumber(reversal.transferred_amount) }),
    ...(reversal.uncovered_amount > 0n && { uncovered_amount: toNumber(reversal.uncovered_amount) }),
    currency,
    reason: reversal.reason,
    mode: environment.mode,
    created_at: formatInstant(reversal.created_at),
  }
}
