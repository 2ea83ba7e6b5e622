import type { Operation } from '../api/route.ts'
import { type ProblemCode, problems } from '../core/problem-codes.ts'

/** What every operation may refuse a request with: the way it was sent, the key, and the state of the server. */
const always: readonly ProblemCode[] = [
  'invalid_request',
  'invalid_encoding',
  'unauthenticated',
  'key_revoked',
  'key_expired',
  'insufficient_scope',
  'rate_limited',
  'internal_error',
  'service_unavailable',
  'overloaded',
  'stopping',
]
/** Of what is not a GET a body is read, also where none is taken. */
const ofBodies: readonly ProblemCode[] = ['malformed_json', 'unsupported_media_type', 'body_too_large']
/** What changes nothing has no outcome that could be unknown. */
const ofChanges: readonly ProblemCode[] = ['outcome_unknown']
const ofIdempotencyKeys: readonly ProblemCode[] = [
  'invalid_idempotency_key',
  'idempotency_in_flight',
  'response_erased',
  'idempotency_key_reused',
]
/** What is answered before a request comes to an operation. */
const beforeOperations: readonly ProblemCode[] = [
  'malformed_http',
  'method_not_allowed',
  'request_timeout',
  'expectation_failed',
  'headers_too_large',
  'unknown_method',
]
const shared = new Set([...always, ...ofBodies, ...ofChanges, ...ofIdempotencyKeys, ...beforeOperations])

/** Whether a code says nothing of an operation itself: whatever the operation, it can be given, or it comes before any. */
export function isSharedCode(code: ProblemCode): boolean {
  return shared.has(code)
}

/** Every code that an operation can refuse with, in the order of the registry. */
export function codesOf({ method, params, idempotent, errors = [] }: Operation): ProblemCode[] {
  const codes = new Set([
    ...always,
    ...(method === 'GET' ? [] : [...ofBodies, ...ofChanges]),
    // Of rows with keys of their own the rest are outcomes.
    ...(idempotent === 'by_row' ? ['invalid_idempotency_key' as const] : idempotent ? ofIdempotencyKeys : []),
    ...(params === undefined ? [] : ['not_found' as const]),
    ...errors,
  ])
  return (Object.keys(problems) as ProblemCode[]).filter((code) => codes.has(code))
}
