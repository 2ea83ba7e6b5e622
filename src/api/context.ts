import type { FastifyRequest } from 'fastify'
import type { Platform, RequestEnvironment } from './platform.ts'

/** Who changes something, in which environment, and when: what every service is told of the request. */
export type ChangeContext = { environment: RequestEnvironment; request_id: string; now: Date }

/** The context of a request. */
export function contextOf(platform: Platform, request: FastifyRequest): ChangeContext {
  return { environment: request.environment, request_id: request.id, now: platform.clock.now() }
}
