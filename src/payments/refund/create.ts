import { z } from 'zod'
import type { Router } from '../../api/fastify.ts'
import { beginOnce, storedResponse } from '../../api/idempotency.ts'
import { groupedOperation } from '../../api/operation.ts'
import type { RenderedResponse } from '../../api/response.ts'
import type { AppContext, RequestContext } from '../../context.ts'
import { required } from '../../core/assert.ts'
import { Problem } from '../../core/problem.ts'
import { findRefund } from '../../ledger/corrections/refund-row.ts'
import { sendRefund } from '../../ledger/corrections/send-refund.ts'
import { sentId } from '../../shapes/primitives.ts'
import { processorNamed } from '../processor/registry.ts'
import { checkApart } from '../session/apart.ts'
import { readRefund } from './input.ts'
import * as schema from './schema.ts'
import { type RefundApp, respond, syncRefund } from './sync.ts'

// Longer than a processor may take to answer: until then the request that sends the refund looks after it.
const firstCheckMs = 30_000
const failed = 'a refund could not be sent yet'

/** `POST /collect/payments/{payment}/refunds`: refunds a payment through its processor. */
export function refundCreateRoute(router: Router, app: AppContext): void {
  groupedOperation(
    router,
    app,
    {
      method: 'POST',
      url: '/collect/payments/:payment/refunds',
      id: 'createRefund',
      tag: 'Refunds',
      scope: 'refunds',
      summary: 'Refund a payment through its processor',
      description:
        'The money is taken out of the payment at once, and payment.refunded tells when the processor has sent it. Where that fails the money comes back, which payment.refund_failed tells.',
      params: z.object({ payment: sentId('payment') }),
      body: schema.createRefundBody,
      responses: { 201: schema.refund },
      errors: [
        'not_found',
        'payment_state',
        'amount_exceeds_remaining',
        'amount_out_of_range',
        'invalid_allocation',
        'processor_limit',
        'card_number',
      ],
    },
    ({ params, body, context }) => createRefund(app, context, params.payment, body),
  )
}

type App = RefundApp & Pick<AppContext, 'log' | 'outage'>

/**
 * Refunds a payment through its processor: the refund is written and the money taken out of the payment, then the processor is
 * called with no transaction open, then its answer is written. When the process is killed in between, the job `sync-refunds` goes on
 * from there, and the key gets its response from that.
 */
async function createRefund(
  app: App,
  context: RequestContext,
  payment: string,
  body: schema.CreateRefund,
): Promise<RenderedResponse> {
  const { environment, idempotency, now } = context
  const key = idempotency && { key: idempotency.key, response_id: idempotency.response_id }
  const way = { kind: 'processor', key, next_check_at: new Date(now.getTime() + firstCheckMs) } as const
  const refund = { ...readRefund(context, payment, body), way }
  const begun = await beginOnce(app, context, async (connection) => {
    const row = await sendRefund(connection, context, refund)
    const processor = await processorNamed(app, environment, row.processor ?? '', connection)
    if (!processor) throw new Problem('processor_limit', `${row.processor} is not set up any more.`)
    if (!processor.refund) throw new Problem('processor_limit', `${row.processor} cannot send money back.`)
    return row
  })
  if (begun.kind === 'response') return begun.response
  app.eventsCommitted()
  const { id, payment_id } = begun.value
  await checkApart(app, payment_id, failed, () => syncRefund(app, environment.id, id, context))
  if (idempotency) {
    const { replayed: _, ...first } = await storedResponse(app, idempotency)
    return first
  }
  const row = required(await findRefund(app.pool, environment.id, id), 'a refund stays')
  return respond(environment, row)
}
