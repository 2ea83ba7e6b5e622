import type { Operation } from '../api/route.ts'
import { version } from '../core/version.ts'
import { problem } from '../shapes/primitives.ts'
import { componentExamples } from './component-examples.ts'
import { eventExamples, webhookObjects } from './events.ts'
import { type Json, SchemaWriter } from './json-schema.ts'
import { openapiPath, operationObject } from './operation-object.ts'
import { headers, parameters, Refusals } from './shared.ts'
import { tagTexts } from './tags.ts'

const description = `Keep what customers owe, show it to them, take the payment, apply it exactly once, and tell your systems
with a signed event. Amounts are integers in minor units of their currency. Wherever a path or a body takes the id of a
customer, an account or a bill, your own \`external_reference\` works in its place. Fields are added over time: ignore those that
you do not know.`

/** Makes the OpenAPI 3.1 document of the registered operations. The same operations always make the same document. */
export function buildDocument(operations: readonly Operation[]): Json {
  const writer = new SchemaWriter()
  const refusals = new Refusals(writer.write(problem, 'output'))
  const paths: Record<string, Json> = {}
  for (const operation of operations) {
    const path = openapiPath(operation)
    paths[path] = { ...paths[path], [operation.method.toLowerCase()]: operationObject(operation, writer, refusals) }
  }
  const webhooks = webhookObjects(writer)
  return {
    openapi: '3.1.1',
    info: {
      title: 'Tallystick',
      version,
      summary: 'Billing and bill presentment',
      description: description.replaceAll('\n', ' '),
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [
      {
        url: '/',
        description: 'Where this document was served from. The key decides between test and production (live) data.',
        'x-internal': false,
      },
    ],
    security: [{ secretKey: [] }],
    tags: tagsOf(operations),
    paths: sorted(paths),
    webhooks,
    components: {
      securitySchemes: {
        secretKey: {
          type: 'http',
          scheme: 'bearer',
          description:
            'A secret key: `sk_test_…` for the test environment, `sk_…` for the live one; `rk_test_…` and `rk_…` with some scopes only. What an operation names here is the scope that it needs.',
        },
        publicKey: {
          type: 'http',
          scheme: 'bearer',
          description:
            'A public key, `pk_test_…` or `pk_…`, which may stand in a page: it can only begin payment sessions.',
        },
      },
      parameters,
      headers,
      examples: sorted(refusals.examples),
      responses: sorted(refusals.responses),
      schemas: withExamples(sorted(writer.components)),
    },
  }
}

function tagsOf(operations: readonly Operation[]): Json[] {
  const used = new Set([...operations.map(({ tag }) => tag), 'Events'])
  return [...used].sort(byTagOrder).map((name) => ({ name, ...(tagTexts[name] && { description: tagTexts[name] }) }))
}

const tagOrder = Object.keys(tagTexts)

function byTagOrder(one: string, other: string): number {
  return tagOrder.indexOf(one) - tagOrder.indexOf(other)
}

function sorted(entries: Record<string, Json>): Record<string, Json> {
  return Object.fromEntries(Object.entries(entries).sort(([one], [other]) => (one < other ? -1 : 1)))
}

function withExamples(components: Record<string, Json>): Record<string, Json> {
  const known: Readonly<Record<string, Json>> = { ...componentExamples, ...eventExamples() }
  return Object.fromEntries(
    Object.entries(components).map(([name, component]) => {
      const example = known[name]
      return [name, example === undefined ? component : { ...component, examples: [example] }]
    }),
  )
}
