import type { Json } from '../openapi/json-schema.ts'
import { prose } from './page.ts'

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

/** The fields of an object as a list, each with its type, its limits and its description; those of nested objects below it. */
export function fieldList(schema: Schema, components: Components, depth = 0): string {
  const { properties = {}, required = [] } = resolve(schema, components)
  return Object.entries(properties)
    .map(([name, field]) => fieldItem(name, field, required.includes(name), components, depth))
    .join('\n')
}

/** One field or parameter as an item of a list. */
export function fieldItem(
  name: string,
  field: Schema,
  required: boolean,
  components: Components,
  depth: number,
): string {
  const sentence = field.description ?? resolve(field, components).description
  const notes = [...(sentence === undefined ? [] : [prose(sentence).replace(/\.$/, '')]), ...limits(field)]
  const item = `- \`${name}\` *${typeText(field)}*${required ? ' **required**' : ''}`
  const nested = depth < depthMax ? nestedOf(field, components) : undefined
  const lines = nested === undefined ? [] : fieldList(nested, components, depth + 1).split('\n')
  return [`${item}${notes.length === 0 ? '' : `: ${notes.join('; ')}`}`, ...lines.map((line) => `  ${line}`)].join('\n')
}

/** The object that a field holds, itself or in a list; of several forms, the one that is an object. */
function nestedOf(field: Schema, components: Components): Schema | undefined {
  const one = field.items ?? field
  return (one.anyOf ?? one.oneOf ?? [one]).find((choice) => resolve(choice, components).properties !== undefined)
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

function limits(schema: Schema): string[] {
  const { minimum, maximum, maxLength, maxItems, default: initial } = schema
  const bounded = minimum !== undefined && minimum > Number.MIN_SAFE_INTEGER && maximum !== undefined
  return [
    bounded && `${withSeparators(minimum)} to ${withSeparators(maximum)}`,
    schema.format === undefined && maxLength !== undefined && `at most ${withSeparators(maxLength)} characters`,
    maxItems !== undefined && `at most ${withSeparators(maxItems)}`,
    initial !== undefined && `defaults to \`${JSON.stringify(initial)}\``,
  ].filter((text) => text !== false)
}

function withSeparators(value: number): string {
  return value.toLocaleString('en')
}

/** An example of a schema, if the components have one. */
export function exampleOf(schema: Schema, components: Components): unknown {
  const { examples, properties = {} } = resolve(schema, components)
  if (examples?.[0] !== undefined) return examples[0]
  const item = properties.data?.items
  const example = item && exampleOf(item, components)
  return example === undefined ? undefined : { data: [example], ...(properties.has_more && { has_more: false }) }
}

/** The schemas of a document, by name. */
export function componentsOf(document: Json): Components {
  return (document.components as { schemas: Components }).schemas
}
