/**
 * Reads a query string. `metadata[plan]=gold` becomes a member of `metadata`; a name that is given twice becomes an array,
 * which no schema takes. The objects have no prototype, so no name can reach one.
 */
export function readQuery(query: string): Record<string, unknown> {
  const members: Record<string, unknown> = Object.create(null)
  for (const [name, value] of new URLSearchParams(query)) {
    const bracketed = /^([^[\]]+)\[([^[\]]+)\]$/.exec(name)
    if (!bracketed) add(members, name, value)
    else {
      const [, outer = '', inner = ''] = bracketed
      members[outer] ??= Object.create(null)
      const folded = members[outer]
      if (typeof folded === 'object' && !Array.isArray(folded)) add(folded as Record<string, unknown>, inner, value)
      else add(members, outer, value)
    }
  }
  return members
}

function add(members: Record<string, unknown>, name: string, value: string): void {
  const known = members[name]
  members[name] = known === undefined ? value : [known, value].flat()
}
