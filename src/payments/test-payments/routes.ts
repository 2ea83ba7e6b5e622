import type { Router } from '../../api/fastify.ts'
import { writeOperation } from '../../api/operation.ts'
import type { AppContext } from '../../context.ts'
import { checkoutTargetErrors } from '../checkout/target.ts'
import { renderBillingPayment } from '../recorded/render.ts'
import { billingPayment } from '../recorded/schema.ts'
import { readPayment } from '../recorded/store.ts'
import { createTestPaymentBody } from './schema.ts'
import { playPayment } from './service.ts'

/** `POST /test/payments`: what a payer does, for a merchant's own tests. */
export function testPaymentRoutes(router: Router, app: AppContext): void {
  writeOperation(
    router,
    app,
    {
      method: 'POST',
      url: '/test/payments',
      id: 'createTestPayment',
      tag: 'Payments',
      scope: 'payments',
      summary: 'Pay as a payer would, in a test environment',
      description:
        'The payment goes the way of one that a payer makes on a page, through the simulator, with the outcome that you name. Live keys get 404. Sent again after a server was killed in the middle of it, it pays once more, as a second payer would.',
      body: createTestPaymentBody,
      responses: { 201: billingPayment },
      etag: true,
      errors: [
        ...checkoutTargetErrors,
        'currency_required',
        'payment_request_state',
        'payment_session_state',
        'not_supported',
      ],
    },
    // The transaction holds the Idempotency-Key only: what a payer does takes several of its own.
    async (_connection, { body, context }) => {
      const id = await playPayment(app, context, body)
      const { row, obligations } = await readPayment(app.pool, context.environment.id, id)
      const payment = renderBillingPayment(context.environment, row, obligations)
      return { status: 201, body: payment, etag: `"${row.version}"` }
    },
    { committed: app.eventsCommitted },
  )
}
