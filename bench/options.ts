import { parseArgs } from 'node:util'

/** The options of a run. */
export type Options = {
  /** The rows to measure; all when undefined. */
  only: string[] | undefined
  rounds: number
  slice_s: number
  /** What the database of P13 holds before it is measured. */
  history: { accounts: number; payments: number }
  /** The scale of the TPC-B-like yardstick: the number of branches, each with 100,000 accounts. */
  tpcb_scale: number
  /** For how long the memory of the server is measured under P3, in minutes; 0 to leave it out. */
  memory_min: number
  /** Whether to write the table into docs/performance.md. */
  write: boolean
}

export const help = `Measures Tallystick against yardsticks in the same run, in alternating slices.

  --quick            ends in about two minutes: fewer rounds, shorter slices, a small history
  --only P1,P3       only these rows of the table
  --rounds N         rounds of slices (5)
  --slice-s S        the length of a slice in seconds (4)
  --large            P13 with 5 million payments and 1 million accounts
  --memory-min M     watch the memory of the server under P3 for M minutes
  --write            write the table into docs/performance.md

DATABASE_URL names a PostgreSQL to use, with a role that may create databases; without it the bundled one is started on a
temporary directory. PGLEDGER_DIR names a checkout of pgledger to compare with.
`

/** Reads the arguments; undefined if help was asked for. Throws an error of one line for an argument that it does not know. */
export function readOptions(args: string[]): Options | undefined {
  const { values } = parseArgs({
    args,
    options: {
      quick: { type: 'boolean', default: false },
      large: { type: 'boolean', default: false },
      write: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
      only: { type: 'string' },
      rounds: { type: 'string' },
      'slice-s': { type: 'string' },
      'memory-min': { type: 'string' },
    },
  })
  if (values.help) return undefined
  const { quick } = values
  return {
    only: values.only?.split(',').map((row) => row.trim().toUpperCase()),
    rounds: positive(values.rounds ?? (quick ? '2' : '5'), 'rounds'),
    slice_s: positive(values['slice-s'] ?? (quick ? '1' : '4'), 'slice-s'),
    history: values.large
      ? { accounts: 1_000_000, payments: 5_000_000 }
      : quick
        ? { accounts: 20_000, payments: 80_000 }
        : { accounts: 500_000, payments: 2_000_000 },
    tpcb_scale: quick ? 20 : 50,
    memory_min: values['memory-min'] === undefined ? 0 : positive(values['memory-min'], 'memory-min'),
    write: values.write,
  }
}

/** Reads a positive number. Throws an error of one line otherwise. */
export function positive(text: string, name: string): number {
  const value = Number(text)
  if (!(value > 0)) throw new Error(`--${name} should be a positive number.`)
  return value
}
