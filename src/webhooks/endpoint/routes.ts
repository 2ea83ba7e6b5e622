import { z } from 'zod'
import type { Router } from '../../api/fastify.ts'
import { readOperation, writeOperation } from '../../api/operation.ts'
import type { AppContext } from '../../context.ts'
import { sentId } from '../../shapes/primitives.ts'
import { createdEndpoint, createEndpointBody, deletedEndpoint, endpoint, endpointList } from './schema.ts'
import * as service from './service.ts'
import { listEndpoints } from './store.ts'

const tag = 'Webhook endpoints'
const params = z.object({ endpoint: sentId('endpoint') })

/** Register, list, retrieve and delete the endpoints that receive events. */
export function endpointRoutes(router: Router, app: AppContext): void {
  addCreate(router, app)
  addList(router, app)
  addRetrieve(router, app)
  addDelete(router, app)
}

function addCreate(router: Router, app: AppContext): void {
  writeOperation(
    router,
    app,
    {
      method: 'POST',
      url: '/webhooks/endpoints',
      id: 'createWebhookEndpoint',
      tag,
      summary: 'Register a webhook endpoint',
      description: 'The response contains the signing secret, which is shown nowhere else.',
      body: createEndpointBody,
      responses: { 201: createdEndpoint },
      errors: ['url_not_allowed', 'too_many_endpoints', 'card_number'],
    },
    async (connection, { body, context }) => {
      const { row, secret } = await service.createEndpoint(connection, app, context, body)
      const shown = service.renderEndpoint(row, context.environment.mode)
      return { status: 201, body: { ...shown, secret } }
    },
    { secret: true },
  )
}

function addList(router: Router, app: AppContext): void {
  readOperation(
    router,
    app,
    {
      method: 'GET',
      url: '/webhooks/endpoints',
      id: 'listWebhookEndpoints',
      tag,
      summary: 'List webhook endpoints',
      responses: { 200: endpointList },
    },
    async ({ context: { environment } }) => {
      const rows = await listEndpoints(app.pool, environment.id)
      const data = rows.map((row) => service.renderEndpoint(row, environment.mode))
      return { status: 200, body: { data, has_more: false } }
    },
  )
}

function addRetrieve(router: Router, app: AppContext): void {
  readOperation(
    router,
    app,
    {
      method: 'GET',
      url: '/webhooks/endpoints/:endpoint',
      id: 'retrieveWebhookEndpoint',
      tag,
      summary: 'Retrieve a webhook endpoint',
      params,
      responses: { 200: endpoint },
      etag: true,
    },
    async ({ params, context: { environment } }) => {
      const row = await service.findEndpointOrThrow(app.pool, environment.id, params.endpoint)
      return { status: 200, body: service.renderEndpoint(row, environment.mode), etag: `"${row.updated_at.getTime()}"` }
    },
  )
}

function addDelete(router: Router, app: AppContext): void {
  writeOperation(
    router,
    app,
    {
      method: 'DELETE',
      url: '/webhooks/endpoints/:endpoint',
      id: 'deleteWebhookEndpoint',
      tag,
      summary: 'Delete a webhook endpoint',
      params,
      responses: { 200: deletedEndpoint },
    },
    async (connection, { params, context }) => {
      await service.removeEndpoint(connection, context, params.endpoint)
      return { status: 200, body: { id: params.endpoint, deleted: true as const } }
    },
  )
}
