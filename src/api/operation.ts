import { z } from 'zod'
import type { AppContext, RequestContext } from '../context.ts'
import type { Scope } from '../core/api-key.ts'
import { canonicalJson } from '../core/canonical-json.ts'
import { Problem } from '../core/problem.ts'
import { sha256 } from '../core/secret.ts'
import { type IdempotencyClaim, newClaim } from '../database/idempotency.ts'
import type { Connection } from '../database/pool.ts'
import { callerAddress } from './caller-address.ts'
import type { FastifyReply, FastifyRequest, Router } from './fastify.ts'
import { type WriteOptions, writeOnce } from './idempotency.ts'
import { requestPath } from './problems.ts'
import { announcesBody } from './request-head.ts'
import { type RenderedResponse, type Response, type Responses, renderResponse, sendResponse } from './response.ts'
import type { Call, Operation, Optional, Parsed, Route } from './route.ts'
import { spareSlashProblem, withoutSpareSlashes } from './spare-slashes.ts'
import { readQuery } from './url-encoded.ts'
import { parse } from './validation.ts'

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
    ...(route.body_max_bytes !== undefined && { bodyLimit: route.body_max_bytes }),
    handler(request, reply) {
      const answer = () =>
        handle(
          {
            params: readParams(route.params, request) as Parsed<P>,
            query: readParameters(route.query, request.url) as Parsed<Q>,
            body: readBody((request.by_public_key && route.public_body) || route.body, request) as Parsed<B>,
            context: contextOf(app, request, route),
            if_match: request.headers['if-match'],
          },
          reply,
        )
      return route.waits ? answer() : app.turns.run(request.actor, answer, () => !reply.raw.destroyed)
    },
  })
}

// What an operation does not name is refused, also where it names nothing: what was sent was meant to do something.
const noQuery = z.strictObject({})
const noBody = z.strictObject({})

function readParams(schema: Optional, request: FastifyRequest): unknown {
  if (schema === undefined) return undefined
  try {
    return parse(schema, request.params, 'path')
  } catch (error) {
    const path = requestPath(request)
    throw withoutSpareSlashes(path) === path ? error : spareSlashProblem(request.method, path)
  }
}

function readParameters(schema: Optional, url: string): unknown {
  if (schema === undefined && !url.includes('?')) return undefined
  return parse(schema ?? noQuery, readQuery(url), 'query')
}

function readBody(schema: Optional, request: FastifyRequest): unknown {
  if ((request.method === 'GET' || request.method === 'HEAD') && announcesBody(request)) {
    const detail = 'is not read with this method: send none'
    throw new Problem('invalid_request', `The body ${detail}.`, { errors: [{ pointer: '', code: 'no_body', detail }] })
  }
  if (schema === undefined && request.body === undefined) return undefined
  return parse(schema ?? noBody, request.body, 'body')
}

/** The context of a request of the API. Its Idempotency-Key is read only where the operation as a whole takes one. */
function contextOf(
  app: Pick<AppContext, 'clock' | 'clientOf'>,
  request: FastifyRequest,
  { idempotent, scope }: Pick<Operation, 'idempotent' | 'scope'>,
): RequestContext {
  const now = app.clock.now()
  return {
    environment: request.environment,
    actor: request.actor,
    request_id: request.id,
    now,
    address: callerAddress(app, request),
    idempotency: idempotent === true ? claimOf(request, scope, now) : undefined,
    instance: requestPath(request),
  }
}

/** The request's idempotency claim, if it sent a key. The fingerprint is of the method, the path and the canonical body. */
function claimOf(request: FastifyRequest, scope: Scope, now: Date): IdempotencyClaim | undefined {
  const key = readKey(request)
  if (key === undefined) return undefined
  // No key that is sent begins with a blank. So what a page sends takes no key of the merchant's, and the response in which an API
  // key is shown is replayed only to the key that asked for it: another one might not be given as much.
  const own = request.by_public_key ? ' public ' : scope === 'keys' ? ` ${request.actor} ` : ''
  const fingerprint = sha256(`${request.method} ${requestPath(request)}\n${canonicalJson(request.body ?? null)}`)
  return newClaim(request.environment.id, own + key, fingerprint, now)
}

/**
 * The Idempotency-Key of a request, if it sent one. 1 to 255 visible ASCII characters, quoted (as the IETF draft has it) or bare: both
 * spellings are the same key.
 */
export function readKey(request: FastifyRequest): string | undefined {
  const header = request.headers['idempotency-key']
  if (header === undefined) return undefined
  const sent = Array.isArray(header) ? header.join() : header
  const key = /^"(.*)"$/.exec(sent)?.[1] ?? sent
  if (!/^[\x21-\x7e]{1,255}$/.test(key)) {
    throw new Problem('invalid_idempotency_key', 'The Idempotency-Key must have 1 to 255 visible ASCII characters.')
  }
  return key
}
