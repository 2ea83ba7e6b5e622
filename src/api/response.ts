import type { z } from 'zod'
import { type ShownLink, withoutProof } from '../core/page-link.ts'
import type { FastifyReply } from './fastify.ts'

/** The schema of each successful response of an operation, by its status. */
export type Responses = Readonly<Record<number, z.ZodType>>

/** A response of an operation: one of its statuses, with a body of that status's schema. */
export type Response<R extends Responses> = {
  [Status in keyof R]: {
    status: Status
    body: z.input<R[Status]>
    etag?: string | undefined
    link?: ShownLink | undefined
  }
}[keyof R]

/** A response as text: what is sent, and what an idempotency record stores, so that a replay has the same bytes. */
export type RenderedResponse = {
  status: number
  body: string
  etag?: string | undefined
  link?: ShownLink | undefined
  /** Whether it is a replay of an earlier response to the same key. */
  replayed?: true
}

/** Serialises a response. This is the only place that does. */
export function renderResponse<R extends Responses>({ status, body, etag, link }: Response<R>): RenderedResponse {
  return { status: status as number, body: JSON.stringify(body), etag, link }
}

/** The body as an idempotency record stores it: without the secret part of its link. */
export function storedBody({ body, link }: Pick<RenderedResponse, 'body' | 'link'>): string {
  return link === undefined ? body : withoutProof(body, link)
}

/** Sends a rendered response. A stored refusal has the media type of problems. */
export function sendResponse(reply: FastifyReply, { status, body, etag, replayed }: RenderedResponse): FastifyReply {
  if (etag !== undefined) reply.header('etag', etag)
  if (replayed) reply.header('idempotent-replayed', 'true')
  const type = status < 400 ? 'application/json' : 'application/problem+json'
  return reply.code(status).header('content-type', `${type}; charset=utf-8`).send(body)
}
