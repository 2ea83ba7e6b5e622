import { parseArgs } from 'node:util'

/** The options of a run. */
export type Options = {
  /** The suite's own numbers in place of the long form's. */
  quick: boolean
  seed: number
  /** The rows to try; all when undefined. */
  only: string[] | undefined
  restores: number | undefined
  /** Whether to write the table into docs/reliability.md. */
  write: boolean
}

export const help = `Breaks Tallystick in every way that docs/reliability.md lists, and says what came of it. The long form takes about two hours.

  --quick         the short form of each fault, as the suite has it
  --seed N        repeats the random choices of an earlier run
  --only F1,S3    only these rows
  --restores N    so many restores from backups (20, or 1)
  --write         write the table into docs/reliability.md
`

/** Reads the arguments; undefined if help was asked for. Throws an error of one line for an argument that it does not know. */
export function readOptions(args: string[]): Options | undefined {
  const { values } = parseArgs({
    args,
    options: {
      quick: { type: 'boolean', default: false },
      write: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
      seed: { type: 'string' },
      only: { type: 'string' },
      restores: { type: 'string' },
    },
  })
  if (values.help) return undefined
  return {
    quick: values.quick,
    write: values.write,
    seed: values.seed === undefined ? Math.floor(Math.random() * 2 ** 31) : whole(values.seed, 'seed'),
    only: values.only?.split(',').map((id) => id.trim().toUpperCase()),
    restores: values.restores === undefined ? undefined : whole(values.restores, 'restores'),
  }
}

function whole(text: string, name: string): number {
  const value = Number(text)
  if (!Number.isSafeInteger(value) || value < 0) throw new Error(`--${name} should be a whole number.`)
  return value
}
