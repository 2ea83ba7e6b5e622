import { z } from 'zod'
import { readId } from '../../core/id/id.ts'
import { Problem } from '../../core/problem.ts'
import { add, addRead, addWrite } from '../../api/operation.ts'
import type { App, Platform } from '../../api/platform.ts'
import { sendAnswer } from '../../api/idempotency.ts'
import { reversePayment } from '../../ledger/corrections/operations.ts'
import { paymentListRoute } from './list.ts'
import { preview as previewPaymentNow } from './preview.ts'
import { renderCollectPayment, renderReversal } from './render.ts'
import * as schema from './schema.ts'
import { mustFindPayment, recordPayment, showPayment } from './service.ts'

const tag = 'Payments'
const url = '/billing/payments'
const params = z.object({ payment: z.string().max(255) })

/** Record, preview, retrieve and reverse payments. */
export function paymentRoutes(app: App, platform: Platform): void {
  addCreate(app, platform)
  paymentListRoute(app, platform)
  addPreview(app, platform)
  addRetrieve(app, platform)
  addRetrieveCollected(app, platform)
  addReverse(app, platform)
}

function addCreate(app: App, platform: Platform): void {
  add(
    app,
    platform,
    {
      method: 'POST',
      url,
      id: 'createPayment',
      tag,
      summary: 'Record a payment that was received elsewhere',
      description:
        'Applied at once. The same reference with the same amount, currency and target answers 200 with the first payment; anything else under it is a conflict.',
      body: schema.createPayment,
      answers: { 200: schema.billingPayment, 201: schema.billingPayment },
      once: true,
      etag: true,
      refusals: [404, 409, 422],
    },
    async ({ body, context, request }, reply) => {
      const answer = await recordPayment(platform, context, request, body)
      if (answer.replayed) reply.header('idempotent-replayed', 'true')
      return sendAnswer(reply, answer)
    },
  )
}

function addPreview(app: App, platform: Platform): void {
  addRead(
    app,
    platform,
    {
      method: 'POST',
      url: `${url}/preview`,
      id: 'previewPayment',
      tag,
      summary: 'See who would get what of a payment, and why',
      description: 'Changes nothing. Money that arrives in between may change what recording it then does.',
      body: schema.previewPayment,
      answers: { 200: schema.preview },
      refusals: [404, 409, 422],
    },
    async ({ body, context }) => ({
      status: 200,
      body: JSON.stringify(await previewPaymentNow(platform, context, body)),
    }),
  )
}

function addRetrieve(app: App, platform: Platform): void {
  addRead(
    app,
    platform,
    {
      method: 'GET',
      url: `${url}/:payment`,
      id: 'retrieveBillingPayment',
      tag,
      summary: 'Retrieve a payment with its obligations',
      params,
      answers: { 200: schema.billingPayment },
      etag: true,
      refusals: [404],
    },
    async ({ params, context }) => {
      const row = await mustFindPayment(platform.pool, context.environment.id, params.payment)
      return showPayment(platform.pool, context, row.id)
    },
  )
}

function addRetrieveCollected(app: App, platform: Platform): void {
  addRead(
    app,
    platform,
    {
      method: 'GET',
      url: '/collect/payments/:payment',
      id: 'retrievePayment',
      tag,
      summary: 'Retrieve a payment',
      description: 'The shape of the payments API; Billing shows the same payment with what became of it.',
      params,
      answers: { 200: schema.collectPayment },
      etag: true,
      refusals: [404],
    },
    async ({ params, context: { environment } }) => {
      const row = await mustFindPayment(platform.pool, environment.id, params.payment)
      return { status: 200, body: JSON.stringify(renderCollectPayment(environment, row)), etag: `"${row.version}"` }
    },
  )
}

function addReverse(app: App, platform: Platform): void {
  addWrite(
    app,
    platform,
    {
      method: 'POST',
      url: `${url}/:payment/reversals`,
      id: 'reversePayment',
      tag,
      summary: 'Reverse a recorded payment, in whole or in part',
      description:
        'Takes from what is unapplied first, then from what was applied, the newest first. Each obligation that gives way is told by obligation.amount_reversed.',
      params,
      body: schema.createReversal,
      answers: { 201: schema.reversal },
      refusals: [404, 409, 422],
    },
    async (connection, { params, body, context }) => {
      const payment_id = readId('payment', params.payment)
      if (payment_id === undefined) throw new Problem('not_found', 'There is no payment with this id.')
      const amount = body.amount === undefined ? undefined : BigInt(body.amount)
      const { reversal, currency } = await reversePayment(connection, context, {
        payment_id,
        amount,
        reason: body.reason,
      })
      return { status: 201, body: JSON.stringify(renderReversal(context.environment, reversal, currency)) }
    },
  )
}
