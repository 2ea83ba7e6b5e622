import type { z } from 'zod'
import type { AppContext, RequestContext } from '../context.ts'
import type { Connection } from '../database/pool.ts'
import { contextOf } from './context.ts'
import type { FastifyReply, Router } from './fastify.ts'
import { type WriteOptions, writeOnce } from './idempotency.ts'
import { type RenderedResponse, type Response, type Responses, renderResponse, sendResponse } from './response.ts'
import { parse } from './validation.ts'

type Schema = z.ZodType
type Parsed<S extends Schema | undefined> = S extends Schema ? z.output<S> : undefined
type Optional = Schema | undefined

/** One operation of the API: its schemas validate the request, type the handler and make the OpenAPI document. */
export type Route<P extends Optional, Q extends Optional, B extends Optional, R extends Responses> = {
  method: 'GET' | 'POST' | 'PATCH' | 'DELETE'
  url: string
  /** The name of the operation, unique in the document. */
  id: string
  tag: string
  summary: string
  /** Details for the reference that the summary leaves out. */
  description?: string
  params?: P
  query?: Q
  body?: B
  /** The schema of each successful response, by its status. */
  responses: R
  /** Statuses of this operation's refusals, besides those that every operation can give. */
  errors?: readonly number[]
  /** Whether its successful responses carry an ETag. */
  etag?: true
  /** Whether it takes an Idempotency-Key; `writeOperation` and `groupedOperation` set it. */
  idempotent?: true
}

/** An operation as the OpenAPI document reads it. */
export type Operation = Omit<Route<undefined, undefined, undefined, Responses>, 'params' | 'query' | 'body'> & {
  params?: Optional
  query?: Optional
  body?: Optional
}

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The operation that the route was declared with; pages have none. */
    operation?: Operation
  }
}

/** A request whose parts have been validated. */
export type Call<P extends Optional, Q extends Optional, B extends Optional> = {
  params: Parsed<P>
  query: Parsed<Q>
  body: Parsed<B>
  context: RequestContext
  /** The If-Match header, as it was sent. */
  if_match: string | undefined
}

/** Adds an operation that only reads. */
export function readOperation<
  R extends Responses,
  P extends Optional = undefined,
  Q extends Optional = undefined,
  B extends Optional = undefined,
>(
  router: Router,
  app: AppContext,
  route: Route<P, Q, B, R>,
  handle: (call: Call<P, Q, B>) => Promise<Response<NoInfer<R>>>,
): void {
  operation(router, app, route, async (call, reply) => sendResponse(reply, renderResponse<R>(await handle(call))))
}

/** Adds an operation that changes something: it runs in one transaction with its idempotency record. */
export function writeOperation<
  R extends Responses,
  P extends Optional = undefined,
  Q extends Optional = undefined,
  B extends Optional = undefined,
>(
  router: Router,
  app: AppContext,
  route: Route<P, Q, B, R>,
  handle: (connection: Connection, call: Call<P, Q, B>) => Promise<Response<NoInfer<R>>>,
  options: WriteOptions = {},
): void {
  groupedOperation(router, app, route, (call) =>
    writeOnce(app, call.context, async (connection) => renderResponse<R>(await handle(connection, call)), options),
  )
}

/**
 * Adds an operation that shares its transaction with others: the code that commits it also renders and stores its
 * response.
 */
export function groupedOperation<
  R extends Responses,
  P extends Optional = undefined,
  Q extends Optional = undefined,
  B extends Optional = undefined,
>(
  router: Router,
  app: AppContext,
  route: Route<P, Q, B, R>,
  handle: (call: Call<P, Q, B>) => Promise<RenderedResponse>,
): void {
  operation(router, app, { ...route, idempotent: true }, async (call, reply) => sendResponse(reply, await handle(call)))
}

/** Adds an operation that sends its response itself, in pieces. */
export function operation<
  R extends Responses,
  P extends Optional = undefined,
  Q extends Optional = undefined,
  B extends Optional = undefined,
>(
  router: Router,
  app: AppContext,
  route: Route<P, Q, B, R>,
  handle: (call: Call<P, Q, B>, reply: FastifyReply) => Promise<FastifyReply>,
): void {
  router.route({
    method: route.method,
    url: route.url,
    config: { operation: route as unknown as Operation },
    handler: (request, reply) =>
      handle(
        {
          params: part(route.params, request.params) as Parsed<P>,
          query: part(route.query, request.query) as Parsed<Q>,
          body: part(route.body, request.body) as Parsed<B>,
          context: contextOf(app, request, route),
          if_match: request.headers['if-match'],
        },
        reply,
      ),
  })
}

function part(schema: Optional, input: unknown): unknown {
  return schema === undefined ? undefined : parse(schema, input)
}
