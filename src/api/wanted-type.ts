import { preferredType } from './accept.ts'
import type { FastifyReply } from './fastify.ts'
import type { OtherMediaType } from './route.ts'

/** Which of the media types of an operation the request wants. Caches learn that it decides. */
export function wantedType<Type extends 'application/json' | OtherMediaType>(
  reply: FastifyReply,
  types: readonly Type[],
): Type {
  reply.header('vary', 'Accept')
  return preferredType(reply.request.headers.accept, types)
}
