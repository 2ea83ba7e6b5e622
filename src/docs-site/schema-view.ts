import { type Html, html } from '../html/html.ts'
import type { Json } from '../openapi/json-schema.ts'

/** The part of JSON Schema that our document uses. */
export type Schema = {
  $ref?: string
  type?: string
  description?: string
  properties?: Record<string, Schema>
  required?: string[]
  items?: Schema
  anyOf?: Schema[]
  oneOf?: Schema[]
  enum?: unknown[]
  const?: unknown
  format?: string
  default?: unknown
  minimum?: number
  maximum?: number
  minLength?: number
  maxLength?: number
  maxItems?: number
  examples?: unknown[]
}

export type Components = Readonly<Record<string, Schema>>

// Beyond this depth the page of the nested schema serves a reader better.
const depthMax = 4

/** The schema that a `$ref` stands for; any other is itself. */
export function resolve(schema: Schema, components: Components): Schema {
  const name = nameOf(schema)
  return name === undefined ? schema : (components[name] ?? {})
}

function nameOf({ $ref }: Schema): string | undefined {
  return $ref?.split('/').at(-1)
}

/** The fields of an object, each with its type, its limits and its description; nested objects can be opened. */
export function fieldsView(schema: Schema, components: Components, depth = 0): Html | undefined {
  const { properties, required = [] } = resolve(schema, components)
  if (properties === undefined) return undefined
  return html`<ul class="members">${Object.entries(properties).map(
    ([name, field]) => html`<li>${fieldView(name, field, required.includes(name), components, depth)}</li>`,
  )}</ul>`
}

/** One field or parameter. */
export function fieldView(name: string, field: Schema, required: boolean, components: Components, depth: number): Html {
  const nested = depth < depthMax ? nestedOf(field, components) : []
  const sentence = field.description ?? resolve(field, components).description
  return html`<p><code>${name}</code> <span class="type">${typeText(field)}</span>${required && html` <span class="required">required</span>`}</p>
${sentence && html`<p>${prose(sentence)}</p>`}${limits(field)}${nested.map(
  (one) =>
    html`<details><summary>${nameOf(one) ?? 'Fields'}</summary>${fieldsView(one, components, depth + 1)}</details>`,
)}`
}

function nestedOf(field: Schema, components: Components): Schema[] {
  const one = field.items ?? field
  const choices = one.anyOf ?? one.oneOf ?? [one]
  return choices.filter((choice) => resolve(choice, components).properties !== undefined)
}

function typeText(schema: Schema): string {
  if (schema.$ref) return nameOf(schema) ?? ''
  if (schema.const !== undefined) return JSON.stringify(schema.const)
  if (schema.enum) return schema.enum.map((value) => JSON.stringify(value)).join(' or ')
  const choices = schema.anyOf ?? schema.oneOf
  if (choices) return choices.map(typeText).join(' or ')
  if (schema.type === 'array') return `list of ${typeText(schema.items ?? {})}`
  return [schema.type ?? 'anything', schema.format === 'int64' ? undefined : schema.format].filter(Boolean).join(', ')
}

function limits(schema: Schema): Html | undefined {
  const { minimum, maximum, maxLength, maxItems, default: initial } = schema
  const bounded = minimum !== undefined && minimum > Number.MIN_SAFE_INTEGER && maximum !== undefined
  const texts = [
    bounded && `${withSeparators(minimum)} to ${withSeparators(maximum)}`,
    schema.format === undefined && maxLength !== undefined && `at most ${withSeparators(maxLength)} characters`,
    maxItems !== undefined && `at most ${withSeparators(maxItems)}`,
    initial !== undefined && `defaults to ${JSON.stringify(initial)}`,
  ].filter((text) => text !== false)
  return texts.length === 0 ? undefined : html`<p class="quiet">${texts.join('; ')}</p>`
}

function withSeparators(value: number): string {
  return value.toLocaleString('en')
}

/** A description in the document, with code between backticks. */
export function prose(text: string): Html[] {
  return text.split('`').map((part, index) => (index % 2 === 1 ? html`<code>${part}</code>` : html`${part}`))
}

/** An example of a schema, if the components have one. */
export function exampleOf(schema: Schema, components: Components): unknown {
  const { examples, properties = {} } = resolve(schema, components)
  if (examples?.[0] !== undefined) return examples[0]
  const item = properties.data?.items
  const example = item && exampleOf(item, components)
  return example === undefined ? undefined : { data: [example], has_more: false }
}

/** JSON, indented, in a box that can be scrolled with the keyboard. */
export function jsonView(value: unknown): Html {
  return codeView(JSON.stringify(value, undefined, 2))
}

/** Text as it is typed or printed. */
export function codeView(text: string): Html {
  return html`<pre tabindex="0"><code>${text}</code></pre>`
}

/** The schemas of a document, by name. */
export function componentsOf(document: Json): Components {
  return (document.components as { schemas: Components }).schemas
}
