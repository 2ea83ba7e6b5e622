import { appendFileSync, readFileSync } from 'node:fs'
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'
import formats from 'ajv-formats'
import { inject } from 'vitest'
import type { Pool } from '../../src/database/pool.ts'
import { wholeBody } from '../../src/events/personal.ts'

type Media = Record<string, { schema: object; example?: unknown }>
export type DocumentedResponse = { headers?: Record<string, unknown>; content?: Media }
export type DocumentedOperation = {
  operationId: string
  tags: string[]
  responses: Record<string, DocumentedResponse | { $ref: string }>
  requestBody?: { content: Media }
  'x-codeSamples'?: { source: string }[]
}
type Methods = Partial<Record<'get' | 'post' | 'put' | 'patch' | 'delete', DocumentedOperation>>

/** The committed document: what a client of the API reads. */
export const openapi = JSON.parse(readFileSync(new URL('../../openapi.json', import.meta.url), 'utf8')) as {
  paths: Record<string, Methods>
  webhooks: Record<string, { post: { requestBody: { content: Media } } }>
  components: { responses: Record<string, DocumentedResponse>; schemas: Record<string, Record<string, unknown>> }
}

const hint = 'If the sources are right, the document is stale: npm run openapi'

// Clients are told that fields may be added; to us a field that is not in the document is one that was forgotten there.
const strict = structuredClone(openapi)
close(strict)
const ajv = new Ajv2020({ strict: false, allErrors: true })
formats.default(ajv)
ajv.addSchema(strict, 'openapi')

const seen = new Set<string>()

/** Notes that an operation has given a code, for the end of the run (test/global-setup.ts). */
function sawCode(id: string, code: string): void {
  const pair = `${id} ${code}\n`
  if (!seen.has(pair)) appendFileSync(inject('seenCodes'), pair)
  seen.add(pair)
}

const compiled = new Map<string, ValidateFunction>()

/** Each operation with the expression of its path; the paths with the fewest parameters come first. */
const routes = Object.entries(openapi.paths)
  .flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({
      path,
      method,
      operation: operation as DocumentedOperation,
      expression: new RegExp(`^${path.replaceAll(/\{\w+\}/g, '[^/]+')}$`),
    })),
  )
  .sort((one, other) => one.path.split('{').length - other.path.split('{').length)

/** An answer as it came. */
export type SeenAnswer = { status: number; headers: Headers; body: unknown; text?: string }

/**
 * Throws when an answer is not what openapi.json says: its status, its media type, its body to the last field, its ETag.
 * No cache may keep any of them. What the document does not describe at all, such as pages and unknown paths, is not
 * checked.
 */
export function checkAnswer(method: string, path: string, { status, headers, text, body = text }: SeenAnswer): void {
  const called = path.split('?', 1)[0] ?? ''
  const route = routes.find((one) => one.method === method.toLowerCase() && one.expression.test(called))
  if (!route) return
  const where = `${method} ${route.path} ${status}`
  const { response, pointer } = responseOf(route, status)
  if (!response) throw new Error(`${where} is not in openapi.json. ${hint}`)
  const media = headers.get('content-type')?.split(';', 1)[0] ?? ''
  if (!response.content?.[media]) throw new Error(`${where} is not documented as ${media}. ${hint}`)
  if (headers.get('cache-control') !== 'no-store') throw new Error(`${where} may be kept by a cache.`)
  checkHeaders(where, method, response, headers)
  const validate = compile(`${pointer}/content/${pointerPart(media)}/schema`)
  if (!validate(body)) throw new Error(`${where} ${faultsOf(validate)}\n${JSON.stringify(body)}\n${hint}`)
  if (status < 400) return
  checkSentences(where, body)
  sawCode(route.operation.operationId, (body as { code: string }).code)
}

/** Whether a sentence is one that zod says when it is not told what to say. */
export function isOfLibrary(detail: string): boolean {
  return /^(?:Invalid|Too (?:big|small)|Unrecognized)\b|\bexpected\b.*\breceived\b|[<>]=/.test(detail)
}

function checkSentences(where: string, body: unknown): void {
  const { errors = [] } = body as { errors?: { detail: string }[] }
  for (const { detail } of errors) {
    if (isOfLibrary(detail)) throw new Error(`${where} says what its library says: ${detail}`)
  }
}

function checkEvent(event: { type: string; data?: unknown }): void {
  if (!openapi.webhooks[event.type]) throw new Error(`The event ${event.type} is not in openapi.json. ${hint}`)
  const validate = compile(
    `#/webhooks/${pointerPart(event.type)}/post/requestBody/content/${pointerPart('application/json')}/schema`,
  )
  if (!validate(event as unknown))
    throw new Error(`${event.type} ${faultsOf(validate)}\n${JSON.stringify(event)}\n${hint}`)
}

/** Throws when an event that a test's server wrote is not what openapi.json says, or has 20 kB. */
export async function checkEvents(pool: Pool): Promise<void> {
  const { rows } = await pool.query<{ body: string; personal: string | null }>(
    'select body, personal from event order by id limit 1000',
  )
  for (const row of rows) {
    const body = wholeBody(row)
    if (Buffer.byteLength(body) >= 20_000) throw new Error(`An event is too long: ${body}`)
    checkEvent(JSON.parse(body))
  }
}

/** What is wrong with a value by the schema at a pointer of the document; undefined when nothing is. */
export function faultsBy(pointer: string, value: unknown): string | undefined {
  const validate = compile(pointer)
  return validate(value) ? undefined : faultsOf(validate)
}

function responseOf(route: (typeof routes)[number], status: number) {
  const found = route.operation.responses[String(status)]
  if (found && '$ref' in found) {
    const name = found.$ref.split('/').at(-1) as string
    return { response: openapi.components.responses[name], pointer: found.$ref }
  }
  return { response: found, pointer: `#/paths/${pointerPart(route.path)}/${route.method}/responses/${status}` }
}

function checkHeaders(where: string, method: string, response: DocumentedResponse, headers: Headers): void {
  for (const name of ['ETag', 'Idempotent-Replayed', 'Retry-After', 'Request-Id']) {
    if (headers.has(name) && !response.headers?.[name]) throw new Error(`${where} carries ${name}. ${hint}`)
  }
  if (method === 'GET' && response.headers?.ETag && !headers.has('ETag')) throw new Error(`${where} has no ETag.`)
}

function compile(pointer: string): ValidateFunction {
  const known = compiled.get(pointer)
  if (known) return known
  const validate = ajv.compile({ $ref: `openapi${pointer}` })
  compiled.set(pointer, validate)
  return validate
}

function faultsOf({ errors }: ValidateFunction): string {
  const faults = (errors ?? []).map(
    ({ instancePath, message, params }) => `${instancePath || 'the body'} ${message} ${JSON.stringify(params)}`,
  )
  return `is not as documented: ${faults.join('; ')}`
}

/** A part of a JSON pointer that stands in the fragment of a URI (RFC 6901, section 6). */
function pointerPart(part: string): string {
  return encodeURIComponent(part.replaceAll('~', '~0').replaceAll('/', '~1'))
}

function close(value: unknown): void {
  if (typeof value !== 'object' || value === null) return
  const schema = value as Record<string, unknown>
  if (schema.type === 'object' && schema.properties && schema.additionalProperties === undefined) {
    schema.additionalProperties = false
  }
  for (const field of Object.values(schema)) close(field)
}
