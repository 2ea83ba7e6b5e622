import type { z } from 'zod'
import type { RequestContext } from '../context.ts'
import type { Scope } from '../core/api-key.ts'
import type { ProblemCode } from '../core/problem-codes.ts'
import type { Responses } from './response.ts'

type Schema = z.ZodType
export type Parsed<S extends Schema | undefined> = S extends Schema ? z.output<S> : undefined
export type Optional = Schema | undefined

/** A media type of an answer that is made for people and their programs, and not described field by field. */
export type OtherMediaType = 'text/csv' | 'application/pdf'

/** One operation of the API: its schemas validate the request, type the handler and make the OpenAPI document. */
export type Route<P extends Optional, Q extends Optional, B extends Optional, R extends Responses> = {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  url: string
  /** The name of the operation, unique in the document. */
  id: string
  tag: string
  /** What a key needs to call it. */
  scope: Scope
  summary: string
  /** Details for the reference that the summary leaves out. */
  description?: string
  params?: P
  query?: Q
  body?: B
  /** What a public key may send instead. Without it a public key cannot call the operation, nor can a page of another site. */
  public_body?: z.ZodType<Parsed<B>>
  /** The schema of each successful response, by its status. */
  responses: R
  /** The media type of those, where it is not JSON. */
  media_type?: 'text/html'
  /** In which others they come too, where `Accept` asks for one. */
  also_as?: readonly OtherMediaType[]
  /** The codes of this operation's refusals, besides those that every operation can give (openapi/codes.ts). */
  errors?: readonly ProblemCode[]
  /** Whether its successful responses carry an ETag. */
  etag?: true
  /**
   * Whether it takes an Idempotency-Key; `writeOperation` and `groupedOperation` set it. `by_row`: each row of a batch has a key of
   * its own, made of it.
   */
  idempotent?: true | 'by_row'
  /** It waits for something to happen, and so takes no turn of its key from what works. */
  waits?: true
  /** The longest body, where it is not that of every operation. */
  body_max_bytes?: number
}

/** An operation as the OpenAPI document reads it. */
export type Operation = Omit<
  Route<undefined, undefined, undefined, Responses>,
  'params' | 'query' | 'body' | 'public_body'
> & {
  params?: Optional
  query?: Optional
  body?: Optional
  public_body?: Optional
}

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The operation that the route was declared with; pages have none. */
    operation?: Operation
  }
}

/** A request whose parts have been validated. */
export type Call<P extends Optional, Q extends Optional, B extends Optional> = {
  params: Parsed<P>
  query: Parsed<Q>
  body: Parsed<B>
  context: RequestContext
  /** The If-Match header, as it was sent. */
  if_match: string | undefined
}
