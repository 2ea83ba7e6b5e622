/**
 * Reads a query string. `metadata[plan]=gold` becomes a field of `metadata`; a repeated name becomes an array, which no
 * schema accepts. The objects have no prototype, so no name can reach one.
 */
export function readQuery(query: string): Record<string, unknown> {
  const fields: Record<string, unknown> = Object.create(null)
  for (const [name, value] of new URLSearchParams(query)) {
    const bracketed = /^([^[\]]+)\[([^[\]]+)\]$/.exec(name)
    if (!bracketed) add(fields, name, value)
    else {
      const [, outer = '', inner = ''] = bracketed
      fields[outer] ??= Object.create(null)
      const folded = fields[outer]
      if (typeof folded === 'object' && !Array.isArray(folded)) add(folded as Record<string, unknown>, inner, value)
      else add(fields, outer, value)
    }
  }
  return fields
}

function add(fields: Record<string, unknown>, name: string, value: string): void {
  const known = fields[name]
  fields[name] = known === undefined ? value : [known, value].flat()
}
