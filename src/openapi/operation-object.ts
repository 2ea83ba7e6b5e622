import type { z } from 'zod'
import type { Operation, OtherMediaType } from '../api/route.ts'
import { problems } from '../core/problem-codes.ts'
import { codesOf } from './codes.ts'
import { curl } from './curl.ts'
import { type Example, examples } from './examples.ts'
import type { Json, SchemaWriter } from './json-schema.ts'
import { headerRefs, type Refusals } from './shared.ts'

/** The path of an operation as OpenAPI writes it. */
export function openapiPath({ url }: Operation): string {
  return url.replaceAll(/:(\w+)/g, '{$1}')
}

/** One operation as an OpenAPI operation object. */
export function operationObject(operation: Operation, writer: SchemaWriter, refusals: Refusals): Json {
  const { id, tag, scope, summary, description, body, public_body, idempotent } = operation
  const example = examples[id]
  const parameters = [
    ...fieldParameters(operation.params, 'path', writer),
    ...fieldParameters(operation.query, 'query', writer),
    ...(idempotent ? [{ $ref: '#/components/parameters/IdempotencyKey' }] : []),
    ...(operation.errors?.includes('precondition_failed') ? [{ $ref: '#/components/parameters/IfMatch' }] : []),
  ]
  return {
    operationId: id,
    tags: [tag],
    summary,
    ...(description !== undefined && { description }),
    security: [{ secretKey: [scope] }, ...(public_body ? [{ publicKey: [] }] : [])],
    ...(parameters.length > 0 && { parameters }),
    ...(body && { requestBody: requestBody(body, example, writer) }),
    responses: responses(operation, writer, refusals),
    ...(example && { 'x-codeSamples': [{ lang: 'Shell', label: 'curl', source: curl(operation, example) }] }),
  }
}

function fieldParameters(schema: z.ZodType | undefined, where: 'path' | 'query', writer: SchemaWriter): Json[] {
  if (schema === undefined) return []
  const { properties = {}, required = [] } = writer.write(schema, 'input') as {
    properties?: Record<string, Json>
    required?: string[]
  }
  return Object.entries(properties).map(([name, { description, ...field }]) => ({
    name,
    in: where,
    required: required.includes(name),
    ...(description !== undefined && { description }),
    ...(field.type === 'object' && { style: 'deepObject', explode: true }),
    schema: field,
  }))
}

function requestBody(body: z.ZodType, example: Example | undefined, writer: SchemaWriter): Json {
  return {
    required: !body.safeParse(undefined).success,
    content: {
      'application/json': {
        schema: writer.write(body, 'input'),
        ...(example?.body !== undefined && { example: example.body }),
      },
    },
  }
}

function responses(operation: Operation, writer: SchemaWriter, refusals: Refusals): Json {
  const names = [
    'Request-Id',
    'RateLimit-Policy',
    'RateLimit',
    ...(operation.etag ? ['ETag'] : []),
    ...(operation.idempotent ? ['Idempotent-Replayed'] : []),
  ]
  const successes = Object.entries(operation.responses).map(([status, schema]): [string, Json] => [
    status,
    {
      description: responseTexts[status] ?? 'OK',
      headers: headerRefs(names),
      content: {
        [operation.media_type ?? 'application/json']: { schema: writer.write(schema, 'output') },
        ...Object.fromEntries((operation.also_as ?? []).map((type) => [type, { schema: otherSchemas[type] }])),
      },
    },
  ])
  const byStatus = Map.groupBy(codesOf(operation), (code) => problems[code].status)
  const refused = [...byStatus]
    .sort(([one], [other]) => one - other)
    .map(([status, codes]): [string, Json] => [String(status), refusals.refer(status, codes)])
  return Object.fromEntries([...successes, ...refused])
}

// What is streamed has no limit of its own; a document has to have one for every string.
const otherSchemas: Readonly<Record<OtherMediaType, Json>> = {
  'text/csv': { type: 'string', maxLength: 1_000_000_000 },
  'application/pdf': { type: 'string', format: 'binary', maxLength: 10_000_000 },
}

const responseTexts: Readonly<Record<string, string>> = {
  200: 'OK',
  201: 'Created',
}
