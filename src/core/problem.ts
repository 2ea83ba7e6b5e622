import { shorten } from './json-pointer.ts'
import { type ProblemCode, problems } from './problem-codes.ts'
import type { RateLimitState } from './rate-limit.ts'

/** Where something stands in a request: a field of the body by its RFC 6901 pointer, or a parameter by its name. */
export type InputPlace = { pointer: string } | { parameter: string }

/** One thing wrong with the input: where, which rule, and what to do. */
export type FieldError = InputPlace & { code: string; detail: string }

/**
 * A refusal that the caller can act on. It is sent as RFC 9457 problem details, and the work that threw it is rolled
 * back.
 */
export class Problem extends Error {
  override readonly name = 'Problem'
  readonly code: ProblemCode
  readonly errors: FieldError[]
  readonly retryAfterS: number | undefined
  /** The payment that stands in the way, as the API shows its id. */
  readonly paymentId: string | undefined
  /** The limit that was met. */
  readonly limit: RateLimitState | undefined

  constructor(
    code: ProblemCode,
    detail: string,
    more: { errors?: FieldError[]; retry_after_s?: number; payment_id?: string; limit?: RateLimitState } = {},
  ) {
    super(detail)
    this.code = code
    this.errors = more.errors ?? []
    this.retryAfterS = more.retry_after_s
    this.paymentId = more.payment_id
    this.limit = more.limit
  }

  /** The HTTP status that the registry gives this code. */
  get status(): number {
    return problems[this.code].status
  }
}

/** A problem with one field of the body. */
export function fieldProblem(code: ProblemCode, pointer: string, detail: string): Problem {
  return new Problem(code, detail, { errors: [{ pointer, code, detail }] })
}

/** A malformed request because of one parameter of the query or the path. */
export function parameterProblem(name: string, code: string, detail: string): Problem {
  const parameter = shorten(name)
  return new Problem('invalid_request', `${parameter}: ${detail}`, { errors: [{ parameter, code, detail }] })
}

/** The wire form of a problem. `instance` is the path that was called. */
export function problemBody(problem: Problem, publicUrl: string, instance: string) {
  const entry = problems[problem.code]
  return {
    type: `${publicUrl}/docs/errors/${problem.code.replaceAll('_', '-')}`,
    title: entry.title,
    status: entry.status,
    detail: problem.message,
    instance,
    code: problem.code,
    ...(problem.errors.length > 0 && { errors: problem.errors }),
    ...(problem.paymentId !== undefined && { payment_id: problem.paymentId }),
  }
}
