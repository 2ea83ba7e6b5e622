import { Readable } from 'node:stream'
import { finished } from 'node:stream/promises'
import type { FastifyReply } from './fastify.ts'

/**
 * Sends a body in pieces, as they are made and as the caller reads them. What fails before the first is thrown, so it is answered with a
 * problem; what fails later, and what is not read by the deadline, ends the connection, so that a part is never taken for the whole.
 * Returns when all is sent.
 */
export async function sendInPieces(
  reply: FastifyReply,
  pieces: AsyncGenerator<string>,
  deadline_ms: number,
): Promise<FastifyReply> {
  const first = await pieces.next()
  const stream = Readable.from(withFirst(first, pieces), { signal: AbortSignal.timeout(deadline_ms) })
  reply.send(stream)
  // Whoever hung up does not wait for an answer; what failed is logged where it was sent.
  await finished(stream).catch(() => {})
  return reply
}

async function* withFirst(first: IteratorResult<string>, rest: AsyncGenerator<string>): AsyncGenerator<string> {
  try {
    if (!first.done) yield first.value
    yield* rest
  } finally {
    // Also where it ended before it came to the rest.
    await rest.return(undefined)
  }
}
