import { problems } from '../core/problem-codes.ts'
import type { Json } from './json-schema.ts'

/** The names of the shared refusals, by status. */
const refusalNames: Readonly<Record<number, string>> = {
  400: 'BadRequest',
  401: 'Unauthenticated',
  403: 'Forbidden',
  404: 'NotFound',
  409: 'Conflict',
  412: 'PreconditionFailed',
  422: 'Unprocessable',
  429: 'TooManyRequests',
  500: 'InternalError',
  503: 'Unavailable',
}

const idempotentReplayed = 'Idempotent-Replayed'
const retryAfter = 'Retry-After'

/**
 * Headers of a refusal besides Request-Id. Final refusals are stored under the Idempotency-Key; for the others
 * Retry-After says how long to wait.
 */
const refusalHeaders: Readonly<Record<number, readonly string[]>> = {
  401: ['WWW-Authenticate'],
  409: [idempotentReplayed, retryAfter],
  422: [idempotentReplayed],
  429: [retryAfter],
  503: [retryAfter],
}

/** The headers of responses, each once. */
export const headers: Readonly<Record<string, Json>> = {
  'Request-Id': {
    description: 'Identifies this request in the history and in the log; quote it when you report a problem.',
    schema: { type: 'string', maxLength: 64 },
  },
  ETag: {
    description:
      'The version of the object. Send it in `If-Match` to change the object only if it is still this version.',
    schema: { type: 'string', maxLength: 64 },
  },
  [idempotentReplayed]: {
    description: '`true` when this response was already returned for the same Idempotency-Key.',
    schema: { type: 'string', enum: ['true'] },
  },
  [retryAfter]: {
    description: 'Seconds to wait before sending the same request again.',
    schema: { type: 'string', maxLength: 10, pattern: '^[0-9]+$' },
  },
  'WWW-Authenticate': { description: 'How to authenticate.', schema: { type: 'string', enum: ['Bearer'] } },
}

/** The headers of requests, each once. */
export const parameters: Readonly<Record<string, Json>> = {
  IdempotencyKey: {
    name: 'Idempotency-Key',
    in: 'header',
    required: false,
    description:
      'Makes the request safe to send again: for 24 hours the same key gets the first response, and nothing happens twice. ' +
      '1 to 255 visible ASCII characters, such as a UUID.',
    schema: { type: 'string', minLength: 1, maxLength: 257 },
  },
  IfMatch: {
    name: 'If-Match',
    in: 'header',
    required: false,
    description: 'The ETag that the change is meant for; 412 when the object has changed since.',
    schema: { type: 'string', minLength: 1, maxLength: 255 },
  },
}

/** `$ref`s to headers, by name. */
export function headerRefs(names: readonly string[]): Json {
  return Object.fromEntries(names.map((name) => [name, { $ref: `#/components/headers/${name}` }]))
}

/** A `$ref` to the shared refusal with this status. Throws for a status that no code has. */
export function refusalRef(status: number): Json {
  const name = refusalNames[status]
  if (name === undefined || codesOf(status).length === 0) throw new Error(`No problem code has the status ${status}.`)
  return { $ref: `#/components/responses/${name}` }
}

/** The shared refusals, with the codes that each can have. */
export function refusalResponses(problemSchema: Json): Json {
  return Object.fromEntries(
    Object.entries(refusalNames)
      .filter(([status]) => codesOf(Number(status)).length > 0)
      .map(([status, name]) => [name, refusalResponse(Number(status), problemSchema)]),
  )
}

function refusalResponse(status: number, schema: Json): Json {
  const codes = codesOf(status).map((code) => `\`${code}\``)
  return {
    description: `${codes.length === 1 ? 'The code is' : 'The code is one of'} ${codes.join(', ')}.`,
    headers: headerRefs(['Request-Id', ...(refusalHeaders[status] ?? [])]),
    content: { 'application/problem+json': { schema } },
  }
}

function codesOf(status: number): string[] {
  return Object.entries(problems)
    .filter(([, problem]) => problem.status === status)
    .map(([code]) => code)
}
