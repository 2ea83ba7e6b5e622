import { settingsHelp } from '../config.ts'

type Command = { usage: string; help: string; run(args: string[]): Promise<void> }

/** Every command. Each is loaded only when it runs, so that `--help` is fast. */
const commands: Readonly<Record<string, Command>> = {
  start: {
    usage: 'start',
    help: 'Starts the server.',
    run: async (args) => (await import('./start.ts')).start(args),
  },
  demo: {
    usage: 'demo [--auto]',
    help: "Starts everything on a temporary database with the guide's customer, and prints the address of the page to pay.",
    run: async (args) => (await import('./demo.ts')).demo(args),
  },
  migrate: {
    usage: 'migrate [--grant-to ROLE]',
    help: 'Migrates the database of DATABASE_URL, and grants the serving role its rights.',
    run: async (args) => (await import('./migrate.ts')).migrateCommand(args),
  },
  merchants: {
    usage: 'merchants create --name NAME --slug SLUG',
    help: 'Creates a merchant with a test and a live environment, and prints a secret key for each, once.',
    run: async (args) => (await import('./merchants.ts')).merchants(args),
  },
  keys: {
    usage: 'keys create --mode test|live [--merchant SLUG]',
    help: 'Creates another secret key and prints it, once.',
    run: async (args) => (await import('./merchants.ts')).keys(args),
  },
  verify: {
    usage: 'verify',
    help: 'Checks the books: prints each invariant with its count, and exits 1 when one does not hold.',
    run: async (args) => (await import('./verify.ts')).verifyCommand(args),
  },
}

/** What `--help` prints. */
export function help(): string {
  const list = Object.values(commands)
    .map(({ usage, help: sentence }) => `  tallystick ${usage}\n      ${sentence}`)
    .join('\n')
  return `Tallystick: billing and bill presentment.\n\nCommands\n${list}\n\nSettings (environment variables)\n${settingsHelp()}\n`
}

/** Runs one command. An error that an operator can act on ends as one line on stderr and exit code 1. */
export async function runCommand(args: string[]): Promise<void> {
  const [name = 'start', ...rest] = args
  if (args.includes('--help') || name === 'help') {
    process.stdout.write(help())
    return
  }
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined
  if (!command) {
    process.stderr.write(`There is no command ${name}. See tallystick --help.\n`)
    process.exitCode = 2
    return
  }
  const { explain } = await import('./explain.ts')
  try {
    await command.run(rest)
  } catch (error) {
    process.stderr.write(`${explain(error)}\n`)
    process.exitCode = 1
  }
}
