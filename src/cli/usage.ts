import { type ParseArgsOptionsConfig, parseArgs } from 'node:util'
import { type EnvironmentVariables, isPort } from '../config.ts'
import { nearest } from '../core/nearest.ts'

/** A wrong command line. Its message is one line that says what to type. */
export class UsageError extends Error {}

type Values<Options extends ParseArgsOptionsConfig> = ReturnType<
  typeof parseArgs<{ options: Options; allowPositionals: true }>
>['values']

/**
 * Parses the options of a command and its positional arguments, which must be as many as `words` names. Throws UsageError for
 * anything else.
 */
export function readArguments<const Options extends ParseArgsOptionsConfig>(
  command: string,
  args: string[],
  options: Options,
  words: readonly string[] = [],
): { values: Values<Options>; words: string[] } {
  const see = `See tallystick ${command} --help.`
  const { tokens } = parseArgs({ args, options, strict: false, allowPositionals: true, tokens: true })
  for (const token of tokens) {
    if (token.kind !== 'option') continue
    const option = Object.hasOwn(options, token.name) ? options[token.name] : undefined
    if (option === undefined) throw new UsageError(`${unknown('option', token.rawName, names(options))} ${see}`)
    const { value, inlineValue } = token
    if (option.type === 'string' && (!value || (value.startsWith('-') && !inlineValue))) {
      throw new UsageError(`${token.rawName} needs a value. ${see}`)
    }
    if (option.type === 'boolean' && value !== undefined) {
      throw new UsageError(`${token.rawName} takes no value. ${see}`)
    }
  }
  const { values, positionals } = parseArgs({ args, options, allowPositionals: true })
  const missing = words[positionals.length]
  if (missing !== undefined) throw new UsageError(`tallystick ${command} needs ${missing}. ${see}`)
  if (positionals.length > words.length) {
    throw new UsageError(`tallystick ${command} does not take "${positionals[words.length]}". ${see}`)
  }
  return { values, words: positionals }
}

/** The message for a name that does not exist, with the nearest one that does. */
export function unknown(kind: string, name: string, known: readonly string[]): string {
  const meant = nearest(name, known)
  return `There is no ${kind} ${name}${meant === undefined ? '.' : `: did you mean ${meant}?`}`
}

function names(options: ParseArgsOptionsConfig): string[] {
  return Object.keys(options).map((name) => `--${name}`)
}

/** Runs the subcommand that the first argument names. Throws UsageError when there is none of that name. */
export async function readVerb(
  command: string,
  verbs: Readonly<Record<string, (args: string[]) => Promise<void>>>,
  [verb, ...rest]: string[],
): Promise<void> {
  const see = `See tallystick ${command} --help.`
  if (verb === undefined)
    throw new UsageError(`tallystick ${command} needs one of ${Object.keys(verbs).join(', ')}. ${see}`)
  const run = Object.hasOwn(verbs, verb) ? verbs[verb] : undefined
  if (!run) throw new UsageError(`${unknown(`${command} command`, verb, Object.keys(verbs))} ${see}`)
  await run(rest)
}

/** The option of the commands that listen. */
export const portOption = { port: { type: 'string' } } as const

/** The environment variables with PORT replaced by `--port`, if it was given. Throws UsageError when it is not a port. */
export function withPort(environment: EnvironmentVariables, port: string | undefined): EnvironmentVariables {
  if (port === undefined) return environment
  if (!isPort(port)) throw new UsageError(`--port should be a number from 0 to 65535, not "${port}".`)
  return { ...environment, PORT: port }
}
