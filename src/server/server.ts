import fastify from 'fastify'
import type { Authenticator } from '../api/auth.ts'
import type { FastifyReply, FastifyRequest, Router } from '../api/fastify.ts'
import { readJsonBody } from '../api/json-body.ts'
import { sendProblem } from '../api/problems.ts'
import { checkCharset, targetFault } from '../api/request-head.ts'
import type { AppContext, RequestEnvironment } from '../context.ts'
import type { Actor } from '../core/actor.ts'
import { Problem } from '../core/problem.ts'
import { newRequestId } from '../core/request-id.ts'
import { docsRoutes } from '../docs-site/routes.ts'
import { sendRefusal } from '../html/form.ts'
import type { JobStatus } from '../jobs/periodic.ts'
import { describeOperations, openapiRoute } from '../openapi/routes.ts'
import { createDrain, type Drain } from './drain.ts'
import { guardRequests } from './guard-requests.ts'
import { healthRoutes } from './health.ts'
import { apiRoutes, isPagePath, pageRoutes } from './routes.ts'

const bodyMaxBytes = 256 * 1024

/** Builds the HTTP server: health, the API behind its keys, the pages, and one place where every refusal is rendered. */
export async function buildServer(
  app: AppContext,
  authenticator: Authenticator,
  jobs: () => JobStatus[] = () => [],
  drain: Drain = createDrain(),
): Promise<Router> {
  const router = fastify({
    logger: false,
    bodyLimit: bodyMaxBytes,
    genReqId: newRequestId,
    // The longest that a slow client can hold a socket.
    requestTimeout: 30_000,
    connectionTimeout: 60_000,
    routerOptions: {
      maxParamLength: 300,
      ignoreTrailingSlash: false,
      // It is read where it is used (api/url-encoded.ts).
      querystringParser: () => noQuery,
    },
    // The drain refuses those requests, with a problem.
    return503OnClosing: false,
    frameworkErrors: (error, request, reply) => refuseTarget(app, error, request, reply),
  })
  router.decorateRequest('environment', null as unknown as RequestEnvironment)
  router.decorateRequest('actor', null as unknown as Actor)
  readJson(router)
  guardRequests(router)
  router.setErrorHandler((error, request, reply) => sendProblem(app, request, reply, error))
  router.setNotFoundHandler((request, reply) =>
    sendProblem(
      app,
      request,
      reply,
      new Problem('not_found', `There is nothing at ${request.method} ${request.url.split('?', 1)[0]}.`),
    ),
  )
  drain.guard(router)
  router.addHook('onSend', async (request, reply) => {
    reply.header('request-id', request.id)
    reply.header('x-content-type-options', 'nosniff')
  })
  // The pattern of the route, never the address, which may contain a reference or the link of a payer.
  router.addHook('onResponse', (request, reply, done) => {
    const { method, id: request_id } = request
    const facts = { request_id, method, route: request.routeOptions.url, status: reply.statusCode }
    app.log.debug({ ...facts, duration_ms: Math.round(reply.elapsedTime) }, 'a request was handled')
    done()
  })
  const document = describeOperations(router)
  healthRoutes(router, app, drain, jobs)
  openapiRoute(router, document)
  docsRoutes(router, document)
  await router.register(async (pages) => pageRoutes(pages, app))
  await router.register(async (api) => {
    api.addHook('onRequest', async (request, reply) => {
      // Customers' data, and once a signing secret: no cache keeps an answer, whatever becomes of the request.
      reply.header('cache-control', 'no-store')
      const { environment, actor } = await authenticator.authenticate(request.headers.authorization)
      request.environment = environment
      request.actor = actor
    })
    apiRoutes(api, app)
  })
  return router
}

const noQuery = {}

/** A POST without a body may still say that it is JSON, as the samples of the API do. */
function readJson(router: Router): void {
  router.removeContentTypeParser(['application/json', 'text/plain'])
  router.addContentTypeParser<Buffer>('application/json', { parseAs: 'buffer' }, (request, body, done) => {
    checkCharset(request.headers['content-type'])
    done(null, body.length === 0 ? undefined : readJsonBody(body))
  })
}

/** Answers a request whose address leads to no route because it cannot be read: with a page where a payer asked for one. */
function refuseTarget(app: AppContext, error: Error, request: FastifyRequest, reply: FastifyReply): void {
  reply.header('request-id', request.id)
  const problem = targetFault(request.url) ?? new Problem('invalid_request', error.message)
  if (isPagePath(request.url)) sendRefusal(app, request, reply, problem)
  else sendProblem(app, request, reply, problem)
}
