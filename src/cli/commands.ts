import { settingsHelp } from '../config.ts'
import { version } from '../core/version.ts'
import { unknown } from './usage.ts'

/** A command: each way of calling it with what that does, and what runs it. */
type Command = { forms: [usage: string, help: string][]; run(args: string[]): Promise<void> }

/** Every command. Each is loaded only when it runs, so that `--help` answers at once. */
const commands: Readonly<Record<string, Command>> = {
  start: {
    forms: [['start [--port NUMBER]', 'Starts the server. Without a command this is what is done.']],
    run: async (args) => (await import('./start.ts')).start(args),
  },
  demo: {
    forms: [
      [
        'demo [--auto] [--port NUMBER]',
        "Starts everything on a temporary database with the guide's customer, and shows the page to pay.",
      ],
    ],
    run: async (args) => (await import('./demo.ts')).demo(args),
  },
  migrate: {
    forms: [
      [
        'migrate [--grant-to ROLE]',
        'Brings the database of DATABASE_URL up to date, and gives the role that serves its rights.',
      ],
    ],
    run: async (args) => (await import('./migrate.ts')).migrateCommand(args),
  },
  merchants: {
    forms: [
      [
        'merchants create --name NAME --slug SLUG',
        'Makes a merchant with a test and a live environment, and prints a secret key for each, once.',
      ],
    ],
    run: async (args) => (await import('./merchants.ts')).merchants(args),
  },
  keys: {
    forms: [
      [
        'keys list [--merchant SLUG]',
        'Shows every key: its id, its beginning and end, when it was made and last used.',
      ],
      [
        'keys create --mode test|live [--merchant SLUG] [--expires 90d|DATE]',
        'Makes one more secret key and prints it, once. With a date it is valid to the end of that day, UTC.',
      ],
      ['keys roll KEY [--overlap 24h]', 'Makes a key in the place of another one, which is valid for the overlap yet.'],
      [
        'keys revoke KEY',
        'Takes a key back: it is refused within a second. KEY is an id, or what keys list shows of it.',
      ],
    ],
    run: async (args) => (await import('./keys.ts')).keys(args),
  },
  verify: {
    forms: [
      [
        'verify',
        'Proves that the books are right: prints each invariant with its count, exits 1 when one does not hold.',
      ],
    ],
    run: async (args) => (await import('./verify.ts')).verifyCommand(args),
  },
}

/** What `--help` prints: every command and every setting, or one command. */
export function help(name?: string): string {
  const shown = name === undefined ? Object.values(commands) : [commands[name] as Command]
  const list = shown
    .flatMap(({ forms }) => forms)
    .map(([usage, sentence]) => `  tallystick ${usage}\n      ${sentence}`)
    .join('\n')
  if (name !== undefined) return `${list}\n`
  return `Tallystick: billing and bill presentment.\n\nCommands\n${list}\n
  tallystick help COMMAND | --help | --version\n\nSettings (environment variables)\n${settingsHelp()}\n`
}

const isHelp = (arg: string) => arg === '--help' || arg === '-h'

/**
 * Runs one command. Whatever an operator can do something about ends as one line on stderr, with exit code 2 when the call itself is
 * wrong and 1 otherwise.
 */
export async function runCommand(args: string[]): Promise<void> {
  const [first = 'start', ...rest] = args
  if (first === '--version') {
    process.stdout.write(`${version}\n`)
    return
  }
  const asksForHelp = first === 'help' || args.some(isHelp)
  const name = first === 'help' || isHelp(first) ? rest[0] : first
  if (asksForHelp && name === undefined) {
    process.stdout.write(help())
    return
  }
  const command = name !== undefined && Object.hasOwn(commands, name) ? commands[name] : undefined
  if (name === undefined || !command) {
    process.stderr.write(`${unknown('command', name ?? '', Object.keys(commands))} See tallystick --help.\n`)
    process.exitCode = 2
    return
  }
  if (asksForHelp) {
    process.stdout.write(help(name))
    return
  }
  const { explain, exitCodeOf } = await import('./explain.ts')
  try {
    await command.run(rest)
  } catch (error) {
    process.stderr.write(`${explain(error)}\n`)
    process.exitCode = exitCodeOf(error)
  }
}
