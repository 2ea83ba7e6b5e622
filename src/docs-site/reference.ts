import type { Json } from '../openapi/json-schema.ts'
import { codeBlock, type DocsPage, errorPath, jsonBlock, markdownAddress, partsOf, prose, tableOf } from './page.ts'
import { type Components, componentsOf, exampleOf, fieldItem, fieldList, type Schema } from './schema-view.ts'

type Media = Record<string, { schema: Schema; example?: unknown; examples?: Record<string, unknown> }>
type Parameter = { $ref?: string; name: string; in: string; required?: boolean; description?: string; schema: Schema }
type ResponseObject = { $ref?: string; headers?: Record<string, unknown>; content?: Media }
type OperationObject = {
  operationId: string
  tags: string[]
  summary: string
  description?: string
  parameters?: Parameter[]
  requestBody?: { content: Media }
  security: Record<string, string[]>[]
  responses: Record<string, ResponseObject>
  'x-codeSamples'?: { source: string }[]
}
type DocumentedCall = { method: string; path: string; operation: OperationObject }
type Tag = { name: string; description?: string }

/** The pages of the reference: an index, one page per operation, one per type of event. */
export function referencePages(document: Json): DocsPage[] {
  const calls = callsOf(document)
  const events = Object.entries(document.webhooks as Record<string, { post: OperationObject }>).map(
    ([type, { post }]) => eventPage(type, post, componentsOf(document)),
  )
  return [indexPage(document, calls, events), ...calls.map((call) => operationPage(call, document)), ...events]
}

/** Every operation of the document with its method and path. */
function callsOf(document: Json): DocumentedCall[] {
  return Object.entries(document.paths as Record<string, Record<string, OperationObject>>).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ method: method.toUpperCase(), path, operation })),
  )
}

function indexPage(document: Json, calls: DocumentedCall[], events: DocsPage[]): DocsPage {
  const { description } = document.info as { description: string }
  const tags = (document.tags as Tag[]).filter(({ name }) => name !== 'Events')
  return {
    path: 'reference',
    title: 'API reference',
    summary: 'every operation and every event, by what they are about',
    markdown: partsOf(
      '# API reference',
      prose(description),
      'Generated from [openapi.json](/openapi.json) (OpenAPI 3.1), which the server generates from the schemas that validate requests.',
      ...tags.flatMap(({ name, description: sentence }) => [
        `## ${name}`,
        sentence && prose(sentence),
        callsTable(calls.filter(({ operation }) => operation.tags.includes(name))),
      ]),
      '## Events',
      events.map(({ path, title, summary }) => `- [${title}](${markdownAddress(path)}): ${summary}`).join('\n'),
    ),
  }
}

function callsTable(calls: DocumentedCall[]): string {
  const rows = calls.map(({ method, path, operation: { operationId, summary } }) => [
    `[${prose(summary)}](${markdownAddress(`reference/${operationId}`)})`,
    `\`${method} ${path}\``,
  ])
  return tableOf(['Operation', 'Call'], rows)
}

function operationPage({ method, path, operation }: DocumentedCall, document: Json): DocsPage {
  const components = componentsOf(document)
  const body = operation.requestBody?.content['application/json']
  const [sample] = operation['x-codeSamples'] ?? []
  return {
    path: `reference/${operation.operationId}`,
    title: operation.summary,
    summary: `\`${method} ${path}\``,
    markdown: partsOf(
      `# ${prose(operation.summary)}`,
      `**\`${method} ${path}\`**`,
      operation.description && prose(operation.description),
      scopeSentence(operation),
      ...(sample ? ['## Example', 'With `$BASE_URL` and `$API_KEY` exported:', codeBlock('bash', sample.source)] : []),
      ...parameterParts(parametersOf(operation, document), components),
      ...(body ? ['## Body', fieldList(body.schema, components)] : []),
      ...responseParts(operation, components),
      '## Refusals',
      refusalsTable(operation, document),
    ),
  }
}

function scopeSentence({ security }: OperationObject): string {
  const [scope] = security.flatMap(({ secretKey }) => secretKey ?? [])
  const isPublic = security.some(({ publicKey }) => publicKey)
  const keys = isPublic
    ? `A public key, or a secret one with the scope \`${scope}\``
    : `A key with the scope \`${scope}\``
  return `${keys}: see [keys and scopes](/docs/guides/keys-and-scopes.md).`
}

function parametersOf({ parameters = [] }: OperationObject, document: Json): Parameter[] {
  const shared = (document.components as { parameters: Record<string, Parameter> }).parameters
  return parameters.map((one) => shared[one.$ref?.split('/').at(-1) ?? ''] ?? one)
}

const places = { path: 'Path', query: 'Query', header: 'Headers' } as const

function parameterParts(parameters: Parameter[], components: Components): string[] {
  return Object.entries(places).flatMap(([place, title]) => {
    const found = parameters.filter((one) => one.in === place)
    if (found.length === 0) return []
    const items = found.map(({ name, required = false, description, schema }) => {
      const field = description === undefined ? schema : { ...schema, description }
      return fieldItem(name, field, required, components, 0)
    })
    return [`## ${title}`, items.join('\n')]
  })
}

function responseParts({ responses }: OperationObject, components: Components): string[] {
  const shown = new Map<string | undefined, string>()
  return Object.entries(responses).flatMap(([status, { content }]) => {
    const schema = content?.['application/json']?.schema
    const heading = `## Response ${status}`
    if (schema === undefined) return content?.['text/html'] ? [heading, 'A page, as `text/html`.'] : []
    const same = shown.get(schema.$ref)
    if (schema.$ref !== undefined && same !== undefined) return [heading, `As ${same}.`]
    shown.set(schema.$ref, status)
    return [heading, ...(schema.anyOf ?? [schema]).flatMap((form) => formParts(form, components))]
  })
}

/** An example and the fields of one form of a response. */
function formParts(form: Schema, components: Components): string[] {
  const example = exampleOf(form, components)
  const parts = ['### Fields', fieldList(form, components)]
  return example === undefined ? parts : [jsonBlock(example), ...parts]
}

function refusalsTable({ responses }: OperationObject, document: Json): string {
  const shared = (document.components as { responses: Record<string, ResponseObject> }).responses
  const rows = Object.entries(responses).flatMap(([status, { $ref }]) => {
    const { examples } = shared[$ref?.split('/').at(-1) ?? '']?.content?.['application/problem+json'] ?? {}
    if (examples === undefined) return []
    return [
      [
        status,
        Object.keys(examples)
          .map((code) => `[${code}](${markdownAddress(errorPath(code))})`)
          .join(', '),
      ],
    ]
  })
  return tableOf(['Status', 'Its codes'], rows)
}

function eventPage(type: string, operation: OperationObject, components: Components): DocsPage {
  const schema = operation.requestBody?.content['application/json']?.schema ?? {}
  const example = exampleOf(schema, components)
  return {
    path: `reference/events/${type}`,
    title: type,
    summary: prose(operation.summary),
    markdown: partsOf(
      `# ${type}`,
      prose(operation.summary),
      `${prose(operation.description ?? '')} See [webhook verification](/docs/guides/webhook-verification.md).`,
      ...(example === undefined ? [] : ['## Example', jsonBlock(example)]),
      '## Fields',
      fieldList(schema, components),
    ),
  }
}
