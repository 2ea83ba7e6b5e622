import fastify from 'fastify'
import { Problem } from '../core/problem.ts'
import { newRequestId } from '../core/request-id.ts'
import type { Authenticator } from '../api/auth.ts'
import type { App, Platform, RequestEnvironment } from '../api/platform.ts'
import { sendProblem } from '../api/problems.ts'
import { readQuery } from '../api/query.ts'
import { docsRoutes } from '../docs-site/routes.ts'
import { healthRoutes } from './health.ts'
import { describeOperations, openapiRoute } from '../openapi/routes.ts'
import { apiRoutes, pageRoutes } from './routes.ts'

const bodyMaxBytes = 256 * 1024

/** Builds the HTTP server: health, the API behind its keys, the pages, and one place where every refusal is rendered. */
export async function buildServer(platform: Platform, authenticator: Authenticator): Promise<App> {
  const app = fastify({
    logger: false,
    bodyLimit: bodyMaxBytes,
    genReqId: newRequestId,
    // A slow client holds a socket for so long at most.
    requestTimeout: 30_000,
    connectionTimeout: 60_000,
    routerOptions: { maxParamLength: 300, ignoreTrailingSlash: false, querystringParser: readQuery },
    return503OnClosing: true,
    frameworkErrors: (error, request, reply) => {
      sendProblem(platform, request, reply, new Problem('invalid_request', error.message))
    },
  })
  app.decorateRequest('environment', null as unknown as RequestEnvironment)
  acceptEmptyJson(app)
  app.setErrorHandler((error, request, reply) => sendProblem(platform, request, reply, error))
  app.setNotFoundHandler((request, reply) =>
    sendProblem(
      platform,
      request,
      reply,
      new Problem('not_found', `There is nothing at ${request.method} ${request.url.split('?', 1)[0]}.`),
    ),
  )
  app.addHook('onSend', async (request, reply) => {
    reply.header('request-id', request.id)
    reply.header('x-content-type-options', 'nosniff')
  })
  // The route's pattern, never the address: that may hold a reference or a payer's link.
  app.addHook('onResponse', (request, reply, done) => {
    const { method, id: request_id } = request
    const facts = { request_id, method, route: request.routeOptions.url, status: reply.statusCode }
    platform.log.debug({ ...facts, duration_ms: Math.round(reply.elapsedTime) }, 'a request was answered')
    done()
  })
  const document = describeOperations(app)
  healthRoutes(app, platform)
  openapiRoute(app, document)
  docsRoutes(app, document)
  await app.register(async (pages) => pageRoutes(pages, platform))
  await app.register(async (api) => {
    api.addHook('onRequest', async (request) => {
      request.environment = await authenticator.authenticate(request.headers.authorization)
    })
    apiRoutes(api, platform)
  })
  return app
}

/** A POST without a body may still say that it is JSON, as the samples of the API do. */
function acceptEmptyJson(app: App): void {
  const parse = app.getDefaultJsonParser('error', 'error')
  app.removeContentTypeParser(['application/json', 'text/plain'])
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (request, body, done) => {
    if (body === '') done(null, undefined)
    else parse(request, body as string, done)
  })
}
