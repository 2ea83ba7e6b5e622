import type { z } from 'zod'
import { expectationOf } from '../shapes/expected.ts'

type Schema = z.core.$ZodType

function definitionOf(schema: Schema) {
  return (schema as z.core.$ZodTypes)._zod.def
}

/** The schema that a schema only wraps: what is optional, nullable, has a default, or is read from a text first. */
function wrappedBy(schema: Schema): Schema | undefined {
  const definition = definitionOf(schema)
  switch (definition.type) {
    case 'optional':
    case 'nullable':
    case 'default':
      return definition.innerType
    case 'pipe':
      return definition.in
    default:
      return undefined
  }
}

/** The schema of a place within what a schema describes; `undefined` where it describes nothing. */
export function schemaAt(schema: Schema, path: readonly PropertyKey[]): Schema | undefined {
  const [part, ...rest] = path
  if (part === undefined) return schema
  const wrapped = wrappedBy(schema)
  if (wrapped) return schemaAt(wrapped, path)
  const definition = definitionOf(schema)
  switch (definition.type) {
    case 'object': {
      const member = Object.hasOwn(definition.shape, part) ? definition.shape[String(part)] : undefined
      return member && schemaAt(member, rest)
    }
    case 'record':
      return schemaAt(definition.valueType, rest)
    case 'array':
      return schemaAt(definition.element, rest)
    case 'union':
      for (const option of definition.options) {
        const found = schemaAt(option, path)
        if (found) return found
      }
      return undefined
    default:
      return undefined
  }
}

/** The names of the members that an object may have; none for what is no object. */
export function membersOf(schema: Schema | undefined): string[] {
  if (schema === undefined) return []
  const wrapped = wrappedBy(schema)
  if (wrapped) return membersOf(wrapped)
  const definition = definitionOf(schema)
  if (definition.type === 'union') return definition.options.flatMap(membersOf)
  return definition.type === 'object' ? Object.keys(definition.shape) : []
}

/** What a schema expects, to stand behind "should be" and "send": as its author says, or else by its type. */
export function expectedOf(schema: Schema | undefined): string {
  if (schema === undefined) return 'something else'
  const said = expectationOf(schema)
  if (said !== undefined) return said
  const definition = definitionOf(schema)
  switch (definition.type) {
    case 'nullable':
      return `${expectedOf(definition.innerType)}, or null`
    case 'union':
      return definition.options.map(expectedOf).join(', or ')
    case 'enum':
      return oneOf(Object.values(definition.entries).map(String))
    case 'boolean':
      return 'true or false'
    case 'number':
      return 'a whole number'
    case 'array':
      return `a list, each item ${expectedOf(definition.element)}`
    case 'object':
      return `an object, which may have ${membersOf(schema).join(', ')}`
    case 'record':
      return 'an object'
    case 'string':
      return 'a text'
    default:
      return expectedOf(wrappedBy(schema))
  }
}

/** A list in words: `a, b or c`. */
export function oneOf(names: readonly string[]): string {
  return names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} or ${names.at(-1)}`
}
