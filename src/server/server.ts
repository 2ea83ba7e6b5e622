import fastify from 'fastify'
import type { Authenticator } from '../api/auth.ts'
import { authorize } from '../api/authorize.ts'
import { openToPages } from '../api/cross-origin.ts'
import type { FastifyReply, FastifyRequest, Router } from '../api/fastify.ts'
import { readJsonBody } from '../api/json-body.ts'
import { requestPath, sendProblem, toProblem } from '../api/problems.ts'
import { checkCharset, targetFault } from '../api/request-head.ts'
import type { AppContext, RequestEnvironment } from '../context.ts'
import type { Actor } from '../core/actor.ts'
import { assert } from '../core/assert.ts'
import { Problem } from '../core/problem.ts'
import { newRequestId } from '../core/request-id.ts'
import { docsRoutes } from '../docs-site/routes.ts'
import { sendRefusal } from '../html/form.ts'
import { asksForPage, sendStray } from '../html/send.ts'
import type { JobStatus } from '../jobs/periodic.ts'
import { describeOperations, openapiRoute } from '../openapi/routes.ts'
import { collectAddresses } from './addresses.ts'
import { refuseClient, refuseExpectations } from './client-errors.ts'
import { type ConnectionTimes, connectionOptions, limitConnections, usualTimes } from './connections.ts'
import { createDrain, type Drain } from './drain.ts'
import { guardRequests } from './guard-requests.ts'
import { healthRoutes } from './health.ts'
import { limitKey, limitRequests } from './limit-requests.ts'
import { apiRoutes, isPagePath, pageRoutes, processorCallbackRoutes } from './routes.ts'
import { shedLoad } from './shed-load.ts'
import { traceRequests } from './trace-requests.ts'

const bodyMaxBytes = 256 * 1024

/** What a server is told besides. */
export type ServerOptions = {
  jobs?: () => JobStatus[]
  drain?: Drain
  /** Whether the event loop is late, so that load is shed. */
  is_late?: () => boolean
  times?: ConnectionTimes
}

/** Builds the HTTP server: health, the API behind its keys, the pages, and one place where every refusal is rendered. */
export async function buildServer(
  app: AppContext,
  authenticator: Authenticator,
  { jobs = () => [], drain = createDrain(), is_late = () => false, times = usualTimes }: ServerOptions = {},
): Promise<Router> {
  const router = fastify({
    logger: false,
    bodyLimit: bodyMaxBytes,
    genReqId: newRequestId,
    ...connectionOptions(times),
    routerOptions: {
      maxParamLength: 300,
      ignoreTrailingSlash: false,
      // It is read where it is used (api/url-encoded.ts).
      querystringParser: () => noQuery,
    },
    // The drain refuses those requests, with a problem.
    return503OnClosing: false,
    frameworkErrors: (_error, request, reply) => refuseTarget(app, request, reply),
    clientErrorHandler: (error, socket) => refuseClient(app, error, socket),
  })
  router.decorateRequest('environment', null as unknown as RequestEnvironment)
  router.decorateRequest('actor', null as unknown as Actor)
  router.decorateRequest('by_public_key', false)
  refuseExpectations(app, router)
  readJson(router)
  traceRequests(router)
  refuseEarly(router, app, is_late)
  const addresses = collectAddresses(router)
  const refuse = (request: FastifyRequest, reply: FastifyReply, error: unknown) =>
    isPagePath(request.url) ? sendRefusal(app, request, reply, error) : sendProblem(app, request, reply, error)
  const answerUnrouted = (request: FastifyRequest, reply: FastifyReply) =>
    asksForPage(request) && addresses.isFar(requestPath(request))
      ? sendStray(request, reply, requestPath(request))
      : addresses.answer(request, reply, (problem) => refuse(request, reply, problem))
  router.setErrorHandler((error, request, reply) => {
    // Where nothing reads a body, it does not matter what is wrong with it.
    if (request.is404 && ![429, 503].includes(toProblem(error).status)) return answerUnrouted(request, reply)
    // The client has broken off while it sent its body. That reads like the loss of another connection, the database's.
    return refuse(request, reply, error === request.raw.errored ? brokenOff : error)
  })
  router.setNotFoundHandler(answerUnrouted)
  drain.guard(router)
  router.addHook('onSend', async (request, reply) => {
    reply.header('request-id', request.id)
    reply.header('x-content-type-options', 'nosniff')
  })
  // The pattern of the route, never the address, which may contain a reference or the link of a payer.
  router.addHook('onResponse', (request, reply, done) => {
    const { method, id: request_id } = request
    const { url: route } = request.routeOptions
    app.figures.requests.observe(method, request.is404 ? undefined : route, reply.statusCode, reply.elapsedTime)
    const facts = { request_id, method, route, status: reply.statusCode }
    app.log.debug({ ...facts, duration_ms: Math.round(reply.elapsedTime) }, 'a request was handled')
    done()
  })
  const document = describeOperations(router)
  healthRoutes(router, app, drain, jobs)
  openapiRoute(router, document)
  docsRoutes(router, document)
  await router.register(async (pages) => pageRoutes(pages, app))
  await router.register(async (callbacks) => processorCallbackRoutes(callbacks, app))
  await router.register(async (api) => {
    api.addHook('onRequest', async (request, reply) => {
      // Customers' data, and once a signing secret: no cache keeps an answer, whatever becomes of the request.
      reply.header('cache-control', 'no-store')
      const { operation } = request.routeOptions.config
      assert(operation !== undefined, 'every route of the API is an operation')
      openToPages(operation, request, reply)
      const key = await authenticator.authenticate(request.headers.authorization, request.raw)
      await limitKey(app, key, request, reply)
      authorize(key, operation)
      request.environment = key.environment
      request.actor = key.actor
      request.by_public_key = key.kind === 'public'
    })
    apiRoutes(api, app)
  })
  return router
}

/** What is refused before anything is done for it, in the order of what it costs to find out. */
function refuseEarly(router: Router, app: AppContext, isLate: () => boolean): void {
  limitConnections(router, app.figures)
  shedLoad(router, app, isLate)
  guardRequests(router)
  limitRequests(router, app)
}

const noQuery = {}
const brokenOff = new Problem('malformed_http', 'The body broke off before its end. Nothing was done.')

/** A POST without a body may still say that it is JSON, as the samples of the API do. */
function readJson(router: Router): void {
  router.removeContentTypeParser(['application/json', 'text/plain'])
  router.addContentTypeParser<Buffer>('application/json', { parseAs: 'buffer' }, (request, body, done) => {
    checkCharset(request.headers['content-type'])
    done(null, body.length === 0 ? undefined : readJsonBody(body))
  })
}

const unreadable = 'A part of the path has more than 300 characters; an id or a reference has at most 255.'

/** Answers a request whose address leads to no route because it cannot be read: with a page where a payer asked for one. */
function refuseTarget(app: AppContext, request: FastifyRequest, reply: FastifyReply): void {
  reply.header('request-id', request.id)
  const problem = targetFault(request.url) ?? new Problem('invalid_request', unreadable)
  if (isPagePath(request.url)) sendRefusal(app, request, reply, problem)
  else sendProblem(app, request, reply, problem)
}
