import type { FastifyError } from 'fastify'
import type { AppContext } from '../context.ts'
import { Problem, problemBody } from '../core/problem.ts'
import { rateLimitFields } from '../core/rate-limit.ts'
import { isDatabaseUnavailable, isTemporary, OutcomeUnknown } from '../database/availability.ts'
import type { FastifyReply, FastifyRequest } from './fastify.ts'
import { inputProblem } from './input-problem.ts'
import { InvalidInput } from './validation.ts'

/**
 * Turns any error into the problem that the caller gets. Only an unexpected error is a 500, and only that is logged.
 */
export function toProblem(error: unknown): Problem {
  if (error instanceof Problem) return error
  if (error instanceof InvalidInput) return inputProblem(error)
  if (error instanceof OutcomeUnknown) {
    return new Problem(
      'outcome_unknown',
      'The database has not said whether the change was made. Repeat it with the same Idempotency-Key.',
      { retry_after_s: 2 },
    )
  }
  if (isDatabaseUnavailable(error)) {
    return new Problem('service_unavailable', 'The database is unavailable. Retry with the same Idempotency-Key.', {
      retry_after_s: 2,
    })
  }
  if (isTemporary(error)) {
    return new Problem(
      'service_unavailable',
      'Another change holds what this one needs. Retry with the same Idempotency-Key.',
      { retry_after_s: 2 },
    )
  }
  const { code } = (error ?? {}) as Partial<FastifyError>
  switch (code) {
    case 'FST_ERR_CTP_BODY_TOO_LARGE':
      return new Problem('body_too_large', 'The body is larger than 256 KiB, or 2 MiB of a batch: send less at once.')
    case 'FST_ERR_CTP_INVALID_MEDIA_TYPE':
      return new Problem('unsupported_media_type', 'The Content-Type should be application/json.')
    case 'FST_ERR_CTP_INVALID_JSON_BODY':
    case 'FST_ERR_CTP_EMPTY_JSON_BODY':
      return new Problem('malformed_json', 'The body should be one JSON object.')
    case 'FST_ERR_CTP_INVALID_CONTENT_LENGTH':
      return new Problem('invalid_request', 'The length of the body differs from Content-Length.')
    default:
      return new Problem('internal_error', 'An unexpected error occurred. Retry with the same Idempotency-Key.')
  }
}

/** Renders a problem as it is sent, and as an idempotency record stores it. */
export function renderProblem(problem: Problem, app: Pick<AppContext, 'publicUrl'>, instance: string) {
  return { status: problem.status, body: JSON.stringify(problemBody(problem, app.publicUrl(), instance)) }
}

/** The problem of a request that failed. A refusal is not an error of the server, so only a 500 is logged as one. */
export function noteFailure({ outage, log }: Pick<AppContext, 'outage' | 'log'>, request_id: string, error: unknown) {
  const problem = toProblem(error)
  if (isTemporary(error)) outage.failed(error)
  if (problem.code === 'internal_error') log.error({ request_id, err: error }, 'a request failed')
  return problem
}

/** Sends a problem. */
export function sendProblem(
  app: AppContext,
  request: FastifyRequest,
  reply: FastifyReply,
  error: unknown,
): FastifyReply {
  const problem = noteFailure(app, request.id, error)
  if (problem.retryAfterS !== undefined) reply.header('retry-after', String(problem.retryAfterS))
  if (problem.limit !== undefined) reply.headers(rateLimitFields(problem.limit))
  if (problem.status === 401) reply.header('www-authenticate', 'Bearer')
  const { status, body } = renderProblem(problem, app, requestPath(request))
  reply.header('cache-control', 'no-store')
  return reply.code(status).header('content-type', 'application/problem+json; charset=utf-8').send(body)
}

/** The path that was called, without its query. */
export function requestPath(request: FastifyRequest): string {
  return request.url.split('?', 1)[0] ?? '/'
}
