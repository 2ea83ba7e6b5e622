import type { AppContext, RequestContext } from '../context.ts'
import type { FastifyRequest } from './fastify.ts'
import { claimOf } from './idempotency.ts'
import { requestPath } from './problems.ts'

/** The context of a request of the API. Its Idempotency-Key is read only where the operation takes one. */
export function contextOf(
  { clock }: Pick<AppContext, 'clock'>,
  request: FastifyRequest,
  { idempotent }: { idempotent?: true | undefined } = {},
): RequestContext {
  const now = clock.now()
  return {
    environment: request.environment,
    actor: request.actor,
    request_id: request.id,
    now,
    idempotency: idempotent && claimOf(request, now),
    instance: requestPath(request),
  }
}
