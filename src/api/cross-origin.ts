import type { FastifyReply, FastifyRequest } from './fastify.ts'
import type { Operation } from './route.ts'

/**
 * Lets a page of any site read the answer to a call with a public key. With a secret key there is no such header, so that a page into
 * which one was put by mistake does not work.
 */
export function openToPages({ public_body }: Operation, request: FastifyRequest, reply: FastifyReply): void {
  if (public_body === undefined || !/^Bearer +pk_/i.test(request.headers.authorization ?? '')) return
  reply.headers({
    'access-control-allow-origin': '*',
    'access-control-expose-headers': 'request-id, idempotent-replayed, retry-after, ratelimit-policy, ratelimit',
  })
}

/** Answers OPTIONS: what a browser asks before it lets a page call `method`, where there is one that a page may call. */
export function sendOptions(reply: FastifyReply, method: string | undefined): FastifyReply {
  if (method !== undefined) {
    reply.headers({
      'access-control-allow-origin': '*',
      'access-control-allow-methods': method,
      'access-control-allow-headers': 'authorization, content-type, idempotency-key',
      'access-control-max-age': '7200',
    })
  }
  return reply.code(204).send()
}
