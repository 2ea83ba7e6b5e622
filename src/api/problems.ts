import type { FastifyError } from 'fastify'
import type { AppContext } from '../context.ts'
import { Problem, problemBody } from '../core/problem.ts'
import { isDatabaseUnavailable } from '../database/availability.ts'
import type { FastifyReply, FastifyRequest } from './fastify.ts'

/** Turns whatever went wrong into the problem that the caller is told. Only what nobody expected is a 500, and is logged. */
export function toProblem(error: unknown): Problem {
  if (error instanceof Problem) return error
  if (isDatabaseUnavailable(error)) {
    return new Problem('service_unavailable', 'The database does not answer; nothing is known to be lost.', {
      retry_after_s: 2,
    })
  }
  const { code } = (error ?? {}) as Partial<FastifyError>
  switch (code) {
    case 'FST_ERR_CTP_BODY_TOO_LARGE':
      return new Problem('body_too_large', 'The body has more than 256 KiB.')
    case 'FST_ERR_CTP_INVALID_MEDIA_TYPE':
      return new Problem('unsupported_media_type', 'The Content-Type should be application/json.')
    case 'FST_ERR_CTP_INVALID_JSON_BODY':
    case 'FST_ERR_CTP_EMPTY_JSON_BODY':
      return new Problem('malformed_json', 'The body should be one JSON object.')
    case 'FST_ERR_CTP_INVALID_CONTENT_LENGTH':
      return new Problem('invalid_request', 'The body has another length than Content-Length says.')
    default:
      return new Problem('internal_error', 'Something is wrong on our side. Nothing was written.')
  }
}

/** Renders a problem as it is sent, and as an idempotency record keeps it. */
export function renderProblem(problem: Problem, app: Pick<AppContext, 'publicUrl'>, instance: string) {
  return { status: problem.status, body: JSON.stringify(problemBody(problem, app.publicUrl(), instance)) }
}

/** Sends a problem. A refusal is not an error of the server, so only a 500 is logged as one. */
export function sendProblem(
  app: AppContext,
  request: FastifyRequest,
  reply: FastifyReply,
  error: unknown,
): FastifyReply {
  const problem = toProblem(error)
  if (problem.code === 'internal_error') app.log.error({ request_id: request.id, err: error }, 'a request failed')
  if (problem.retryAfterS !== undefined) reply.header('retry-after', String(problem.retryAfterS))
  if (problem.status === 401) reply.header('www-authenticate', 'Bearer')
  const { status, body } = renderProblem(problem, app, requestPath(request))
  return reply.code(status).header('content-type', 'application/problem+json; charset=utf-8').send(body)
}

/** The path that was called, without its query. */
export function requestPath(request: FastifyRequest): string {
  return request.url.split('?', 1)[0] ?? '/'
}
