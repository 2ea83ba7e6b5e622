import { type Attributes, type Context, context, propagation, ROOT_CONTEXT, SpanKind, trace } from '@opentelemetry/api'
import type { FastifyRequest, Router } from '../api/fastify.ts'
import { failSpan } from '../tracing/failure.ts'
import { findTracer } from '../tracing/tracer.ts'

const begun = Symbol('the span of a request')
type TracedRequest = FastifyRequest & { [begun]?: Context }

/** Makes a span of each request, below the one that its caller names. Without a tracer nothing is added to a request. */
export function traceRequests(router: Router): void {
  const tracer = findTracer()
  if (tracer === undefined) return
  router.addHook('onRequest', (request: TracedRequest, _reply, done) => {
    const parent = propagation.extract(ROOT_CONTEXT, request.headers)
    const route = routeOf(request)
    const name = route === undefined ? request.method : `${request.method} ${route}`
    const span = tracer.startSpan(name, { kind: SpanKind.SERVER, attributes: attributesOf(request, route) }, parent)
    request[begun] = trace.setSpan(parent, span)
    done()
  })
  // Not before: a body is read by events of its socket, behind which nothing is active any more.
  router.addHook('preHandler', (request: TracedRequest, _reply, done) => {
    context.with(request[begun] ?? ROOT_CONTEXT, done)
  })
  router.addHook('onResponse', (request: TracedRequest, { statusCode }, done) => {
    const span = request[begun] && trace.getSpan(request[begun])
    span?.setAttribute('http.response.status_code', statusCode)
    if (statusCode >= 500) failSpan(span, String(statusCode))
    span?.end()
    done()
  })
}

/** The pattern of the route, never the address, which may contain a reference or the link of a payer. */
function routeOf(request: FastifyRequest): string | undefined {
  return request.is404 ? undefined : request.routeOptions.url
}

function attributesOf({ id, method, protocol }: FastifyRequest, route: string | undefined): Attributes {
  return {
    'http.request.method': method,
    'url.scheme': protocol,
    ...(route !== undefined && { 'http.route': route }),
    'tallystick.request_id': id,
  }
}
