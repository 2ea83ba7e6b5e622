import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { RequestEnvironment } from '../context.ts'
import type { Actor } from '../core/actor.ts'

/** The server, or a part of it, to which routes are added. */
export type Router = FastifyInstance

declare module 'fastify' {
  interface FastifyRequest {
    /** All are set by authentication, before any handler of the API runs. */
    environment: RequestEnvironment
    actor: Actor
    /** Whether the key is a public one. */
    by_public_key: boolean
  }
}

export type { FastifyReply, FastifyRequest }
