import { parseJson } from '../core/json-reader.ts'

type Fields = Record<string, unknown>

/** The personal fields of the data of an event: names, and names inside a nested object. Parsed once per event type. */
export type PersonalFields = {
  names: readonly string[]
  nested: readonly { outer: string; inner: readonly string[] }[]
}

/** Parses paths such as `metadata` and `applied_to.external_reference`. */
export function personalFields(paths: readonly string[]): PersonalFields {
  const parts = paths.map((path) => path.split('.'))
  return {
    names: parts.filter(({ length }) => length === 1).map(([name]) => name as string),
    nested: parts
      .filter(({ length }) => length === 2)
      .map(([outer, inner]) => ({ outer: outer as string, inner: [inner as string] })),
  }
}

/**
 * Splits the data of an event into facts and personal fields. A function of the database may blank the personal part;
 * the facts never change. Together they are the whole event.
 */
export function splitPersonal(
  data: Fields,
  { names, nested }: PersonalFields,
): { facts: Fields; personal: Fields | undefined } {
  const { kept: facts, moved: personal } = split(data, names)
  for (const { outer, inner } of nested) {
    const known = facts[outer]
    if (known === undefined) continue
    const { kept, moved } = split(known as Fields, inner)
    facts[outer] = kept
    if (Object.keys(moved).length > 0) personal[outer] = moved
  }
  return { facts, personal: Object.keys(personal).length > 0 ? personal : undefined }
}

/** Copies the fields into two objects. Deleting fields instead would make an object slow to serialise as JSON. */
function split(fields: Fields, names: readonly string[]): { kept: Fields; moved: Fields } {
  const kept: Fields = {}
  const moved: Fields = {}
  for (const name of Object.keys(fields)) {
    if (fields[name] !== undefined && names.includes(name)) moved[name] = fields[name]
    else kept[name] = fields[name]
  }
  return { kept, moved }
}

/** The bytes that are sent: the facts, and the personal fields until they are erased. They are the same at every attempt. */
export function wholeBody({ body, personal }: { body: string; personal: string | null }): string {
  if (personal === null) return body
  const event = parseJson(body) as { data: Fields }
  for (const [name, value] of Object.entries(parseJson(personal) as Fields)) {
    const kept = event.data[name]
    event.data[name] = kept === undefined ? value : { ...(kept as Fields), ...(value as Fields) }
  }
  return JSON.stringify(event)
}
