import { z } from 'zod'
import type { Router } from '../../../api/fastify.ts'
import { readOperation, writeOperation } from '../../../api/operation.ts'
import { pageOf } from '../../../api/pagination.ts'
import type { AppContext, RequestContext } from '../../../context.ts'
import type { CheckoutRow } from '../../../ledger/checkouts/checkout.ts'
import { checkoutPathParameter } from '../body.ts'
import { cancelCheckout } from '../end.ts'
import { checkoutUrl } from '../links.ts'
import { listPage } from '../list.ts'
import { checkoutTargetErrors } from '../target.ts'
import {
  createPaymentRequestBody,
  listPaymentRequestsQuery,
  paymentRequest,
  updatePaymentRequestBody,
} from './schema.ts'
import * as service from './service.ts'

const tag = 'Payment requests'
const params = z.object({ payment_request: checkoutPathParameter('payment_request') })

/** Create, list, retrieve, update and cancel payment requests. */
export function paymentRequestRoutes(router: Router, app: AppContext): void {
  addCreate(router, app)
  addList(router, app)
  addRetrieve(router, app)
  addUpdate(router, app)
  addCancel(router, app)
}

function respond(app: AppContext, context: RequestContext, row: CheckoutRow) {
  return {
    body: service.renderPaymentRequest(app, context, row),
    etag: service.requestEtag(row),
    link: { url: checkoutUrl(app, row), checkout_id: row.id },
  }
}

function addCreate(router: Router, app: AppContext): void {
  writeOperation(
    router,
    app,
    {
      method: 'POST',
      url: '/collect/payment_requests',
      id: 'createPaymentRequest',
      tag,
      scope: 'payments',
      summary: 'Create a payment request',
      description:
        'An amount with a page to pay it at. Its money is applied to the customer, account or bill that it names; of one that names none it is direct: it belongs to nothing in Billing.',
      body: createPaymentRequestBody,
      responses: { 201: paymentRequest },
      etag: true,
      errors: [...checkoutTargetErrors, 'external_reference_taken', 'not_supported', 'card_number'],
    },
    async (connection, { body, context }) => ({
      status: 201,
      ...respond(app, context, await service.createRequest(connection, app, context, body)),
    }),
    { committed: app.eventsCommitted },
  )
}

function addList(router: Router, app: AppContext): void {
  readOperation(
    router,
    app,
    {
      method: 'GET',
      url: '/collect/payment_requests',
      id: 'listPaymentRequests',
      tag,
      scope: 'read',
      summary: 'List payment requests',
      query: listPaymentRequestsQuery,
      responses: { 200: pageOf(paymentRequest) },
      errors: ['invalid_cursor'],
    },
    async ({ query, context }) => ({
      status: 200,
      body: await listPage(app, context, 'request', query, (row) => service.renderPaymentRequest(app, context, row)),
    }),
  )
}

function addRetrieve(router: Router, app: AppContext): void {
  readOperation(
    router,
    app,
    {
      method: 'GET',
      url: '/collect/payment_requests/:payment_request',
      id: 'retrievePaymentRequest',
      tag,
      scope: 'read',
      summary: 'Retrieve a payment request',
      params,
      responses: { 200: paymentRequest },
      etag: true,
    },
    async ({ params, context }) => {
      const row = await service.findRequestOrThrow(app.pool, context.environment.id, params.payment_request)
      return { status: 200, ...respond(app, context, row) }
    },
  )
}

function addUpdate(router: Router, app: AppContext): void {
  writeOperation(
    router,
    app,
    {
      method: 'PATCH',
      url: '/collect/payment_requests/:payment_request',
      id: 'updatePaymentRequest',
      tag,
      scope: 'payments',
      summary: 'Update a payment request',
      description: 'Only while it is not paid. A later expires_at opens one that has expired again.',
      params,
      body: updatePaymentRequestBody,
      responses: { 200: paymentRequest },
      etag: true,
      errors: [
        'payment_request_state',
        'external_reference_taken',
        'precondition_failed',
        'metadata_too_large',
        'card_number',
      ],
    },
    async (connection, { params, body, context, if_match }) => {
      const row = await service.updateRequest(connection, context, params.payment_request, body, if_match)
      return { status: 200, ...respond(app, context, row) }
    },
    { committed: app.eventsCommitted },
  )
}

function addCancel(router: Router, app: AppContext): void {
  writeOperation(
    router,
    app,
    {
      method: 'POST',
      url: '/collect/payment_requests/:payment_request/cancel',
      id: 'cancelPaymentRequest',
      tag,
      scope: 'payments',
      summary: 'Cancel a payment request',
      description: 'Its page takes no more payments. Money that arrives all the same still pays it.',
      params,
      responses: { 200: paymentRequest },
      etag: true,
      errors: ['payment_request_state'],
    },
    async (connection, { params, context }) => {
      const row = await cancelCheckout(connection, context, 'request', params.payment_request)
      return { status: 200, ...respond(app, context, row) }
    },
    { committed: app.eventsCommitted },
  )
}
