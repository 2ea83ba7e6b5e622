import { z } from 'zod'
import { addRead, addWrite } from '../../api/operation.ts'
import type { App, Platform } from '../../api/platform.ts'
import { createdEndpoint, createEndpoint, deletedEndpoint, endpoint, endpointList } from './schema.ts'
import * as service from './service.ts'
import { listEndpoints } from './store.ts'

const tag = 'Webhook endpoints'
const url = '/webhooks/endpoints'
const params = z.object({ endpoint: z.string().max(255) })

/** Register, list, retrieve and delete the endpoints that receive events. */
export function endpointRoutes(app: App, platform: Platform): void {
  addCreate(app, platform)
  addList(app, platform)
  addRetrieve(app, platform)
  addDelete(app, platform)
}

function addCreate(app: App, platform: Platform): void {
  addWrite(
    app,
    platform,
    {
      method: 'POST',
      url,
      id: 'createWebhookEndpoint',
      tag,
      summary: 'Register a webhook endpoint',
      description: 'The answer holds the signing secret, which is shown nowhere else.',
      body: createEndpoint,
      answers: { 201: createdEndpoint },
      refusals: [422],
    },
    async (connection, { body, context }) => {
      const { row, secret } = await service.createEndpoint(connection, platform, context, body)
      const shown = service.renderEndpoint(row, context.environment.mode)
      return { status: 201, body: JSON.stringify({ ...shown, secret }) }
    },
    { secret: true },
  )
}

function addList(app: App, platform: Platform): void {
  addRead(
    app,
    platform,
    {
      method: 'GET',
      url,
      id: 'listWebhookEndpoints',
      tag,
      summary: 'List webhook endpoints',
      answers: { 200: endpointList },
    },
    async ({ context: { environment } }) => {
      const rows = await listEndpoints(platform.pool, environment.id)
      const data = rows.map((row) => service.renderEndpoint(row, environment.mode))
      return { status: 200, body: JSON.stringify({ data, has_more: false }) }
    },
  )
}

function addRetrieve(app: App, platform: Platform): void {
  addRead(
    app,
    platform,
    {
      method: 'GET',
      url: `${url}/:endpoint`,
      id: 'retrieveWebhookEndpoint',
      tag,
      summary: 'Retrieve a webhook endpoint',
      params,
      answers: { 200: endpoint },
      etag: true,
      refusals: [404],
    },
    async ({ params, context: { environment } }) => {
      const row = await service.mustFindEndpoint(platform.pool, environment.id, params.endpoint)
      const body = JSON.stringify(service.renderEndpoint(row, environment.mode))
      return { status: 200, body, etag: `"${row.updated_at.getTime()}"` }
    },
  )
}

function addDelete(app: App, platform: Platform): void {
  addWrite(
    app,
    platform,
    {
      method: 'DELETE',
      url: `${url}/:endpoint`,
      id: 'deleteWebhookEndpoint',
      tag,
      summary: 'Delete a webhook endpoint',
      params,
      answers: { 200: deletedEndpoint },
      refusals: [404],
    },
    async (connection, { params, context }) => {
      await service.removeEndpoint(connection, context, params.endpoint)
      return { status: 200, body: JSON.stringify({ id: params.endpoint, deleted: true }) }
    },
  )
}
