/**
 * Who an event is about, as far as a merchant's own words tell: these members of its `data` are kept apart from the facts, so
 * that one function of the database may blank them while the facts can never change (design, section 10).
 */
const personalMembers = ['external_reference', 'metadata'] as const
const personalNested = { applied_to: 'external_reference' } as const

type Members = Record<string, unknown>

/** Splits the data of an event into its facts and what is personal. Nothing of either is lost. */
export function splitPersonal(data: Members): { facts: Members; personal: Members | undefined } {
  const { kept: facts, moved: personal } = part(data, personalMembers)
  for (const [outer, inner] of Object.entries(personalNested)) {
    const known = facts[outer]
    if (known === undefined) continue
    const { kept, moved } = part(known as Members, [inner])
    facts[outer] = kept
    if (Object.keys(moved).length > 0) personal[outer] = moved
  }
  return { facts, personal: Object.keys(personal).length > 0 ? personal : undefined }
}

/** Copies the members into two objects. Nothing is deleted from either: that would make them slow to write as JSON. */
function part(members: Members, names: readonly string[]): { kept: Members; moved: Members } {
  const kept: Members = {}
  const moved: Members = {}
  for (const name of Object.keys(members)) {
    if (members[name] !== undefined && names.includes(name)) moved[name] = members[name]
    else kept[name] = members[name]
  }
  return { kept, moved }
}

/** The bytes that are sent: the facts, and what is personal until it is erased. The same at every call, so at every attempt. */
export function wholeBody({ body, personal }: { body: string; personal: string | null }): string {
  if (personal === null) return body
  const event = JSON.parse(body) as { data: Members }
  for (const [name, value] of Object.entries(JSON.parse(personal) as Members)) {
    event.data[name] = name in personalNested ? { ...(event.data[name] as Members), ...(value as Members) } : value
  }
  return JSON.stringify(event)
}
