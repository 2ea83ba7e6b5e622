import type { z } from 'zod'
import type { Router } from '../../api/fastify.ts'
import type { WriteOptions } from '../../api/idempotency.ts'
import { readOperation, writeOperation } from '../../api/operation.ts'
import type { AppContext, RequestContext } from '../../context.ts'
import type { ProblemCode } from '../../core/problem-codes.ts'
import type { Connection } from '../../database/pool.ts'
import type { ReceivableKind } from '../../ledger/receivable.ts'
import { objectParams, type Resource, respondObject } from './resource.ts'
import { findOrThrow, type Rows } from './rows.ts'

/**
 * The path, id and texts of an operation. Each kind of object writes them out, so that a search for a path or an id
 * finds it.
 */
export type Declared = {
  url: string
  id: string
  summary: string
  description?: string
  errors?: readonly ProblemCode[]
}

/**
 * What a change of an object gets besides its connection. It may render events and responses, so it needs the public
 * address.
 */
export type ChangeView = { app: Pick<AppContext, 'vault' | 'publicUrl'>; context: RequestContext }

/** Creates an object in a transaction of its own. */
export function createOperation<Kind extends ReceivableKind, Shape extends z.ZodType, Body extends z.ZodType>(
  router: Router,
  app: AppContext,
  resource: Resource<Kind, Shape>,
  { body, ...declared }: Declared & { body: Body },
  create: (connection: Connection, view: ChangeView, input: z.output<Body>) => Promise<Rows[Kind]>,
): void {
  writeOperation(
    router,
    app,
    {
      method: 'POST',
      ...declared,
      tag: resource.tag,
      scope: 'billing',
      body,
      responses: { 201: resource.shape },
      etag: true,
    },
    async (connection, { body: input, context }) => {
      const view = { app, context }
      return respondObject(resource, view, await create(connection, view, input as z.output<Body>), 201)
    },
    { committed: app.eventsCommitted },
  )
}

/** Retrieves an object by its id or its external reference. */
export function retrieveOperation<Kind extends ReceivableKind, Shape extends z.ZodType>(
  router: Router,
  app: AppContext,
  resource: Resource<Kind, Shape>,
  declared: Declared,
): void {
  const { kind, tag, shape } = resource
  readOperation(
    router,
    app,
    {
      method: 'GET',
      ...declared,
      tag,
      scope: 'read',
      params: objectParams(kind),
      responses: { 200: shape },
      etag: true,
    },
    async ({ params, context }) => {
      const row = await findOrThrow(app.pool, context.environment.id, kind, params[kind])
      return respondObject(resource, { app, context }, row, 200)
    },
  )
}

/** Changes the fields that are sent, with If-Match only if the object is still the version that the caller has seen. */
export function updateOperation<Kind extends ReceivableKind, Shape extends z.ZodType, Body extends z.ZodType>(
  router: Router,
  app: AppContext,
  resource: Resource<Kind, Shape>,
  { body, ...declared }: Declared & { body: Body },
  update: (
    connection: Connection,
    view: ChangeView,
    idOrReference: string,
    input: z.output<Body>,
    ifMatch: string | undefined,
  ) => Promise<Rows[Kind]>,
): void {
  const { kind, tag, shape } = resource
  writeOperation(
    router,
    app,
    {
      method: 'PATCH',
      description:
        'Only the fields that are sent change. With If-Match, the change is made only if the object still has that ETag.',
      ...declared,
      tag,
      scope: 'billing',
      params: objectParams(kind),
      body,
      responses: { 200: shape },
      etag: true,
    },
    async (connection, { params, body: input, context, if_match }) => {
      const view = { app, context }
      const row = await update(connection, view, params[kind], input as z.output<Body>, if_match)
      return respondObject(resource, view, row, 200)
    },
    { committed: app.eventsCommitted },
  )
}

/** A change that has no body: archive, unarchive, void, pseudonymise. */
export function actionOperation<Kind extends ReceivableKind, Shape extends z.ZodType>(
  router: Router,
  app: AppContext,
  resource: Resource<Kind, Shape>,
  declared: Declared,
  act: (connection: Connection, view: ChangeView, idOrReference: string) => Promise<Rows[Kind]>,
  options: Pick<WriteOptions, 'limit_ms' | 'committed'> = {},
): void {
  const { kind, tag, shape } = resource
  writeOperation(
    router,
    app,
    {
      method: 'POST',
      ...declared,
      tag,
      scope: 'billing',
      params: objectParams(kind),
      responses: { 200: shape },
      etag: true,
    },
    async (connection, { params, context }) => {
      const view = { app, context }
      return respondObject(resource, view, await act(connection, view, params[kind]), 200)
    },
    { committed: app.eventsCommitted, ...options },
  )
}
