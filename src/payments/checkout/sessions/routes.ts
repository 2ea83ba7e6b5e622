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
  createPaymentSessionBody,
  listPaymentSessionsQuery,
  paymentSession,
  publicPaymentSessionBody,
} from './schema.ts'
import * as service from './service.ts'

const tag = 'Payment sessions'
const params = z.object({ payment_session: checkoutPathParameter('payment_session') })

/** Create, list, retrieve and cancel payment sessions. */
export function paymentSessionRoutes(router: Router, app: AppContext): void {
  addCreate(router, app)
  addList(router, app)
  addRetrieve(router, app)
  addCancel(router, app)
}

function respond(app: AppContext, context: RequestContext, row: CheckoutRow) {
  return {
    body: service.renderPaymentSession(app, context, row),
    etag: service.sessionEtag(row),
    link: { url: checkoutUrl(app, row), checkout_id: row.id },
  }
}

function addCreate(router: Router, app: AppContext): void {
  writeOperation(
    router,
    app,
    {
      method: 'POST',
      url: '/collect/payment_sessions',
      id: 'createPaymentSession',
      tag,
      scope: 'payments',
      summary: 'Create a payment session',
      description:
        'An amount with a page to pay it at, for a payer who is there: redirect to session_url. It stays open after a failed attempt. Its money is applied to the customer, account or bill that it names; of one that names none it is direct.',
      body: createPaymentSessionBody,
      public_body: publicPaymentSessionBody,
      responses: { 201: paymentSession },
      etag: true,
      errors: [...checkoutTargetErrors, 'not_supported', 'url_not_allowed', 'card_number'],
    },
    async (connection, { body, context }) => ({
      status: 201,
      ...respond(app, context, await service.createSession(connection, app, context, body)),
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
      url: '/collect/payment_sessions',
      id: 'listPaymentSessions',
      tag,
      scope: 'read',
      summary: 'List payment sessions',
      query: listPaymentSessionsQuery,
      responses: { 200: pageOf(paymentSession) },
      errors: ['invalid_cursor'],
    },
    async ({ query, context }) => ({
      status: 200,
      body: await listPage(app, context, 'session', query, (row) => service.renderPaymentSession(app, context, row)),
    }),
  )
}

function addRetrieve(router: Router, app: AppContext): void {
  readOperation(
    router,
    app,
    {
      method: 'GET',
      url: '/collect/payment_sessions/:payment_session',
      id: 'retrievePaymentSession',
      tag,
      scope: 'read',
      summary: 'Retrieve a payment session',
      params,
      responses: { 200: paymentSession },
      etag: true,
    },
    async ({ params, context }) => {
      const row = await service.findSessionOrThrow(app.pool, context.environment.id, params.payment_session)
      return { status: 200, ...respond(app, context, row) }
    },
  )
}

function addCancel(router: Router, app: AppContext): void {
  writeOperation(
    router,
    app,
    {
      method: 'POST',
      url: '/collect/payment_sessions/:payment_session/cancel',
      id: 'cancelPaymentSession',
      tag,
      scope: 'payments',
      summary: 'Cancel a payment session',
      description: 'Its page takes no more payments. Money that arrives all the same still completes it.',
      params,
      responses: { 200: paymentSession },
      etag: true,
      errors: ['payment_session_state'],
    },
    async (connection, { params, context }) => {
      const row = await cancelCheckout(connection, context, 'session', params.payment_session)
      return { status: 200, ...respond(app, context, row) }
    },
    { committed: app.eventsCommitted },
  )
}
