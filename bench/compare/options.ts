import { parseArgs } from 'node:util'
import { positive } from '../options.ts'
import { type Kind, kinds } from './protocol.ts'

/** How a comparison goes. */
export type CompareOptions = {
  /** What to compare with: a revision to check out, or the folder of a checkout. */
  base: { revision: string } | { folder: string }
  kinds: Kind[]
  pairs: number
  slice_s: number
}

export const help = `Measures this working tree against another revision in one run, in alternating slices.

  --base REV         compare with this revision, checked out into a temporary folder with the node_modules of this tree
  --base-dir DIR     compare with an existing checkout instead
  --only P1,P2       only these rows of the table (P1, P2, P3, P14)
  --pairs N          pairs of slices, one of each side, for each workload (20)
  --slice-s S        the length of a slice in seconds (5)

DATABASE_URL names a PostgreSQL to use, with a role that may create databases; without it the bundled one is started on a
temporary directory. The databases of a run with the default length take several gigabytes.
`

/** Reads the arguments; undefined if help was asked for. Throws an error of one line for an argument that it does not know. */
export function readCompareOptions(args: string[]): CompareOptions | undefined {
  const { values } = parseArgs({
    args,
    options: {
      base: { type: 'string' },
      'base-dir': { type: 'string' },
      only: { type: 'string' },
      pairs: { type: 'string', default: '20' },
      'slice-s': { type: 'string', default: '5' },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) return undefined
  const { base: revision, 'base-dir': folder } = values
  if ((revision === undefined) === (folder === undefined)) throw new Error('Give either --base REV or --base-dir DIR.')
  return {
    base: folder === undefined ? { revision: revision as string } : { folder },
    kinds: kindsOf(values.only?.split(',').map((row) => row.trim().toUpperCase())),
    pairs: positive(values.pairs, 'pairs'),
    slice_s: positive(values['slice-s'], 'slice-s'),
  }
}

function kindsOf(only: string[] | undefined): Kind[] {
  const all = Object.keys(kinds) as Kind[]
  const rowsOf = (kind: Kind): readonly string[] => kinds[kind]
  const unknown = only?.filter((row) => !all.some((kind) => rowsOf(kind).includes(row))) ?? []
  if (unknown.length > 0) throw new Error(`--only knows P1, P2, P3 and P14, not ${unknown.join(', ')}.`)
  return all.filter((kind) => only === undefined || only.some((row) => rowsOf(kind).includes(row)))
}
