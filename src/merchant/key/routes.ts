import { z } from 'zod'
import type { Router } from '../../api/fastify.ts'
import { readOperation, writeOperation } from '../../api/operation.ts'
import { highestId, readPage, renderListPage } from '../../api/pagination.ts'
import type { AppContext } from '../../context.ts'
import { sentId } from '../../shapes/primitives.ts'
import * as schema from './schema.ts'
import * as service from './service.ts'

const tag = 'API keys'
const params = z.object({ api_key: sentId('api_key') })

/** List, create, roll and revoke the keys of an environment. */
export function keyRoutes(router: Router, app: AppContext): void {
  addList(router, app)
  addCreate(router, app)
  addRoll(router, app)
  addRevoke(router, app)
}

function addList(router: Router, app: AppContext): void {
  const list = 'api keys'
  readOperation(
    router,
    app,
    {
      method: 'GET',
      url: '/settings/keys',
      id: 'listApiKeys',
      tag,
      scope: 'keys',
      summary: 'List API keys',
      description: 'Newest first, those that were revoked or have expired too.',
      query: schema.listKeysQuery,
      responses: { 200: schema.apiKeyList },
      errors: ['invalid_cursor'],
    },
    async ({ query, context: { environment } }) => {
      const filters = { environment_id: environment.id }
      const { limit, after = highestId } = readPage(app, list, query, filters)
      const rows = await service.listOwnKeys(app.pool, environment.id, after, limit + 1)
      const render = (row: (typeof rows)[number]) => service.renderKey(environment, row)
      return { status: 200, body: renderListPage(app, list, filters, rows, limit, render, ({ id }) => id) }
    },
  )
}

function addCreate(router: Router, app: AppContext): void {
  writeOperation(
    router,
    app,
    {
      method: 'POST',
      url: '/settings/keys',
      id: 'createApiKey',
      tag,
      scope: 'keys',
      summary: 'Create an API key',
      description:
        'The response contains the key, which is shown nowhere else. It may do no more than the key that is sent; a public one takes the scope payments to give.',
      body: schema.createKeyBody,
      responses: { 201: schema.createdKey },
    },
    async (connection, { body, context }) => ({ status: 201, body: await service.giveKey(connection, context, body) }),
    { secret: true },
  )
}

function addRoll(router: Router, app: AppContext): void {
  writeOperation(
    router,
    app,
    {
      method: 'POST',
      url: '/settings/keys/:api_key/rolls',
      id: 'rollApiKey',
      tag,
      scope: 'keys',
      summary: 'Replace an API key by a new one',
      description:
        'The new key may do the same and is shown nowhere else. Put it into your systems within the overlap, in which both are valid.',
      params,
      body: schema.rollKeyBody,
      responses: { 201: schema.rolledKey },
      errors: ['key_state'],
    },
    async (connection, { params, body, context }) => {
      const rolled = await service.rollOwnKey(connection, context, params.api_key, body.overlap_hours)
      return { status: 201, body: rolled }
    },
    { secret: true },
  )
}

function addRevoke(router: Router, app: AppContext): void {
  writeOperation(
    router,
    app,
    {
      method: 'DELETE',
      url: '/settings/keys/:api_key',
      id: 'revokeApiKey',
      tag,
      scope: 'keys',
      summary: 'Revoke an API key',
      description: 'For good: every process of the server refuses it within a second. It stays in the list.',
      params,
      responses: { 200: schema.apiKey },
    },
    async (connection, { params, context }) => ({
      status: 200,
      body: await service.revokeOwnKey(connection, context, params.api_key),
    }),
  )
}
