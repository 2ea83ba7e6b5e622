import { z } from 'zod'
import type { Router } from '../../api/fastify.ts'
import { readOperation } from '../../api/operation.ts'
import type { AppContext } from '../../context.ts'
import { receiptPath } from '../../core/receipt-address.ts'
import { arrivedOf } from '../../ledger/store.ts'
import { sentId } from '../../shapes/primitives.ts'
import { sumLinesOfPayments } from '../settlement/store.ts'
import { paymentAssignRoute } from './assign.ts'
import { paymentListRoute } from './list.ts'
import { previewPayment } from './preview.ts'
import { paymentRecordRoute } from './record.ts'
import { paymentBatchRoute } from './record-batch.ts'
import { renderBillingPayment, renderCollectPayment, renderSettled } from './render.ts'
import { paymentReverseRoute } from './reverse.ts'
import * as schema from './schema.ts'
import { findPaymentOrThrow, type PaymentRow, readPayment } from './store.ts'
import { targetErrors } from './target.ts'
import { paymentTransferRoute } from './transfer.ts'

const tag = 'Payments'
const params = z.object({ payment: sentId('payment') })

/** Record, preview, retrieve, reverse, assign and transfer payments. */
export function paymentRoutes(router: Router, app: AppContext): void {
  paymentRecordRoute(router, app)
  paymentBatchRoute(router, app)
  paymentListRoute(router, app)
  addPreview(router, app)
  addRetrieve(router, app)
  addRetrieveCollected(router, app)
  paymentReverseRoute(router, app)
  paymentAssignRoute(router, app)
  paymentTransferRoute(router, app)
}

function addPreview(router: Router, app: AppContext): void {
  readOperation(
    router,
    app,
    {
      method: 'POST',
      url: '/billing/payments/preview',
      id: 'previewPayment',
      tag,
      scope: 'read',
      summary: 'Preview how a payment would be allocated, and why',
      description: 'Changes nothing. Money that arrives in between may change the result of recording it.',
      body: schema.previewPaymentBody,
      responses: { 200: schema.paymentPreview },
      errors: targetErrors,
    },
    async ({ body, context }) => ({
      status: 200,
      body: await previewPayment(app, context, body),
    }),
  )
}

function addRetrieve(router: Router, app: AppContext): void {
  readOperation(
    router,
    app,
    {
      method: 'GET',
      url: '/billing/payments/:payment',
      id: 'retrieveBillingPayment',
      tag,
      scope: 'read',
      summary: 'Retrieve a payment with its obligations',
      params,
      responses: { 200: schema.billingPayment },
      etag: true,
    },
    async ({ params, context: { environment } }) => {
      const found = await findPaymentOrThrow(app.pool, environment.id, params.payment)
      const { row, obligations } = await readPayment(app.pool, environment.id, found.id)
      const settled = (await sumLinesOfPayments(app.pool, environment.id, [row.id])).get(row.id)
      const more = { ...receiptOf(app, row), ...(settled && renderSettled(settled)) }
      const body = { ...renderBillingPayment(environment, row, obligations), ...more }
      return { status: 200, body, etag: `"${row.version}"` }
    },
  )
}

function addRetrieveCollected(router: Router, app: AppContext): void {
  readOperation(
    router,
    app,
    {
      method: 'GET',
      url: '/collect/payments/:payment',
      id: 'retrievePayment',
      tag,
      scope: 'read',
      summary: 'Retrieve a payment',
      description: 'In the shape of the payments API; Billing shows the same payment with its obligations.',
      params,
      responses: { 200: schema.collectPayment },
      etag: true,
    },
    async ({ params, context: { environment } }) => {
      const row = await findPaymentOrThrow(app.pool, environment.id, params.payment)
      const body = { ...renderCollectPayment(environment, row), ...receiptOf(app, row) }
      return { status: 200, body, etag: `"${row.version}"` }
    },
  )
}

/** The address of the receipt. Only answers that are stored nowhere show it. */
function receiptOf(app: AppContext, row: PaymentRow): { receipt_url?: string } {
  const { id, status, explanation } = row
  // Of a payer who is not known nobody is to have one; the customer's is that of the payment that it becomes.
  return status === 'succeeded' && arrivedOf(row) > 0n && explanation?.policy !== 'unidentified'
    ? { receipt_url: app.publicUrl() + receiptPath(app.vault, id) }
    : {}
}
