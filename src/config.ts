import { isIP } from 'node:net'
import { resolve } from 'node:path'
import { nearest } from './core/nearest.ts'

/** Every setting, once: its environment variable, its default, and one sentence. `--help` prints this table. */
export const settings = {
  PORT: { default: '8080', help: 'The TCP port to listen on; 0 takes a free one.' },
  TALLYSTICK_HOST: { default: '', help: 'The address to listen on; 127.0.0.1 in local mode, else all addresses.' },
  DATABASE_URL: {
    default: '',
    help: 'A PostgreSQL 15 or newer. Without it the server is in local mode and brings its own PostgreSQL.',
  },
  TALLYSTICK_DATA_DIR: { default: '.tallystick', help: 'Where local mode keeps its database and its encryption key.' },
  TALLYSTICK_PUBLIC_URL: { default: '', help: 'The address payers reach, such as https://pay.example.com.' },
  TALLYSTICK_TEST_KEY: {
    default: '',
    help: 'A secret key for the test environment, sk_test_ and 8 or more of A–Z a–z 0–9 _; a new one adds a key.',
  },
  TALLYSTICK_ENCRYPTION_KEY: {
    default: '',
    help: 'At least 32 characters; encrypts signing secrets. Needed with DATABASE_URL; local mode makes one.',
  },
  TALLYSTICK_WEBHOOK_ALLOWED_HOSTS: {
    default: '',
    help: 'Private hosts that webhooks may reach, comma-separated: names or addresses, with or without a port.',
  },
  TALLYSTICK_DRAIN_S: {
    default: '',
    help: 'Seconds for which the server goes on answering after SIGTERM while /readyz says no; 0 in local mode, else 5.',
  },
  TALLYSTICK_LOG_LEVEL: { default: 'info', help: 'One of fatal, error, warn, info, debug, trace, silent.' },
} as const

type SettingName = keyof typeof settings
export type Environment = Readonly<Record<string, string | undefined>>

/** Where the database is: all that a command beside the server needs to know. */
export type DatabasePlace = {
  /** Undefined in local mode. */
  database_url: string | undefined
  data_dir: string
}

export type Config = DatabasePlace & {
  port: number
  host: string
  /** Undefined until the port is known, in which case the loopback address is used. */
  public_url: string | undefined
  test_key: string | undefined
  encryption_key: string | undefined
  webhook_allowed_hosts: string[]
  drain_s: number
  log_level: string
}

/** A setting that cannot be used. Its message is one line that says which and what to do. */
export class ConfigError extends Error {}

const logLevels = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']

function settingOf(environment: Environment, name: SettingName): string {
  return (environment[name] ?? '').trim() || settings[name].default
}

function must(holds: boolean, name: SettingName, expected: string): void {
  if (!holds) throw new ConfigError(`${name} should be ${expected}.`)
}

/** Reads where the database is. Throws ConfigError when DATABASE_URL is no address of a PostgreSQL. */
export function readDatabasePlace(environment: Environment): DatabasePlace {
  const database_url = settingOf(environment, 'DATABASE_URL') || undefined
  must(
    database_url === undefined || /^postgres(ql)?:\/\//.test(database_url),
    'DATABASE_URL',
    'the address of a PostgreSQL, such as postgresql://user:password@db.example.com/tallystick',
  )
  return { database_url, data_dir: resolve(settingOf(environment, 'TALLYSTICK_DATA_DIR')) }
}

/** Whether this is a number of a TCP port, or 0 for any free one. */
export function isPort(text: string): boolean {
  return /^\d{1,5}$/.test(text) && Number(text) <= 65_535
}

const drainMaxS = 300

/** Reads the settings from the environment. Throws ConfigError for the first that cannot be used. */
export function readConfig(environment: Environment): Config {
  const value = (name: SettingName): string => settingOf(environment, name)
  const place = readDatabasePlace(environment)
  const local = place.database_url === undefined
  must(isPort(value('PORT')), 'PORT', 'a number from 0 to 65535')
  const testKey = value('TALLYSTICK_TEST_KEY') || undefined
  must(!testKey || /^sk_test_[A-Za-z0-9_]{8,}$/.test(testKey), 'TALLYSTICK_TEST_KEY', settings.TALLYSTICK_TEST_KEY.help)
  const encryptionKey = value('TALLYSTICK_ENCRYPTION_KEY') || undefined
  must(!encryptionKey || encryptionKey.length >= 32, 'TALLYSTICK_ENCRYPTION_KEY', 'at least 32 characters')
  must(
    local || encryptionKey !== undefined,
    'TALLYSTICK_ENCRYPTION_KEY',
    'set when DATABASE_URL is: make one with `openssl rand -hex 32`, and keep it as you keep the database',
  )
  const drain = value('TALLYSTICK_DRAIN_S') || (local ? '0' : '5')
  must(/^\d{1,3}$/.test(drain) && Number(drain) <= drainMaxS, 'TALLYSTICK_DRAIN_S', `a number from 0 to ${drainMaxS}`)
  const logLevel = value('TALLYSTICK_LOG_LEVEL')
  must(logLevels.includes(logLevel), 'TALLYSTICK_LOG_LEVEL', `one of ${logLevels.join(', ')}`)
  return {
    ...place,
    port: Number(value('PORT')),
    host: value('TALLYSTICK_HOST') || (local ? '127.0.0.1' : '::'),
    public_url: readPublicUrl(value('TALLYSTICK_PUBLIC_URL')),
    test_key: testKey,
    encryption_key: encryptionKey,
    webhook_allowed_hosts: value('TALLYSTICK_WEBHOOK_ALLOWED_HOSTS')
      .split(',')
      .map((host) => host.trim().toLowerCase())
      .filter((host) => host !== ''),
    drain_s: Number(drain),
    log_level: logLevel,
  }
}

const prefix = /^TALLYSTICK_/i

/** What of the environment is most likely not meant as it stands: a sentence for each. None of it keeps anything from running. */
export function settingWarnings(environment: Environment): string[] {
  const unknown = Object.keys(environment).filter((name) => prefix.test(name) && !Object.hasOwn(settings, name))
  const known = Object.keys(settings).filter((name) => prefix.test(name))
  const { DATABASE_URL: url } = environment
  return [
    ...(url !== undefined && url.trim() === ''
      ? ['DATABASE_URL is set but empty, which is local mode: give it a value, or unset it.']
      : []),
    ...unknown.map((name) => {
      // What all of them begin with makes none of them near.
      const meant = nearest(
        name.replace(prefix, ''),
        known.map((one) => one.replace(prefix, '')),
      )
      return `There is no setting ${name}: ${meant ? `did you mean TALLYSTICK_${meant}?` : 'see tallystick --help.'}`
    }),
  ]
}

function readPublicUrl(text: string): string | undefined {
  if (text === '') return undefined
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (!url || !/^https?:$/.test(url.protocol) || url.pathname !== '/' || url.search !== '') {
    throw new ConfigError('TALLYSTICK_PUBLIC_URL should be an address without a path, such as https://pay.example.com.')
  }
  return url.origin
}

/** The address to show when no public URL is set: a wildcard host is reached through loopback. */
export function localUrl(host: string, port: number): string {
  const shown = host === '::' || host === '0.0.0.0' ? '127.0.0.1' : host
  return `http://${isIP(shown) === 6 ? `[${shown}]` : shown}:${port}`
}

/** The table that `--help` prints. */
export function settingsHelp(): string {
  return Object.entries(settings)
    .map(([name, { default: initial, help }]) => `  ${name}${initial ? ` (${initial})` : ''}\n      ${help}`)
    .join('\n')
}
