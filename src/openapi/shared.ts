import { required } from '../core/assert.ts'
import { type FieldError, Problem, problemBody } from '../core/problem.ts'
import { type ProblemCode, problems } from '../core/problem-codes.ts'
import type { Json } from './json-schema.ts'

/** The names of the shared refusals, by status. */
const refusalNames: Readonly<Record<number, string>> = {
  400: 'BadRequest',
  401: 'Unauthenticated',
  403: 'Forbidden',
  404: 'NotFound',
  409: 'Conflict',
  412: 'PreconditionFailed',
  413: 'TooLarge',
  415: 'UnsupportedMediaType',
  422: 'Unprocessable',
  429: 'TooManyRequests',
  500: 'InternalError',
  503: 'Unavailable',
}

const idempotentReplayed = 'Idempotent-Replayed'
const retryAfter = 'Retry-After'
const rateLimit = ['RateLimit-Policy', 'RateLimit']

/**
 * Headers of a refusal besides Request-Id. Final refusals are stored under the Idempotency-Key; for the others
 * Retry-After says how long to wait.
 */
const refusalHeaders: Readonly<Record<number, readonly string[]>> = {
  401: ['WWW-Authenticate'],
  409: [idempotentReplayed, retryAfter],
  422: [idempotentReplayed],
  429: [retryAfter, ...rateLimit],
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
  'RateLimit-Policy': {
    description:
      'The limit that counts for this request: how many requests there may be (`q`) in so many seconds (`w`), as `"key";q=100;w=1`. Only where there is one: the operator decides whether keys have limits.',
    schema: { type: 'string', maxLength: 100 },
  },
  RateLimit: {
    description:
      'How many requests are left of it now (`r`), and in how many seconds all are again (`t`), as `"key";r=42;t=1`.',
    schema: { type: 'string', maxLength: 100 },
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

/**
 * The refusals of operations. Those with the same status and the same codes are one response of the components, which says which codes
 * there are, with an example of each.
 */
export class Refusals {
  readonly responses: Record<string, Json> = {}
  readonly examples: Record<string, Json> = {}
  readonly #problemSchema: Json

  constructor(problemSchema: Json) {
    this.#problemSchema = problemSchema
  }

  /** A `$ref` to the refusal with a status and codes. */
  refer(status: number, codes: readonly ProblemCode[]): Json {
    const name = required(refusalNames[status], `the refusals with the status ${status} have a name`)
    // Of a status that has one code the name says it all.
    const full = codesWith(status).length === 1 ? name : [name, ...codes].join('.')
    for (const code of codes) this.examples[code] ??= problemExample(code)
    this.responses[full] ??= refusalResponse(status, codes, this.#problemSchema)
    return { $ref: `#/components/responses/${full}` }
  }
}

function refusalResponse(status: number, codes: readonly ProblemCode[], problemSchema: Json): Json {
  const shown = codes.map((code) => `\`${code}\``)
  const examples = codes.map((code) => [code, { $ref: `#/components/examples/${code}` }])
  return {
    description: `${shown.length === 1 ? 'The code is' : 'The code is one of'} ${shown.join(', ')}.`,
    headers: headerRefs(['Request-Id', ...(refusalHeaders[status] ?? [])]),
    content: {
      'application/problem+json': {
        schema: { allOf: [problemSchema, { properties: { code: { enum: codes } } }] },
        examples: Object.fromEntries(examples),
      },
    },
  }
}

function problemExample(code: ProblemCode): Json {
  const { title, help } = problems[code]
  const problem = new Problem(code, help, { errors: errorExamples[code] ?? [] })
  return { summary: title, value: problemBody(problem, 'https://billing.example.com', '/billing/bills') }
}

const errorExamples: Partial<Record<ProblemCode, FieldError[]>> = {
  invalid_request: [
    {
      pointer: '/amount_due',
      code: 'invalid_type',
      detail: 'should be a whole number of minor units, such as 2000 for R 20.00, not a text',
    },
  ],
}

function codesWith(status: number): string[] {
  return Object.entries(problems)
    .filter(([, problem]) => problem.status === status)
    .map(([code]) => code)
}
