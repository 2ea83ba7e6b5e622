import { type Html, html } from '../html/html.ts'
import type { Json } from '../openapi/json-schema.ts'
import { errorPath } from './errors.ts'
import type { DocsPage } from './layout.ts'
import {
  type Components,
  codeView,
  componentsOf,
  exampleOf,
  fieldsView,
  fieldView,
  jsonView,
  prose,
  type Schema,
} from './schema-view.ts'

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
  responses: Record<string, ResponseObject>
  'x-codeSamples'?: { source: string }[]
}
type DocumentedCall = { method: string; path: string; operation: OperationObject }
type Tag = { name: string; description?: string }

/** The pages of the reference, by their path below `/docs/`: an index, one page per operation, one per type of event. */
export function referencePages(document: Json): Map<string, () => DocsPage> {
  const calls = callsOf(document)
  const webhooks = document.webhooks as Record<string, { post: OperationObject }>
  return new Map([
    ['reference', () => indexPage(document, calls)],
    ...calls.map((call): [string, () => DocsPage] => [
      `reference/${call.operation.operationId}`,
      () => operationPage(call, document),
    ]),
    ...Object.entries(webhooks).map(([type, { post }]): [string, () => DocsPage] => [
      `reference/events/${type}`,
      () => eventPage(type, post, componentsOf(document)),
    ]),
  ])
}

/** Every operation of the document with its method and path. */
export function callsOf(document: Json): DocumentedCall[] {
  return Object.entries(document.paths as Record<string, Record<string, OperationObject>>).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ method: method.toUpperCase(), path, operation })),
  )
}

function indexPage(document: Json, calls: DocumentedCall[]): DocsPage {
  const { description } = document.info as { description: string }
  const tags = (document.tags as Tag[]).filter(({ name }) => name !== 'Events')
  const events = Object.entries(document.webhooks as Record<string, { post: OperationObject }>)
  return {
    title: 'API reference',
    content: html`<h1>API reference</h1>
<p>${prose(description)}</p>
<p>Generated from <a href="/openapi.json">openapi.json</a> (OpenAPI 3.1), which the server generates from the schemas that validate requests.</p>
${tags.map(({ name, description: sentence }) => tagView(name, sentence, calls))}
<h2>Events</h2>
<ul>${events.map(([type, { post }]) => html`<li><a href="/docs/reference/events/${type}">${type}</a>: ${post.summary}</li>`)}</ul>`,
  }
}

function tagView(name: string, sentence: string | undefined, calls: DocumentedCall[]): Html {
  const rows = calls
    .filter(({ operation }) => operation.tags.includes(name))
    .map(
      ({ method, path, operation: { operationId, summary } }) =>
        html`<tr><td><a href="/docs/reference/${operationId}">${summary}</a></td><td><code>${method} ${path}</code></td></tr>`,
    )
  return html`<h2>${name}</h2><p>${sentence}</p><div class="scroll" tabindex="0"><table><thead><tr><th scope="col">Operation</th><th scope="col">Call</th></tr></thead><tbody>${rows}</tbody></table></div>`
}

function operationPage({ method, path, operation }: DocumentedCall, document: Json): DocsPage {
  const components = componentsOf(document)
  const body = operation.requestBody?.content['application/json']
  const [sample] = operation['x-codeSamples'] ?? []
  return {
    title: operation.summary,
    content: html`<h1>${operation.summary}</h1>
<p class="call"><code>${method} ${path}</code></p>
${operation.description && html`<p>${prose(operation.description)}</p>`}
${sample && html`<h2>Example</h2><p>With <code>$BASE_URL</code> and <code>$API_KEY</code> exported:</p>${codeView(sample.source)}`}
${parametersView(parametersOf(operation, document), components)}
${body && html`<h2>Body</h2>${fieldsView(body.schema, components)}`}
${successesOf(operation).map(([status, media]) => responseView(status, media, components))}
<h2>Refusals</h2>
${refusalsView(operation, document)}`,
  }
}

function parametersOf({ parameters = [] }: OperationObject, document: Json): Parameter[] {
  const shared = (document.components as { parameters: Record<string, Parameter> }).parameters
  return parameters.map((one) => shared[one.$ref?.split('/').at(-1) ?? ''] ?? one)
}

const places = { path: 'Path', query: 'Query', header: 'Headers' } as const

function parametersView(parameters: Parameter[], components: Components): Html[] {
  return Object.entries(places).flatMap(([place, title]) => {
    const found = parameters.filter((one) => one.in === place)
    if (found.length === 0) return []
    const items = found.map(({ name, required = false, description, schema }) => {
      const field = description === undefined ? schema : { ...schema, description }
      return html`<li>${fieldView(name, field, required, components, 0)}</li>`
    })
    return [html`<h2>${title}</h2><ul class="members">${items}</ul>`]
  })
}

function successesOf({ responses }: OperationObject): [string, { schema: Schema }][] {
  return Object.entries(responses).flatMap(([status, { content }]) => {
    const media = content?.['application/json']
    return media === undefined ? [] : [[status, media] as [string, { schema: Schema }]]
  })
}

function responseView(status: string, { schema }: { schema: Schema }, components: Components): Html {
  const example = exampleOf(schema, components)
  return html`<h2>Response ${status}</h2>
${example !== undefined && jsonView(example)}
<details><summary>Fields</summary>${fieldsView(schema, components)}</details>`
}

function refusalsView({ responses }: OperationObject, document: Json): Html {
  const shared = (document.components as { responses: Record<string, ResponseObject> }).responses
  const rows = Object.entries(responses).flatMap(([status, { $ref }]) => {
    const { examples } = shared[$ref?.split('/').at(-1) ?? '']?.content?.['application/problem+json'] ?? {}
    if (examples === undefined) return []
    const links = Object.keys(examples).map(
      (code, index) => html`${index > 0 && ', '}<a href="${errorPath(code)}">${code}</a>`,
    )
    return [html`<tr><td>${status}</td><td>${links}</td></tr>`]
  })
  return html`<div class="scroll" tabindex="0"><table><thead><tr><th scope="col">Status</th><th scope="col">Its codes</th></tr></thead><tbody>${rows}</tbody></table></div>`
}

function eventPage(type: string, operation: OperationObject, components: Components): DocsPage {
  const schema = operation.requestBody?.content['application/json']?.schema ?? {}
  const example = exampleOf(schema, components)
  return {
    title: type,
    content: html`<h1>${type}</h1>
<p>${operation.summary}</p>
<p>${operation.description} See <a href="/docs/guides/webhook-verification">webhook verification</a>.</p>
${example !== undefined && html`<h2>Example</h2>${jsonView(example)}`}
<h2>Fields</h2>
${fieldsView(schema, components)}`,
  }
}
