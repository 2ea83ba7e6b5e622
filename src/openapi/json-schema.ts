import { z } from 'zod'

export type Json = Record<string, unknown>

type Direction = 'input' | 'output'

/** Formats that say what their pattern says: the patterns of zod for them are 60 to 400 characters that nobody reads. */
const knownFormats: Readonly<Record<string, number | undefined>> = {
  'date-time': 35,
  date: 10,
  email: undefined,
  uri: 2_048,
}

/**
 * Makes JSON Schema (2020-12, as OpenAPI 3.1 has it) of the schemas that validate. What carries a `meta({ id })` becomes a
 * named component, once, and is referred to wherever it occurs.
 */
export class SchemaWriter {
  readonly components: Record<string, Json> = {}

  /** The schema of a body that is sent to us (`input`) or that we send (`output`). Throws when one name has two shapes. */
  write(schema: z.ZodType, direction: Direction): Json {
    const {
      $schema: _,
      $defs = {},
      ...written
    } = z.toJSONSchema(schema, {
      io: direction,
      unrepresentable: 'any',
      override: ({ zodSchema, jsonSchema }) => refine(zodSchema, jsonSchema),
    }) as Json & { $defs?: Record<string, Json> }
    for (const [name, component] of Object.entries($defs)) this.#add(name, component)
    return pointToComponents(written) as Json
  }

  #add(name: string, component: Json): void {
    const { id: _, ...rest } = component
    const pointed = pointToComponents(rest) as Json
    const known = this.components[name]
    if (known !== undefined && JSON.stringify(known) !== JSON.stringify(pointed)) {
      throw new Error(`The component ${name} has two shapes: give what is sent and what is received two names.`)
    }
    this.components[name] = pointed
  }
}

function refine(zodSchema: z.core.$ZodType, jsonSchema: Json): void {
  const { def } = zodSchema._zod
  // Fields are added over time, so the schema of a response does not forbid others. The schema of a request does.
  if (def.type === 'object' && !('catchall' in def && def.catchall)) delete jsonSchema.additionalProperties
  if (jsonSchema.type === 'integer') jsonSchema.format = 'int64'
  // In a query a boolean is the text of one, which its values say of themselves.
  if (jsonSchema.type === 'boolean') delete jsonSchema.enum
  // That of a number which is read from a query's text is left out, since it is no text.
  if ('defaultValue' in def && jsonSchema.default === undefined) jsonSchema.default = def.defaultValue
  const { format } = jsonSchema
  if (typeof format === 'string' && Object.hasOwn(knownFormats, format)) {
    delete jsonSchema.pattern
    const longest = knownFormats[format]
    if (longest !== undefined) jsonSchema.maxLength ??= longest
  }
}

function pointToComponents(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(pointToComponents)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([name, field]) => [
      name,
      name === '$ref' && typeof field === 'string'
        ? field.replace('#/$defs/', '#/components/schemas/')
        : pointToComponents(field),
    ]),
  )
}
