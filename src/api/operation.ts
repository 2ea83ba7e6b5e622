import type { z } from 'zod'
import type { Connection } from '../database/pool.ts'
import { type ChangeContext, contextOf } from './context.ts'
import { type App, type FastifyReply, type FastifyRequest, type Platform, sendJson } from './platform.ts'
import { parse } from './validation.ts'
import { type Answer, type WriteOptions, writeOnce } from './idempotency.ts'

type Schema = z.ZodType
type Parsed<S extends Schema | undefined> = S extends Schema ? z.output<S> : undefined

/** One operation of the API: its schemas validate the request, type the handler and make the OpenAPI document. */
export type Route<P extends Schema | undefined, Q extends Schema | undefined, B extends Schema | undefined> = {
  method: 'GET' | 'POST' | 'PATCH' | 'DELETE'
  url: string
  /** The name of the operation, unique in the document. */
  id: string
  tag: string
  summary: string
  /** What the summary does not say, for the reference. */
  description?: string
  params?: P
  query?: Q
  body?: B
  /** The shape of each successful answer, by its status. */
  answers: Readonly<Record<number, Schema>>
  /** Statuses of the refusals that this operation can give, beyond those that every operation can. */
  refusals?: readonly number[]
  /** Whether its successful answers carry an ETag. */
  etag?: true
  /** Whether it takes an Idempotency-Key; `addWrite` says so itself. */
  once?: true
}

/** An operation as the OpenAPI document reads it. */
export type Operation = Omit<Route<undefined, undefined, undefined>, 'params' | 'query' | 'body'> & {
  params?: Schema | undefined
  query?: Schema | undefined
  body?: Schema | undefined
}

declare module 'fastify' {
  interface FastifyContextConfig {
    /** What the route was declared as; pages and the like have none. */
    operation?: Operation
  }
}

/** A request whose parts have been validated. */
export type Call<P extends Schema | undefined, Q extends Schema | undefined, B extends Schema | undefined> = {
  params: Parsed<P>
  query: Parsed<Q>
  body: Parsed<B>
  context: ChangeContext
  request: FastifyRequest
}

/** Adds an operation that only reads. */
export function addRead<
  P extends Schema | undefined = undefined,
  Q extends Schema | undefined = undefined,
  B extends Schema | undefined = undefined,
>(app: App, platform: Platform, route: Route<P, Q, B>, handle: (call: Call<P, Q, B>) => Promise<Answer>): void {
  add(app, platform, route, async (call, reply) => sendJson(reply, await handle(call)))
}

/** Adds an operation that changes something: it runs in one transaction with its idempotency record. */
export function addWrite<
  P extends Schema | undefined = undefined,
  Q extends Schema | undefined = undefined,
  B extends Schema | undefined = undefined,
>(
  app: App,
  platform: Platform,
  route: Route<P, Q, B>,
  handle: (connection: Connection, call: Call<P, Q, B>) => Promise<Answer>,
  options: WriteOptions = {},
): void {
  add(app, platform, { ...route, once: true }, (call, reply) =>
    writeOnce(platform, call.request, reply, (connection) => handle(connection, call), options),
  )
}

/** Adds an operation that sends its own answer: the payments, whose transaction is the batch's. */
export function add<P extends Schema | undefined, Q extends Schema | undefined, B extends Schema | undefined>(
  app: App,
  platform: Platform,
  route: Route<P, Q, B>,
  handle: (call: Call<P, Q, B>, reply: FastifyReply) => Promise<FastifyReply>,
): void {
  app.route({
    method: route.method,
    url: route.url,
    config: { operation: route as Operation },
    handler: (request, reply) =>
      handle(
        {
          params: part(route.params, request.params) as Parsed<P>,
          query: part(route.query, request.query) as Parsed<Q>,
          body: part(route.body, request.body) as Parsed<B>,
          context: contextOf(platform, request),
          request,
        },
        reply,
      ),
  })
}

function part(schema: Schema | undefined, input: unknown): unknown {
  return schema === undefined ? undefined : parse(schema, input)
}
