import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { RequestEnvironment } from '../context.ts'
import type { Actor } from '../core/actor.ts'

/** What routes are added to. */
export type Router = FastifyInstance

declare module 'fastify' {
  interface FastifyRequest {
    /** Both are set by authentication, before any handler of the API runs. */
    environment: RequestEnvironment
    actor: Actor
  }
}

export type { FastifyReply, FastifyRequest }
