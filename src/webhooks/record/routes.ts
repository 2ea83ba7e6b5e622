import { z } from 'zod'
import type { Router } from '../../api/fastify.ts'
import { readOperation, writeOperation } from '../../api/operation.ts'
import { pageOf } from '../../api/pagination.ts'
import type { AppContext } from '../../context.ts'
import { sentId } from '../../shapes/primitives.ts'
import { delivery, deliveryDetail, eventDetail, listDeliveriesQuery } from './schema.ts'
import * as service from './service.ts'

const tag = 'Webhook deliveries'
const params = z.object({ delivery: sentId('delivery') })

/** List, retrieve and retry deliveries, and retrieve an event with its own. */
export function recordRoutes(router: Router, app: AppContext): void {
  addList(router, app)
  addRetrieve(router, app)
  addRetry(router, app)
  addEvent(router, app)
}

function addList(router: Router, app: AppContext): void {
  readOperation(
    router,
    app,
    {
      method: 'GET',
      url: '/webhooks/deliveries',
      id: 'listWebhookDeliveries',
      tag,
      scope: 'read',
      summary: 'List webhook deliveries',
      description:
        'Newest event first. A page ends after 20,000 deliveries of the whole server at the latest: it may have fewer than `limit`, or none, while `has_more` is true. `object`, and `from` with `to`, make a search short.',
      query: listDeliveriesQuery,
      responses: { 200: pageOf(delivery) },
      errors: ['invalid_cursor'],
    },
    async ({ query, context }) => ({ status: 200, body: await service.listDeliveries(app, context, query) }),
  )
}

function addRetrieve(router: Router, app: AppContext): void {
  readOperation(
    router,
    app,
    {
      method: 'GET',
      url: '/webhooks/deliveries/:delivery',
      id: 'retrieveWebhookDelivery',
      tag,
      scope: 'read',
      summary: 'Retrieve a webhook delivery',
      description: 'With its attempts, newest first.',
      params,
      responses: { 200: deliveryDetail },
    },
    async ({ params, context }) => {
      const row = await service.findDeliveryOrThrow(app.pool, context, params.delivery)
      return { status: 200, body: await service.showDelivery(app.pool, row) }
    },
  )
}

function addRetry(router: Router, app: AppContext): void {
  writeOperation(
    router,
    app,
    {
      method: 'POST',
      url: '/webhooks/deliveries/:delivery/retries',
      id: 'retryWebhookDelivery',
      tag,
      scope: 'webhooks',
      summary: 'Retry a webhook delivery',
      description:
        'It is due at once, whatever its status, with the same id and bytes, and its schedule begins again. While its endpoint is disabled or paused it waits.',
      params,
      responses: { 201: delivery },
      errors: ['beyond_retention'],
    },
    async (connection, { params, context }) => {
      const row = await service.retry(connection, context, params.delivery)
      return { status: 201, body: service.renderDelivery(row) }
    },
    { committed: app.wakeDispatcher },
  )
}

function addEvent(router: Router, app: AppContext): void {
  readOperation(
    router,
    app,
    {
      method: 'GET',
      url: '/events/:event',
      id: 'retrieveEvent',
      tag,
      scope: 'read',
      summary: 'Retrieve an event',
      description: 'As it is sent, with its deliveries. Events are kept for 90 days.',
      params: z.object({ event: sentId('event') }),
      responses: { 200: eventDetail },
    },
    async ({ params, context }) => ({ status: 200, body: await service.showEvent(app.pool, context, params.event) }),
  )
}
