import fastify from 'fastify'
import type { Authenticator } from '../api/auth.ts'
import type { Router } from '../api/fastify.ts'
import { sendProblem } from '../api/problems.ts'
import { readQuery } from '../api/query.ts'
import type { AppContext, RequestEnvironment } from '../context.ts'
import type { Actor } from '../core/actor.ts'
import { Problem } from '../core/problem.ts'
import { newRequestId } from '../core/request-id.ts'
import { docsRoutes } from '../docs-site/routes.ts'
import type { JobStatus } from '../jobs/periodic.ts'
import { describeOperations, openapiRoute } from '../openapi/routes.ts'
import { createDrain, type Drain } from './drain.ts'
import { healthRoutes } from './health.ts'
import { apiRoutes, pageRoutes } from './routes.ts'

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
    routerOptions: { maxParamLength: 300, ignoreTrailingSlash: false, querystringParser: readQuery },
    // The drain refuses those requests, with a problem.
    return503OnClosing: false,
    frameworkErrors: (error, request, reply) => {
      sendProblem(app, request, reply, new Problem('invalid_request', error.message))
    },
  })
  router.decorateRequest('environment', null as unknown as RequestEnvironment)
  router.decorateRequest('actor', null as unknown as Actor)
  acceptEmptyJson(router)
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

/** A POST without a body may still say that it is JSON, as the samples of the API do. */
function acceptEmptyJson(router: Router): void {
  const parse = router.getDefaultJsonParser('error', 'error')
  router.removeContentTypeParser(['application/json', 'text/plain'])
  router.addContentTypeParser('application/json', { parseAs: 'string' }, (request, body, done) => {
    if (body === '') done(null, undefined)
    else parse(request, body as string, done)
  })
}
