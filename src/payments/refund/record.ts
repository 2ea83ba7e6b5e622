import { z } from 'zod'
import type { Router } from '../../api/fastify.ts'
import { writeOperation } from '../../api/operation.ts'
import type { AppContext } from '../../context.ts'
import { effectiveAt } from '../../core/effective-at.ts'
import { refuseClosedPeriod } from '../../ledger/books.ts'
import { sendRefund } from '../../ledger/corrections/send-refund.ts'
import { sentId } from '../../shapes/primitives.ts'
import { readRefund } from './input.ts'
import { claimReference } from './reference.ts'
import { renderRefund } from './render.ts'
import * as schema from './schema.ts'

/** `POST /billing/payments/{payment}/refunds`: records a refund that the merchant sent. */
export function refundRecordRoute(router: Router, app: AppContext): void {
  writeOperation(
    router,
    app,
    {
      method: 'POST',
      url: '/billing/payments/:payment/refunds',
      id: 'recordRefund',
      tag: 'Refunds',
      scope: 'refunds',
      summary: 'Record that money of a recorded payment was sent back',
      description:
        'The same request under the same reference returns 200 with the first refund; any other is a conflict that says what differs. Emits obligation.amount_reversed for each obligation that is reduced, and payment.refunded.',
      params: z.object({ payment: sentId('payment') }),
      body: schema.recordRefundBody,
      responses: schema.recordedRefund,
      errors: [
        'not_found',
        'payment_state',
        'refund_reference_conflict',
        'amount_exceeds_remaining',
        'amount_out_of_range',
        'invalid_allocation',
        'invalid_dates',
        'period_closed',
        'card_number',
      ],
    },
    async (connection, { params, body, context }) => {
      const { environment, now } = context
      const { channel, reference } = body
      const refunded_at =
        body.refunded_at === undefined ? undefined : effectiveAt(body.refunded_at, now, '/refunded_at')
      const way = { kind: 'external', channel, reference, refunded_at } as const
      const said = { ...readRefund(context, params.payment, body), way }
      const same = await claimReference(connection, environment.id, said)
      if (!same) await refuseClosedPeriod(connection, environment.id, refunded_at, '/refunded_at')
      const row = same ?? (await sendRefund(connection, context, said))
      return { status: same ? 200 : 201, body: renderRefund(environment, row) }
    },
    { committed: app.eventsCommitted },
  )
}
