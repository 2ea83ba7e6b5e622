import { decodePercent } from '../core/encoded-text.ts'
import { Problem, parameterProblem } from '../core/problem.ts'

const pairsMax = 100

/**
 * The names and values of a query or of a form, in their order. Throws `invalid_encoding`, or `invalid_request` when there are more
 * than 100. `what` is named to the caller: `The query`.
 */
export function readPairs(text: string, what: string): [name: string, value: string][] {
  // One more than may be: the rest is not even parted.
  const pieces = text.split('&', pairsMax + 1)
  if (pieces.length > pairsMax) throw new Problem('invalid_request', `${what} has more than ${pairsMax} parameters.`)
  const decode = (piece: string) => decodePercent(piece.replaceAll('+', ' '), what, text)
  return pieces
    .filter((piece) => piece !== '')
    .map((piece) => {
      const equals = piece.indexOf('=')
      return equals < 0 ? [decode(piece), ''] : [decode(piece.slice(0, equals)), decode(piece.slice(equals + 1))]
    })
}

/** The query of a request target, undecoded. What comes behind a `#` has been refused before. */
export function queryOf(url: string): string {
  const start = url.indexOf('?')
  return start < 0 ? '' : url.slice(start + 1)
}

/**
 * Reads the query of a request target. `metadata[plan]=gold` becomes a field of `metadata`. Throws when a parameter is sent twice.
 * The objects have no prototype, so no name can reach one.
 */
export function readQuery(url: string): Record<string, unknown> {
  const fields: Record<string, unknown> = Object.create(null)
  const query = queryOf(url)
  if (query === '') return fields
  for (const [name, value] of readPairs(query, 'The query')) {
    const [, outer, inner = ''] = /^([^[\]]+)\[([^[\]]+)\]$/.exec(name) ?? []
    // The schemas would pass over it.
    if ((outer === undefined ? name : inner) === '__proto__') {
      throw parameterProblem(name, 'unknown_member', 'is not a parameter that can be sent here')
    }
    if (outer === undefined) add(fields, name, value, name)
    else {
      const folded = fields[outer] ?? Object.create(null)
      if (typeof folded === 'string') throw repeated(outer)
      fields[outer] = folded
      add(folded, inner, value, name)
    }
  }
  return fields
}

function add(fields: Record<string, unknown>, name: string, value: string, shown: string): void {
  if (fields[name] !== undefined) throw repeated(shown)
  fields[name] = value
}

function repeated(name: string) {
  return parameterProblem(name, 'repeated', 'was sent more than once')
}
