import { decodePercent } from '../core/encoded-text.ts'
import { Problem } from '../core/problem.ts'

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
