import type { Router } from '../../api/fastify.ts'
import { groupedOperation } from '../../api/operation.ts'
import type { AppContext } from '../../context.ts'
import { billingPayment } from '../recorded/schema.ts'
import { createCapture, createVoid } from './create.ts'
import { captureParams, createCaptureBody, createVoidBody } from './schema.ts'

const tag = 'Captures'
const unconfirmed =
  'Where the processor does not answer, unconfirmed_amount says how much is under way, and the event tells when it is done.'

/** Capture and void what a payer has authorised. */
export function captureRoutes(router: Router, app: AppContext): void {
  groupedOperation(
    router,
    app,
    {
      method: 'POST',
      url: '/collect/payments/:payment/captures',
      id: 'capturePayment',
      tag,
      scope: 'payments',
      summary: 'Capture an authorised payment, in whole or in part',
      description: `Only now money arrives: it is applied to what the session is for. Emits payment.captured, and payment.voided where the processor captures only once and lets go of the rest. ${unconfirmed}`,
      params: captureParams,
      body: createCaptureBody.optional(),
      responses: { 201: billingPayment },
      errors: ['not_found', 'payment_state', 'processor_limit', 'card_number'],
    },
    ({ params, body, context }) => createCapture(app, context, params.payment, body ?? {}),
  )
  groupedOperation(
    router,
    app,
    {
      method: 'POST',
      url: '/collect/payments/:payment/voids',
      id: 'voidPayment',
      tag,
      scope: 'payments',
      summary: 'Void what is left of an authorised payment',
      description: `Always all that is neither captured nor voided. Emits payment.voided. ${unconfirmed}`,
      params: captureParams,
      body: createVoidBody.optional(),
      responses: { 201: billingPayment },
      errors: ['not_found', 'payment_state', 'processor_limit', 'card_number'],
    },
    ({ params, body, context }) => createVoid(app, context, params.payment, body ?? {}),
  )
}
