import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { RequestEnvironment } from '../context.ts'
import type { Actor } from '../core/actor.ts'

/** The server, or a part of it, to which routes are added. */
export type Router = FastifyInstance

declare module 'fastify' {
  interface FastifyRequest {
    /** Both are set by authentication, before any handler of the API runs. */
    environment: RequestEnvironment
    actor: Actor
  }
}

export type { FastifyReply, FastifyRequest }
