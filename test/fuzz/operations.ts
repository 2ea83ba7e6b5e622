import { openapi } from '../support/openapi.ts'
import type { TestServer } from '../support/server.ts'
import { type Sample, type SampleObjects, sampleObjects, sampleRequests } from './requests.ts'

type Schema = {
  $ref?: string
  type?: string
  format?: string
  enum?: unknown[]
  pattern?: string
  required?: string[]
  properties?: Record<string, Schema>
  additionalProperties?: Schema | boolean
  items?: Schema
  anyOf?: Schema[]
  oneOf?: Schema[]
}
type Parameter = { name: string; in: string; required?: boolean; schema: Schema }
type Documented = {
  operationId: string
  parameters?: (Parameter & { $ref?: string })[]
  requestBody?: { required: boolean; content: Record<string, { schema: Schema }> }
}

/** A member of a body, or a parameter: where it stands, and what it may be. */
export type Place = {
  path: (string | number)[]
  type: 'string' | 'integer' | 'object'
  schema?: object
  required?: string[]
}

/** An operation of openapi.json with a call of it that would be right, on objects that exist. */
export type Call = {
  id: string
  method: string
  /** The path with its parameters filled in, and the query that it needs. */
  path: string
  template: string
  params: string[]
  query: { name: string; type: string; schema: Schema }[]
  /** Undefined for an operation that takes none. */
  body: Record<string, unknown> | undefined
  /** Whether it may be called without a body. */
  body_optional: boolean
  /** Every member that the body may have, those that the sample leaves out too. */
  places: Place[]
}

const neededQuery: Record<string, string> = {
  from: '2026-01-01',
  to: '2026-12-31',
  by: 'day',
  reference: 'F2',
  q: 'F2-sought',
}

/** A right call of every operation of the document. */
export async function everyCall(server: TestServer): Promise<Call[]> {
  const objects = await sampleObjects(server)
  const samples = sampleRequests(objects)
  return Object.entries(openapi.paths).flatMap(([template, methods]) =>
    Object.entries(methods).map(([method, operation]) =>
      callOf(method.toUpperCase(), template, operation as unknown as Documented, objects, samples),
    ),
  )
}

function callOf(
  method: string,
  template: string,
  { operationId, parameters = [], requestBody }: Documented,
  objects: SampleObjects,
  samples: Sample[],
): Call {
  const query = parameters.filter((one) => one.in === 'query')
  const needed = query.filter(({ required }) => required).map(({ name }) => `${name}=${neededQuery[name]}`)
  const named = { ...objects, payment: paymentOf(template, objects) }
  const filled = fill(template, named)
  const schema = requestBody?.content['application/json']?.schema
  const sample = samples.find((one) => one.method === method && one.path === filled)
  if (schema && !sample) throw new Error(`requests.ts has no body for ${method} ${template}`)
  return {
    id: operationId,
    method,
    path: needed.length > 0 ? `${filled}?${needed.join('&')}` : filled,
    template,
    params: [...template.matchAll(/\{(\w+)\}/g)].map(([, name]) => String(name)),
    query: query.map(({ name, schema }) => ({ name, type: schema.type ?? 'string', schema })),
    body: schema && sample?.body,
    body_optional: requestBody?.required !== true,
    places: schema ? placesOf(schema) : [],
  }
}

/** Each operation has a payment that it can be done with. */
function paymentOf(template: string, { payment, deposit, collected, held, held_too }: SampleObjects): string {
  if (template.endsWith('/assignments')) return deposit
  if (!template.startsWith('/collect/payments/')) return payment
  if (template.endsWith('/captures')) return held
  return template.endsWith('/voids') ? held_too : collected
}

function fill(template: string, objects: SampleObjects): string {
  return template.replaceAll(/\{(\w+)\}/g, (_, name: keyof SampleObjects) => objects[name])
}

function resolve(schema: Schema): Schema {
  const name = schema.$ref?.split('/').at(-1)
  return name === undefined ? schema : (openapi.components.schemas[name] as Schema)
}

function placesOf(given: Schema, path: Place['path'] = []): Place[] {
  const schema = resolve(given)
  const choices = schema.anyOf ?? schema.oneOf
  if (choices) return choices.flatMap((choice) => placesOf(choice, path))
  if (schema.type === 'array') return schema.items ? placesOf(schema.items, [...path, 0]) : []
  if (schema.type === 'string' || schema.type === 'integer') return [{ path, type: schema.type, schema }]
  if (schema.type !== 'object') return []
  const values =
    typeof schema.additionalProperties === 'object' ? placesOf(schema.additionalProperties, [...path, 'k']) : []
  const members = Object.entries(schema.properties ?? {}).flatMap(([name, member]) => placesOf(member, [...path, name]))
  return [
    ...(schema.properties ? [{ path, type: 'object' as const, required: schema.required ?? [] }] : []),
    ...values,
    ...members,
  ]
}

/** A body with one value in one place; what stands around it is made where it is not there. */
export function withValue(body: unknown, path: Place['path'], value: unknown): unknown {
  const [first, ...rest] = path
  if (first === undefined) return value
  if (typeof first === 'number') {
    const list = Array.isArray(body) ? [...body] : []
    list[first] = withValue(list[first], rest, value)
    return list
  }
  const object =
    body !== null && typeof body === 'object' && !Array.isArray(body) ? (body as Record<string, unknown>) : {}
  return { ...object, [first]: withValue(object[first], rest, value) }
}

/** What stands in a place of a body. */
export function valueAt(body: unknown, path: Place['path']): unknown {
  return path.reduce<unknown>((inner, part) => (inner as Record<string | number, unknown> | undefined)?.[part], body)
}

/** A place as an error names it in a body. */
export const pointerTo = (path: Place['path']) => path.map((part) => `/${part}`).join('')
