import { isIP } from 'node:net'
import { join, resolve } from 'node:path'
import { readCertificates } from './core/certificates.ts'
import { nearest } from './core/nearest.ts'
import { type Network, readNetworks } from './core/networks.ts'

/** Every setting, once: its environment variable, its default, and one sentence. `--help` prints this table. */
export const serverSettings = {
  PORT: { default: '8080', help: 'The TCP port to listen on; 0 picks a free one.' },
  TALLYSTICK_HOST: { default: '', help: 'The address to listen on; 127.0.0.1 in local mode, else all addresses.' },
  DATABASE_URL: {
    default: '',
    help: 'The address of a PostgreSQL 15 or newer, or of several servers, such as @db1:5432,db2:5432/name. Without it the server runs in local mode and brings its own PostgreSQL.',
  },
  TALLYSTICK_DATA_DIR: { default: '.tallystick', help: 'Where local mode keeps its database and its encryption key.' },
  TALLYSTICK_BACKUP_EVERY: {
    default: '1d',
    help: 'How often local mode backs its database up while it runs, such as 12h or 7d; off does not, and archives no log.',
  },
  TALLYSTICK_BACKUP_DIR: {
    default: '',
    help: 'Where the backups of local mode are, best on another disk; the folder backup in the data directory without it.',
  },
  TALLYSTICK_BACKUP_DISK_SHARE: {
    default: '20',
    help: 'The percentage of their disk that backups may take, from 1 to 90. The oldest are removed to stay within it.',
  },
  TALLYSTICK_BACKUP_COMMAND: {
    default: '',
    help: 'A command that carries backups somewhere else. It is run by the shell when there is something new, with BACKUP_DIRECTORY in its environment.',
  },
  TALLYSTICK_PUBLIC_URL: {
    default: '',
    help: 'The address at which payers reach the server, such as https://pay.example.com.',
  },
  TALLYSTICK_TEST_KEY: {
    default: '',
    help: 'A secret key for the test environment: sk_test_ followed by 8 or more of A–Z a–z 0–9 _. A new value adds a key.',
  },
  TALLYSTICK_ENCRYPTION_KEY: {
    default: '',
    help: 'At least 32 characters; encrypts signing secrets. Required with DATABASE_URL; local mode creates one.',
  },
  TALLYSTICK_ENCRYPTION_KEY_PREVIOUS: {
    default: '',
    help: 'The key before TALLYSTICK_ENCRYPTION_KEY, while `tallystick keys rotate-encryption` exchanges it: either opens the database.',
  },
  TALLYSTICK_WEBHOOK_ALLOWED_HOSTS: {
    default: '',
    help: 'Private hosts that webhooks may reach, comma-separated: names or addresses, with or without a port.',
  },
  TALLYSTICK_SMTP_URL: {
    default: '',
    help: 'The mail server that receipts are sent through: smtps:// or smtp://, with user, password and host. Without it no e-mail is sent.',
  },
  TALLYSTICK_SMTP_FROM: {
    default: '',
    help: 'The e-mail address that receipts are sent from. Required with TALLYSTICK_SMTP_URL.',
  },
  TALLYSTICK_STRIPE_URL: {
    default: '',
    help: 'Where Stripe and its pages are, for tests against a stand-in, such as http://127.0.0.1:9090; Stripe itself without it.',
  },
  TALLYSTICK_PAYSTACK_URL: {
    default: '',
    help: 'Where Paystack and its pages are, for tests against a stand-in, such as http://127.0.0.1:9091; Paystack itself without it.',
  },
  TALLYSTICK_WEBHOOK_ALLOW_PRIVATE: {
    default: 'false',
    help: 'Whether webhooks may reach any private network and this machine, with plain http too: true or false.',
  },
  TALLYSTICK_WEBHOOK_CA_FILE: {
    default: '',
    help: 'A PEM file of certificate authorities that webhooks trust besides those that Node trusts. It is read at the start.',
  },
  TALLYSTICK_WEBHOOK_RETRY_SCHEDULE: {
    default: '0s, 5s, 5m, 30m, 2h, 5h, 10h, 14h, 20h, 24h',
    help: 'The wait before each attempt to send a webhook, comma-separated: the first is 0s. Each is a number with s, m, h or d.',
  },
  TALLYSTICK_DRAIN_S: {
    default: '',
    help: 'Seconds for which the server still serves after SIGTERM while /readyz reports 503; by default 0 in local mode, else 5.',
  },
  TALLYSTICK_METRICS_LISTEN: {
    default: '',
    help: 'Where Prometheus reads GET /metrics, such as 127.0.0.1:9464. It asks for no key, so keep it in your network. Nowhere without it.',
  },
  TALLYSTICK_TRUSTED_PROXIES: {
    default: '',
    help: 'Addresses and networks of your proxies, comma-separated, such as 10.0.0.0/8: what they say in X-Forwarded-For is who sent a request.',
  },
  TALLYSTICK_KEY_REQUESTS_PER_S: {
    default: '',
    help: 'How many requests an API key may make in a second, from 1 to 1000000, all processes together. As many as it likes without it.',
  },
  TALLYSTICK_LOG_LEVEL: { default: 'info', help: 'One of fatal, error, warn, info, debug, trace, silent.' },
} as const

/** The settings of the commands that call the API of a server: `listen`, `trigger` and `events`. */
export const commandSettings = {
  TALLYSTICK_URL: { default: 'http://127.0.0.1:8080', help: 'The server that the command calls.' },
  TALLYSTICK_API_KEY: { default: '', help: 'The secret key that the command calls it with.' },
} as const

type SettingName = keyof typeof serverSettings
export type EnvironmentVariables = Readonly<Record<string, string | undefined>>

/** How local mode backs its database up. */
export type BackupSettings = {
  /** Whether the server does it by itself, and archives its log. */
  scheduled: boolean
  every_ms: number
  directory: string
  /** Of the disk, in percent. */
  disk_share: number
  command: string | undefined
}

/** Where the database is: all that a command other than start needs. */
export type DatabasePlace = {
  /** Undefined in local mode. */
  database_url: string | undefined
  data_dir: string
  /** Of local mode. */
  backup: BackupSettings
}

export type Config = DatabasePlace & {
  port: number
  host: string
  /** Undefined until the port is known, in which case the loopback address is used. */
  public_url: string | undefined
  test_key: string | undefined
  encryption_key: string | undefined
  /** Undefined but while the encryption key is exchanged. */
  encryption_key_previous: string | undefined
  webhook_allowed_hosts: string[]
  /** Undefined when no e-mail is sent. */
  mail: { smtp_url: string; from: string } | undefined
  /** Undefined: Stripe itself. */
  stripe_url: string | undefined
  /** Undefined: Paystack itself. */
  paystack_url: string | undefined
  webhook_allow_private: boolean
  /** Certificate authorities that webhooks trust besides those that Node trusts, each in PEM. */
  webhook_authorities: string[]
  /** The wait before each attempt, in seconds. */
  webhook_retry_waits_s: number[]
  drain_s: number
  /** Undefined when no metrics are served. */
  metrics: { host: string; port: number } | undefined
  trusted_proxies: Network[]
  /** Undefined: keys are not limited. */
  key_requests_per_s: number | undefined
  log_level: string
}

/** A setting that cannot be used. Its message is one line that names it and says what to do. */
export class ConfigError extends Error {}

const logLevels = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']

function settingOf(environment: EnvironmentVariables, name: SettingName): string {
  return (environment[name] ?? '').trim() || serverSettings[name].default
}

function must(holds: boolean, name: SettingName, expected: string): void {
  if (!holds) throw new ConfigError(`${name} should be ${expected}.`)
}

/** Reads where the database is. Throws ConfigError when DATABASE_URL is not the address of a PostgreSQL. */
export function readDatabasePlace(environment: EnvironmentVariables): DatabasePlace {
  const database_url = settingOf(environment, 'DATABASE_URL') || undefined
  must(
    database_url === undefined || /^postgres(ql)?:\/\//.test(database_url),
    'DATABASE_URL',
    'the address of a PostgreSQL, such as postgresql://user:password@db.example.com/tallystick',
  )
  const data_dir = resolve(settingOf(environment, 'TALLYSTICK_DATA_DIR'))
  return { database_url, data_dir, backup: readBackup(environment, data_dir) }
}

const backupEveryMaxS = 30 * 86_400

function readBackup(environment: EnvironmentVariables, data_dir: string): BackupSettings {
  const every = settingOf(environment, 'TALLYSTICK_BACKUP_EVERY')
  const every_s = readSeconds(every === 'off' ? '1d' : every)
  must(
    every_s >= 3_600 && every_s <= backupEveryMaxS,
    'TALLYSTICK_BACKUP_EVERY',
    'off, or a duration from 1h to 30d, such as 12h',
  )
  const share = settingOf(environment, 'TALLYSTICK_BACKUP_DISK_SHARE')
  const disk_share = /^\d{1,2}$/.test(share) ? Number(share) : 0
  must(disk_share >= 1 && disk_share <= 90, 'TALLYSTICK_BACKUP_DISK_SHARE', 'a whole number from 1 to 90')
  return {
    scheduled: every !== 'off',
    every_ms: every_s * 1_000,
    directory: resolve(settingOf(environment, 'TALLYSTICK_BACKUP_DIR') || join(data_dir, 'backup')),
    disk_share,
    command: settingOf(environment, 'TALLYSTICK_BACKUP_COMMAND') || undefined,
  }
}

/** Reads the encryption keys. Throws ConfigError for one that cannot be used, and when there is a database but no key for it. */
export function readEncryptionKeys(
  environment: EnvironmentVariables,
): Pick<Config, 'encryption_key' | 'encryption_key_previous'> {
  const read = (name: SettingName): string | undefined => {
    const key = settingOf(environment, name) || undefined
    must(!key || key.length >= 32, name, 'at least 32 characters')
    return key
  }
  const key = read('TALLYSTICK_ENCRYPTION_KEY')
  must(
    readDatabasePlace(environment).database_url === undefined || key !== undefined,
    'TALLYSTICK_ENCRYPTION_KEY',
    'set when DATABASE_URL is: create one with `openssl rand -hex 32`, and back it up with the database',
  )
  const previous = read('TALLYSTICK_ENCRYPTION_KEY_PREVIOUS')
  must(
    previous === undefined || key !== undefined,
    'TALLYSTICK_ENCRYPTION_KEY_PREVIOUS',
    'set only together with TALLYSTICK_ENCRYPTION_KEY: local mode exchanges its key itself',
  )
  return { encryption_key: key, encryption_key_previous: previous }
}

/** Whether the text is the number of a TCP port, or 0 for any free one. */
export function isPort(text: string): boolean {
  return /^\d{1,5}$/.test(text) && Number(text) <= 65_535
}

const drainMaxS = 300

/** Reads the settings from the environment. Throws ConfigError for the first that cannot be used. */
export function readConfig(environment: EnvironmentVariables): Config {
  const value = (name: SettingName): string => settingOf(environment, name)
  const place = readDatabasePlace(environment)
  const local = place.database_url === undefined
  must(isPort(value('PORT')), 'PORT', 'a number from 0 to 65535')
  const testKey = value('TALLYSTICK_TEST_KEY') || undefined
  must(
    !testKey || /^sk_test_[A-Za-z0-9_]{8,}$/.test(testKey),
    'TALLYSTICK_TEST_KEY',
    'sk_test_ followed by 8 or more of A–Z a–z 0–9 _',
  )
  const encryptionKeys = readEncryptionKeys(environment)
  const allowPrivate = value('TALLYSTICK_WEBHOOK_ALLOW_PRIVATE')
  must(/^(true|false)$/.test(allowPrivate), 'TALLYSTICK_WEBHOOK_ALLOW_PRIVATE', 'true or false')
  const drain = value('TALLYSTICK_DRAIN_S') || (local ? '0' : '5')
  must(/^\d{1,3}$/.test(drain) && Number(drain) <= drainMaxS, 'TALLYSTICK_DRAIN_S', `a number from 0 to ${drainMaxS}`)
  const logLevel = value('TALLYSTICK_LOG_LEVEL')
  must(logLevels.includes(logLevel), 'TALLYSTICK_LOG_LEVEL', `one of ${logLevels.join(', ')}`)
  return {
    ...place,
    port: Number(value('PORT')),
    host: value('TALLYSTICK_HOST') || (local ? '127.0.0.1' : '::'),
    public_url: readOrigin(value, 'TALLYSTICK_PUBLIC_URL', 'https://pay.example.com'),
    test_key: testKey,
    ...encryptionKeys,
    webhook_allowed_hosts: value('TALLYSTICK_WEBHOOK_ALLOWED_HOSTS')
      .split(',')
      .map((host) => host.trim().toLowerCase())
      .filter((host) => host !== ''),
    mail: readMail(value('TALLYSTICK_SMTP_URL'), value('TALLYSTICK_SMTP_FROM')),
    stripe_url: readOrigin(value, 'TALLYSTICK_STRIPE_URL', 'http://127.0.0.1:9090'),
    paystack_url: readOrigin(value, 'TALLYSTICK_PAYSTACK_URL', 'http://127.0.0.1:9091'),
    webhook_allow_private: allowPrivate === 'true',
    webhook_authorities: readAuthorities(value('TALLYSTICK_WEBHOOK_CA_FILE')),
    webhook_retry_waits_s: readRetrySchedule(value('TALLYSTICK_WEBHOOK_RETRY_SCHEDULE')),
    drain_s: Number(drain),
    metrics: readMetricsListen(value('TALLYSTICK_METRICS_LISTEN')),
    ...readLimits(value('TALLYSTICK_TRUSTED_PROXIES'), value('TALLYSTICK_KEY_REQUESTS_PER_S')),
    log_level: logLevel,
  }
}

function readLimits(proxies: string, per_s: string): Pick<Config, 'trusted_proxies' | 'key_requests_per_s'> {
  const trusted_proxies = readNetworks(proxies) ?? []
  const example = 'addresses or networks, comma-separated, such as 10.0.0.0/8, ::1, and not everybody'
  must(readNetworks(proxies) !== undefined, 'TALLYSTICK_TRUSTED_PROXIES', example)
  const usable = /^[1-9]\d{0,6}$/.test(per_s) && Number(per_s) <= 1_000_000
  must(per_s === '' || usable, 'TALLYSTICK_KEY_REQUESTS_PER_S', 'a whole number from 1 to 1000000')
  return { trusted_proxies, key_requests_per_s: usable ? Number(per_s) : undefined }
}

function readMetricsListen(text: string): Config['metrics'] {
  if (text === '') return undefined
  const [, bracketed, name, port = ''] = /^(?:\[([0-9a-f:.]+)\]|([^\s:/[\]]+)):(\d+)$/i.exec(text) ?? []
  const host = bracketed ?? name ?? ''
  must(
    isPort(port) && (bracketed === undefined || isIP(bracketed) === 6),
    'TALLYSTICK_METRICS_LISTEN',
    'an address and a port to listen on, such as 127.0.0.1:9464',
  )
  return { host, port: Number(port) }
}

function readMail(smtp_url: string, from: string): Config['mail'] {
  if (smtp_url === '') return undefined
  must(
    URL.canParse(smtp_url) && /^smtps?:$/.test(new URL(smtp_url).protocol) && new URL(smtp_url).hostname !== '',
    'TALLYSTICK_SMTP_URL',
    'the address of a mail server, such as smtps://user:password@mail.example.com',
  )
  must(
    /^[!-?A-~]{1,64}@[a-z0-9-]+(\.[a-z0-9-]+)*$/i.test(from),
    'TALLYSTICK_SMTP_FROM',
    'an e-mail address, such as receipts@example.com, when TALLYSTICK_SMTP_URL is set',
  )
  return { smtp_url, from }
}

/** Reads the certificates of a PEM file. One that cannot be used ends the start: without it webhooks would fail for days. */
function readAuthorities(file: string): string[] {
  if (file === '') return []
  try {
    return readCertificates(file)
  } catch (error) {
    const fault = (error as Error).message
    throw new ConfigError(`TALLYSTICK_WEBHOOK_CA_FILE should name a PEM file of certificates: ${file} ${fault}.`)
  }
}

const unitsS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3_600, d: 86_400 }
const waitMaxS = 7 * 86_400
const waitsMax = 30

/** Reads `30s`, `5m`, `2h` or `1d`, in seconds; NaN for anything else. */
function readSeconds(text: string): number {
  const [, number, unit] = /^(\d{1,6})([smhd])$/.exec(text.trim()) ?? []
  return Number(number) * (unitsS[unit ?? ''] ?? Number.NaN)
}

/** Reads the waits before attempts, such as `0s, 5s, 30m, 2h`, in seconds. The first attempt is made at once. */
function readRetrySchedule(text: string): number[] {
  const waits = text.split(',').map(readSeconds)
  const [first, ...later] = waits
  const usable = first === 0 && later.every((wait) => wait >= 1 && wait <= waitMaxS) && waits.length <= waitsMax
  must(
    usable,
    'TALLYSTICK_WEBHOOK_RETRY_SCHEDULE',
    `up to ${waitsMax} durations of at most 7d, the first of them 0s, such as 0s, 5s, 5m, 2h, 1d`,
  )
  return waits
}

const prefix = /^TALLYSTICK_/i

/** One sentence for each environment variable that is probably a mistake. None of them prevents a start. */
export function settingWarnings(environment: EnvironmentVariables): string[] {
  const known = Object.keys({ ...serverSettings, ...commandSettings }).filter((name) => prefix.test(name))
  const unknown = Object.keys(environment).filter((name) => prefix.test(name) && !known.includes(name))
  const { DATABASE_URL: url } = environment
  return [
    ...(url !== undefined && url.trim() === ''
      ? ['DATABASE_URL is set but empty, which means local mode: give it a value, or unset it.']
      : []),
    ...unknown.map((name) => {
      // Compared without the common prefix, which would make every name near.
      const meant = nearest(
        name.replace(prefix, ''),
        known.map((one) => one.replace(prefix, '')),
      )
      return `There is no setting ${name}: ${meant ? `did you mean TALLYSTICK_${meant}?` : 'see tallystick --help.'}`
    }),
  ]
}

function readOrigin(value: (name: SettingName) => string, name: SettingName, example: string): string | undefined {
  const text = value(name)
  if (text === '') return undefined
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (!url || !/^https?:$/.test(url.protocol) || url.pathname !== '/' || url.search !== '') {
    throw new ConfigError(`${name} should be an address without a path, such as ${example}.`)
  }
  return url.origin
}

/** The address to show when no public URL is set: a wildcard host is reached through loopback. */
export function localUrl(host: string, port: number): string {
  const shown = host === '::' || host === '0.0.0.0' ? '127.0.0.1' : host
  return `http://${isIP(shown) === 6 ? `[${shown}]` : shown}:${port}`
}

/** The table of the settings of the server, or of those of the commands that call one, that `--help` prints. */
export function settingsHelp(settings: typeof serverSettings | typeof commandSettings = serverSettings): string {
  return Object.entries(settings)
    .map(([name, { default: initial, help }]) => `  ${name}${initial ? ` (${initial})` : ''}\n      ${help}`)
    .join('\n')
}
