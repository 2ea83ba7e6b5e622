import { z } from 'zod'
import type { Router } from '../../api/fastify.ts'
import { readOperation, writeOperation } from '../../api/operation.ts'
import type { AppContext, RequestContext } from '../../context.ts'
import { sentId } from '../../shapes/primitives.ts'
import { changeEndpoint, endRotation, rotateSecret } from './change.ts'
import { readFigures } from './figures.ts'
import * as schema from './schema.ts'
import * as service from './service.ts'
import { type EndpointRow, listEndpoints } from './store.ts'
import { createTestSender } from './test-send.ts'

const tag = 'Webhook endpoints'
const params = z.object({ endpoint: sentId('endpoint') })

/** Register, list, retrieve, change and delete the endpoints that receive events, rotate their secrets and test them. */
export function endpointRoutes(router: Router, app: AppContext): void {
  addCreate(router, app)
  addList(router, app)
  addRetrieve(router, app)
  addUpdate(router, app)
  addRotation(router, app)
  addTest(router, app)
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
      scope: 'webhooks',
      summary: 'Register a webhook endpoint',
      description: 'The response contains the signing secret, which is shown nowhere else.',
      body: schema.createEndpointBody,
      responses: { 201: schema.createdEndpoint },
      errors: ['url_not_allowed', 'header_not_allowed', 'too_many_endpoints', 'card_number'],
    },
    async (connection, { body, context }) => {
      const { row, secret } = await service.createEndpoint(connection, app, context, body)
      const shown = service.renderEndpoint(app.vault, context, row)
      return { status: 201, body: { ...shown, ...(secret !== undefined && { secret }) } }
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
      scope: 'read',
      summary: 'List webhook endpoints',
      responses: { 200: schema.endpointList },
    },
    async ({ context }) => {
      const rows = await listEndpoints(app.pool, context.environment.id)
      const data = rows.map((row) => service.renderEndpoint(app.vault, context, row))
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
      scope: 'read',
      summary: 'Retrieve a webhook endpoint',
      params,
      responses: { 200: schema.endpoint },
      etag: true,
    },
    async ({ params, context }) => {
      const row = await service.findEndpointOrThrow(app.pool, context.environment.id, params.endpoint)
      const { body, ...response } = shown(app, context, row)
      return { ...response, body: { ...body, figures: await readFigures(app.pool, row) } }
    },
  )
}

function shown({ vault }: Pick<AppContext, 'vault'>, context: RequestContext, row: EndpointRow) {
  const body = service.renderEndpoint(vault, context, row)
  return { status: 200 as const, body, etag: service.endpointEtag(row) }
}

function addUpdate(router: Router, app: AppContext): void {
  writeOperation(
    router,
    app,
    {
      method: 'PATCH',
      url: '/webhooks/endpoints/:endpoint',
      id: 'updateWebhookEndpoint',
      tag,
      scope: 'webhooks',
      summary: 'Update a webhook endpoint',
      description:
        'Only the fields that are sent change. Events that wait for it are sent to the new address, with the new headers, once it is enabled.',
      params,
      body: schema.updateEndpointBody,
      responses: { 200: schema.endpoint },
      etag: true,
      errors: ['precondition_failed', 'url_not_allowed', 'header_not_allowed', 'card_number'],
    },
    async (connection, { params, body, context, if_match }) =>
      shown(app, context, await changeEndpoint(connection, app, context, params.endpoint, body, if_match)),
  )
}

function addRotation(router: Router, app: AppContext): void {
  writeOperation(
    router,
    app,
    {
      method: 'POST',
      url: '/webhooks/endpoints/:endpoint/secret_rotations',
      id: 'rotateWebhookSecret',
      tag,
      scope: 'webhooks',
      summary: 'Give a webhook endpoint a new secret',
      description:
        'Until the overlap ends, every event carries two signatures: give your receiver the new secret, which is shown nowhere else, within that time.',
      params,
      body: schema.rotateSecretBody,
      responses: { 201: schema.rotatedSecret },
      errors: ['rotation_in_progress'],
    },
    async (connection, { params, body, context }) => {
      const made = await rotateSecret(connection, app, context, params.endpoint, body.overlap_hours)
      return { status: 201, body: made }
    },
    { secret: true },
  )

  writeOperation(
    router,
    app,
    {
      method: 'DELETE',
      url: '/webhooks/endpoints/:endpoint/previous_secret',
      id: 'deletePreviousWebhookSecret',
      tag,
      scope: 'webhooks',
      summary: 'End the rotation of a secret',
      description: 'The secret before the newest does not sign any more.',
      params,
      responses: { 200: schema.endpoint },
      etag: true,
    },
    async (connection, { params, context }) =>
      shown(app, context, await endRotation(connection, app, context, params.endpoint)),
  )
}

function addTest(router: Router, app: AppContext): void {
  const sendTest = createTestSender(app)
  readOperation(
    router,
    app,
    {
      method: 'POST',
      url: '/webhooks/endpoints/:endpoint/test',
      id: 'testWebhookEndpoint',
      tag,
      scope: 'webhooks',
      summary: 'Send a sample to a webhook endpoint',
      description:
        'It is sent at once and once, signed as every event is, with `"test": true` beside its `data`, also to an endpoint that is disabled. It is no event: nothing is stored, nothing is retried, and a 410 changes nothing.',
      params,
      body: schema.testSendBody,
      responses: { 200: schema.testedEndpoint },
      errors: ['too_many_attempts'],
    },
    async ({ params, body, context }) => ({ status: 200, body: await sendTest(context, params.endpoint, body) }),
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
      scope: 'webhooks',
      summary: 'Delete a webhook endpoint',
      params,
      responses: { 200: schema.deletedEndpoint },
    },
    async (connection, { params, context }) => {
      await service.removeEndpoint(connection, context, params.endpoint)
      return { status: 200, body: { id: params.endpoint, deleted: true as const } }
    },
  )
}
