type Fields = Record<string, unknown>

/**
 * Splits the data of an event into facts and personal fields, by the paths that the registry names. A function of the
 * database may blank the personal part; the facts never change. Together they are the whole event.
 */
export function splitPersonal(data: Fields, paths: readonly string[]): { facts: Fields; personal: Fields | undefined } {
  // Fields are copied, never deleted: deleting would make an object slow to serialise as JSON.
  const facts: Fields = {}
  const personal: Fields = {}
  let found = false
  for (const name of Object.keys(data)) {
    const value = data[name]
    if (value !== undefined && paths.includes(name)) {
      personal[name] = value
      found = true
    } else facts[name] = value
  }
  for (const path of paths) {
    const [outer, inner] = path.split('.', 2) as [string, string?]
    if (inner === undefined || facts[outer] === undefined) continue
    const split = splitPersonal(facts[outer] as Fields, [inner])
    facts[outer] = split.facts
    if (split.personal === undefined) continue
    personal[outer] = split.personal
    found = true
  }
  return { facts, personal: found ? personal : undefined }
}

/** The bytes that are sent: the facts, and the personal fields until they are erased. They are the same at every attempt. */
export function wholeBody({ body, personal }: { body: string; personal: string | null }): string {
  if (personal === null) return body
  const event = JSON.parse(body) as { data: Fields }
  for (const [name, value] of Object.entries(JSON.parse(personal) as Fields)) {
    const kept = event.data[name]
    event.data[name] = kept === undefined ? value : { ...(kept as Fields), ...(value as Fields) }
  }
  return JSON.stringify(event)
}
