type Fields = Record<string, unknown>

/** Which fields of an event's data are personal, taken apart once: names, and names inside of an object. */
export type PersonalFields = {
  names: readonly string[]
  nested: readonly { outer: string; inner: readonly string[] }[]
}

/** Reads paths such as `metadata` and `applied_to.external_reference`. */
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
 * Splits the data of an event into its facts and what is personal: one function of the database may blank the personal part, and
 * the facts never change. Nothing of either is lost.
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

/** Copies the fields into two objects. Nothing is deleted from either: that would make them slow to write as JSON. */
function split(fields: Fields, names: readonly string[]): { kept: Fields; moved: Fields } {
  const kept: Fields = {}
  const moved: Fields = {}
  for (const name of Object.keys(fields)) {
    if (fields[name] !== undefined && names.includes(name)) moved[name] = fields[name]
    else kept[name] = fields[name]
  }
  return { kept, moved }
}

/** The bytes that are sent: the facts, and what is personal until it is erased. The same at every call, so at every attempt. */
export function wholeBody({ body, personal }: { body: string; personal: string | null }): string {
  if (personal === null) return body
  const event = JSON.parse(body) as { data: Fields }
  for (const [name, value] of Object.entries(JSON.parse(personal) as Fields)) {
    const kept = event.data[name]
    event.data[name] = kept === undefined ? value : { ...(kept as Fields), ...(value as Fields) }
  }
  return JSON.stringify(event)
}
