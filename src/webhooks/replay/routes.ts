import { z } from 'zod'
import type { Router } from '../../api/fastify.ts'
import { readOperation, writeOperation } from '../../api/operation.ts'
import type { AppContext } from '../../context.ts'
import { sentId } from '../../shapes/primitives.ts'
import { createReplayBody, replay } from './schema.ts'
import * as service from './service.ts'

const tag = 'Webhook deliveries'
const ofEndpoint = z.object({ endpoint: sentId('endpoint') })
const params = ofEndpoint.extend({ replay: sentId('replay') })

/** Begin, watch and cancel replays: a range of events is sent to an endpoint again. */
export function replayRoutes(router: Router, app: AppContext): void {
  addCreate(router, app)
  addRetrieve(router, app)
  addCancel(router, app)
}

function addCreate(router: Router, app: AppContext): void {
  writeOperation(
    router,
    app,
    {
      method: 'POST',
      url: '/webhooks/endpoints/:endpoint/replays',
      id: 'createReplay',
      tag,
      scope: 'webhooks',
      summary: 'Replay a range of events',
      description:
        'Every event of the range is sent to the endpoint again, with the same id and bytes, also those that happened before it was registered. It runs by itself, in the order of the events.',
      params: ofEndpoint,
      body: createReplayBody,
      responses: { 201: replay },
      errors: ['replay_in_progress', 'beyond_retention'],
    },
    async (connection, { params, body, context }) => {
      const row = await service.createReplay(connection, context, params.endpoint, body)
      return { status: 201, body: service.renderReplay(row) }
    },
  )
}

function addRetrieve(router: Router, app: AppContext): void {
  readOperation(
    router,
    app,
    {
      method: 'GET',
      url: '/webhooks/endpoints/:endpoint/replays/:replay',
      id: 'retrieveReplay',
      tag,
      scope: 'read',
      summary: 'Retrieve a replay',
      params,
      responses: { 200: replay },
    },
    async ({ params, context }) => {
      const row = await service.findReplayOrThrow(app.pool, context, params.endpoint, params.replay)
      return { status: 200, body: service.renderReplay(row) }
    },
  )
}

function addCancel(router: Router, app: AppContext): void {
  writeOperation(
    router,
    app,
    {
      method: 'POST',
      url: '/webhooks/endpoints/:endpoint/replays/:replay/cancel',
      id: 'cancelReplay',
      tag,
      scope: 'webhooks',
      summary: 'Cancel a replay',
      description: 'What it has made due already is still sent. A replay that has ended stays as it is.',
      params,
      responses: { 200: replay },
    },
    async (connection, { params, context }) => {
      const row = await service.cancelReplay(connection, context, params.endpoint, params.replay)
      return { status: 200, body: service.renderReplay(row) }
    },
  )
}
