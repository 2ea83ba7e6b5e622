import type { z } from 'zod'
import type { Connection } from '../../database/pool.ts'
import type { ChangeContext } from '../../api/context.ts'
import { add, addRead, addWrite } from '../../api/operation.ts'
import type { App, FastifyReply, FastifyRequest, Platform } from '../../api/platform.ts'
import { writeOnce } from '../../api/idempotency.ts'
import type { ReceivableKind } from '../../ledger/receivable.ts'
import { adjustmentRoute } from './adjustment.ts'
import { archiveRoutes } from './archive.ts'
import { mustFind, type Rows } from './rows.ts'
import { listRoute } from './list/operation.ts'
import { answerObject, objectParams, type Resource, type View } from './resource.ts'

/** A request to create an object, its body validated. */
export type CreateCall<Create> = { body: Create; context: ChangeContext; request: FastifyRequest }

/** What differs between the kinds of objects: what their bodies hold, and what is done with them. */
export type ObjectRoutes<Kind extends ReceivableKind, Create, Update> = {
  createBody: z.ZodType<Create>
  create(connection: Connection, view: View, body: Create): Promise<Rows[Kind]>
  /** A faster way for what many ask for at once; undefined when this body cannot go it. */
  createTogether?(call: CreateCall<Create>, reply: FastifyReply): Promise<FastifyReply> | undefined
  updateBody: z.ZodType<Update>
  update(
    connection: Connection,
    view: View,
    idOrReference: string,
    body: Update,
    ifMatch: string | undefined,
  ): Promise<Rows[Kind]>
}

/** What every kind of object can: create, retrieve, update, list, adjust, archive and unarchive. */
export function objectRoutes<Kind extends ReceivableKind, Create, Update>(
  app: App,
  platform: Platform,
  resource: Resource<Kind>,
  routes: ObjectRoutes<Kind, Create, Update>,
): void {
  createRoute(app, platform, resource, routes)
  retrieveRoute(app, platform, resource)
  updateRoute(app, platform, resource, routes)
  listRoute(app, platform, resource)
  adjustmentRoute(app, platform, resource)
  archiveRoutes(app, platform, resource)
}

function createRoute<Kind extends ReceivableKind, Create, Update>(
  app: App,
  platform: Platform,
  resource: Resource<Kind>,
  { createBody, create, createTogether }: ObjectRoutes<Kind, Create, Update>,
): void {
  const { name, url, shape } = resource
  add(
    app,
    platform,
    {
      method: 'POST',
      url,
      id: `create${name.one}`,
      tag: name.many,
      summary: `Create ${name.article}`,
      body: createBody,
      answers: { 201: shape },
      etag: true,
      once: true,
      refusals: [404, 409, 422],
    },
    async ({ body, context, request }, reply) => {
      const view = { platform, context }
      return (
        createTogether?.({ body, context, request }, reply) ??
        writeOnce(platform, request, reply, async (connection) =>
          answerObject(resource, view, await create(connection, view, body), 201),
        )
      )
    },
  )
}

function retrieveRoute<Kind extends ReceivableKind>(app: App, platform: Platform, resource: Resource<Kind>): void {
  const { kind, name, url, shape } = resource
  addRead(
    app,
    platform,
    {
      method: 'GET',
      url: `${url}/:${kind}`,
      id: `retrieve${name.one}`,
      tag: name.many,
      summary: `Retrieve ${name.article}`,
      params: objectParams(kind),
      answers: { 200: shape },
      etag: true,
      refusals: [404],
    },
    async ({ params, context }) => {
      const row = await mustFind(platform.pool, context.environment.id, kind, params[kind])
      return answerObject(resource, { platform, context }, row)
    },
  )
}

function updateRoute<Kind extends ReceivableKind, Create, Update>(
  app: App,
  platform: Platform,
  resource: Resource<Kind>,
  { updateBody, update }: ObjectRoutes<Kind, Create, Update>,
): void {
  const { kind, name, url, shape } = resource
  addWrite(
    app,
    platform,
    {
      method: 'PATCH',
      url: `${url}/:${kind}`,
      id: `update${name.one}`,
      tag: name.many,
      summary: `Update ${name.article}`,
      description:
        'Only the members that are sent change. With If-Match, only while the object is the one that you have seen.',
      params: objectParams(kind),
      body: updateBody,
      answers: { 200: shape },
      etag: true,
      refusals: [404, 409, 412, 422],
    },
    async (connection, { params, body, context, request }) => {
      const view = { platform, context }
      const row = await update(connection, view, params[kind], body, request.headers['if-match'])
      return answerObject(resource, view, row)
    },
    { committed: platform.wakeDispatcher },
  )
}
