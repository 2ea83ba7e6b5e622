import { commandSettings, settingsHelp } from '../config.ts'
import { scopes } from '../core/api-key.ts'
import { version } from '../core/version.ts'
import { unknown } from './usage.ts'

/** A command: its forms, each with one sentence, and what runs it. */
type Command = { forms: [usage: string, help: string][]; run(args: string[]): Promise<void> }

/** Every command. Each is loaded only when it runs, so that `--help` is fast. */
const commands: Readonly<Record<string, Command>> = {
  start: {
    forms: [['start [--port NUMBER]', 'Starts the server. This is the default command.']],
    run: async (args) => (await import('./start.ts')).start(args),
  },
  demo: {
    forms: [
      [
        'demo [--auto] [--port NUMBER]',
        "Starts everything on a temporary database with the guide's customer, and prints the address of the page to pay.",
      ],
    ],
    run: async (args) => (await import('./demo.ts')).demo(args),
  },
  migrate: {
    forms: [
      ['migrate [--grant-to ROLE]', 'Migrates the database of DATABASE_URL, and grants the serving role its rights.'],
    ],
    run: async (args) => (await import('./migrate.ts')).migrateCommand(args),
  },
  distribute: {
    forms: [
      [
        'distribute [--shards NUMBER]',
        'Spreads the tables of DATABASE_URL, whose owner it connects as, over the machines of Citus: for a trial, since no server starts on such a database yet. Says first what does not run there.',
      ],
      ['distribute --check', 'Looks at such a database on every machine, and exits 1 when something is wrong.'],
    ],
    run: async (args) => (await import('./distribute.ts')).distributeCommand(args),
  },
  merchants: {
    forms: [
      [
        'merchants create --name NAME --slug SLUG',
        'Creates a merchant with a test and a live environment, and prints a secret key for each, once.',
      ],
    ],
    run: async (args) => (await import('./merchants.ts')).merchants(args),
  },
  keys: {
    forms: [
      [
        'keys list [--merchant SLUG]',
        'Lists the keys: the id, the first and last characters, when each was created and last used.',
      ],
      [
        'keys create --mode test|live [--merchant SLUG] [--expires 90d|DATE] [--scopes LIST | --public]',
        `Creates another key and prints it, once. A DATE includes the whole of that day, in UTC. LIST is what it may do, all unless given: ${scopes.join(',')}. A public key can only begin payment sessions.`,
      ],
      ['keys roll KEY [--overlap 24h]', 'Creates a key that replaces KEY, which stays valid for the overlap.'],
      ['keys revoke KEY', 'Revokes a key within a second. KEY is its id, or its first and last characters as listed.'],
      [
        'keys rotate-encryption [--drop-previous]',
        'Wraps the data keys by TALLYSTICK_ENCRYPTION_KEY, opening them with TALLYSTICK_ENCRYPTION_KEY_PREVIOUS; in local mode makes a new key.',
      ],
    ],
    run: async (args) => (await import('./keys.ts')).keys(args),
  },
  verify: {
    forms: [
      ['verify', 'Checks the books: prints each invariant with its count, and exits 1 when one does not hold.'],
      ['verify --incremental', 'Checks what is new since the last seal, and seals it.'],
    ],
    run: async (args) => (await import('./verify.ts')).verifyCommand(args),
  },
  backup: {
    forms: [
      ['backup', 'Makes a backup of the database of local mode now, while the server runs or without one.'],
      [
        'backup --logical --to DIRECTORY',
        'Writes every row of the database, of local mode or of DATABASE_URL, into a new directory: for another major version of PostgreSQL, or another kind of machine.',
      ],
    ],
    run: async (args) => (await import('./backup.ts')).backupCommand(args),
  },
  restore: {
    forms: [
      [
        'restore --into DIRECTORY [--from DIRECTORY] [--to-time TIME]',
        'Restores a backup of local mode into a new data directory, as it was at a TIME such as 2026-11-26T13:45:00Z, or else at the end of the archived log.',
      ],
      [
        'restore --drill [--from DIRECTORY] [--to-time TIME]',
        'Restores into a temporary directory, checks every page and the books, reports, and deletes it again. Exits 1 when something is wrong.',
      ],
      [
        'restore --logical DIRECTORY [--into DIRECTORY] [--grant-to ROLE]',
        'Writes what backup --logical wrote into a new data directory, or into the empty database of DATABASE_URL, whose owner it connects as.',
      ],
    ],
    run: async (args) => (await import('./restore.ts')).restoreCommand(args),
  },
  'upgrade-database': {
    forms: [
      [
        'upgrade-database --old-bindir DIRECTORY',
        'Brings the database of local mode to the major version of PostgreSQL of this release. DIRECTORY has the programs of the one before. The server must be stopped.',
      ],
    ],
    run: async (args) => (await import('./upgrade-database.ts')).upgradeDatabaseCommand(args),
  },
  listen: {
    forms: [
      [
        'listen --forward-to URL [--types TYPES] [--latest]',
        'Forwards events, signed, to a receiver on your machine. It goes on where it ended the last time; with --latest, from now on.',
      ],
    ],
    run: async (args) => (await import('./developer/listen.ts')).listen(args),
  },
  trigger: {
    forms: [['trigger TYPE', 'Makes an event such as bill.paid happen in a test environment, and prints it.']],
    run: async (args) => (await import('./developer/trigger.ts')).trigger(args),
  },
  events: {
    forms: [
      [
        'events tail [--types TYPES] [--json]',
        'Prints what happens from now on, a line for each event. TYPES are comma-separated: bill.*,payment.succeeded.',
      ],
    ],
    run: async (args) => (await import('./developer/events.ts')).eventsCommand(args),
  },
  processor: {
    forms: [
      [
        'processor check FILE [--only CASES]',
        'Checks an adapter to a payment service against a stand-in, and exits 1 when a case fails. CASES are comma-separated: open,wake.bytes.',
      ],
    ],
    run: async (args) => (await import('./processor.ts')).processorCommand(args),
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
  tallystick help COMMAND | --help | --version\n\nSettings (environment variables)\n${settingsHelp()}

Settings of listen, trigger and events\n${settingsHelp(commandSettings)}\n`
}

const isHelp = (arg: string) => arg === '--help' || arg === '-h'

/**
 * Runs one command. An error that an operator can act on ends as one line on stderr, with exit code 2 when the command line is wrong
 * and 1 otherwise.
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
