import { createHash } from 'node:crypto'
import type { FastifyReply, FastifyRequest } from './fastify.ts'

/** An answer that is the same for everyone as long as the program runs: its bytes are made once, whoever asks how often. */
export type FixedAnswer = { type: string; body: Buffer; etag: string }

/** Makes the bytes of a text, and their ETag. */
export function fixedAnswer(mediaType: string, text: string): FixedAnswer {
  const body = Buffer.from(text)
  const etag = `"${createHash('sha256').update(body).digest('base64url')}"`
  return { type: `${mediaType}; charset=utf-8`, body, etag }
}

/** Sends a fixed answer, or 304 to whoever has these bytes already. Source: RFC 9110, section 13.1.2. */
export function sendFixed(request: FastifyRequest, reply: FastifyReply, answer: FixedAnswer): FastifyReply {
  reply.header('etag', answer.etag)
  const known = (request.headers['if-none-match'] ?? '').split(',').map((tag) => tag.trim().replace(/^W\//, ''))
  if (reply.statusCode === 200 && (known.includes(answer.etag) || known.includes('*'))) return reply.code(304).send()
  return reply.header('content-type', answer.type).send(answer.body)
}
