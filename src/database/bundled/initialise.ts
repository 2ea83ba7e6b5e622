import { execFile } from 'node:child_process'
import {
  chownSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { type Binaries, majorOf, program } from './binaries.ts'
import { BundledServerError, codeOf } from './errors.ts'
import { type Place, syncFolder } from './place.ts'

/** The bootstrap superuser. */
export const SUPERUSER = 'postgres'

const DRAFT = 'postgres.new-'

/**
 * The environment of PostgreSQL's programs: English messages and UTC, and neither this process's secrets nor any PG*
 * variable. Windows programs do not start without the last three.
 */
export function plainEnvironment(): NodeJS.ProcessEnv {
  const { PATH, SystemRoot, TEMP, TMP } = process.env
  const environment = { PATH, SystemRoot, TEMP, TMP, LC_ALL: 'C', TZ: 'UTC' }
  return Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== undefined))
}

/**
 * Makes sure that there is a database cluster of this PostgreSQL's major version: creates it on the first start, and throws
 * a BundledServerError when the one there was written by another version. Needs the lock.
 */
export async function ensureInitialised(place: Place, binaries: Binaries, password: string): Promise<void> {
  if (!existsSync(place.pgdata)) return initialise(place, binaries, password)
  const versionFile = join(place.pgdata, 'PG_VERSION')
  if (!existsSync(versionFile)) {
    throw new BundledServerError(
      `${place.pgdata} is not a PostgreSQL data directory: move it away, or set TALLYSTICK_DATA_DIR to another directory`,
    )
  }
  const written = readFileSync(versionFile, 'utf8').trim()
  const major = majorOf(binaries)
  if (written === String(major)) return
  const both = `The database in ${place.pgdata} was written by PostgreSQL ${written} and this release brings PostgreSQL ${major}`
  throw new BundledServerError(
    majorOf({ version: written }) < major
      ? `${both}: run tallystick upgrade-database, which docs/guides/upgrading.md explains, or start the release that wrote it`
      : `${both}: start the release that wrote it`,
  )
}

/** Builds the cluster under another name and renames it, so that a killed initdb leaves nothing that looks complete. */
async function initialise(place: Place, binaries: Binaries, password: string): Promise<void> {
  for (const name of readdirSync(place.dataDirectory)) {
    if (name.startsWith(DRAFT)) rmSync(join(place.dataDirectory, name), { recursive: true, force: true, maxRetries: 5 })
  }
  const draft = mkdtempSync(join(place.dataDirectory, DRAFT))
  try {
    const passwordFile = join(draft, 'password')
    writeFileSync(passwordFile, `${password}\n`, { mode: 0o600 })
    if (place.runner !== undefined) {
      chownSync(passwordFile, place.runner.uid, place.runner.gid)
      chownSync(draft, place.runner.uid, place.runner.gid)
    }
    await runInitdb(place, binaries, join(draft, 'data'), passwordFile)
    renameSync(join(draft, 'data'), place.pgdata)
    syncFolder(place.dataDirectory)
  } finally {
    rmSync(draft, { recursive: true, force: true, maxRetries: 5 })
  }
}

async function runInitdb(place: Place, binaries: Binaries, pgdata: string, passwordFile: string): Promise<void> {
  // The built-in locale sorts by code point and is part of PostgreSQL: no library upgrade can change an index's order.
  const words = ['-D', pgdata, `--username=${SUPERUSER}`, `--pwfile=${passwordFile}`, '--auth=scram-sha-256']
  words.push('--encoding=UTF8', '--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8')
  words.push('--data-checksums', '--no-instructions')
  const options = { cwd: place.dataDirectory, env: plainEnvironment(), windowsHide: true, ...place.runner }
  try {
    await promisify(execFile)(program(binaries, 'initdb'), words, options)
  } catch (error) {
    throw cannotRun(error) ?? new BundledServerError(`PostgreSQL could not create its database: ${lastLine(error)}`)
  }
}

/** The plain line for programs that the system does not even start, or undefined. */
export function cannotRun(error: unknown): BundledServerError | undefined {
  if (codeOf(error) === 'ENOENT') {
    return new BundledServerError(
      'The bundled PostgreSQL does not start here, it needs glibc (Alpine has none): set DATABASE_URL to a PostgreSQL 15 or newer',
      { cause: error },
    )
  }
  if (codeOf(error) === 'EPERM' || codeOf(error) === 'EACCES') {
    return new BundledServerError(
      'The system does not let this process start the bundled PostgreSQL as an unprivileged user: start it as an ordinary user, or set DATABASE_URL to a PostgreSQL 15 or newer',
      { cause: error },
    )
  }
  return undefined
}

function lastLine(error: unknown): string {
  const output = error instanceof Error && 'stderr' in error ? String(error.stderr).trim() : String(error)
  const lines = output.split('\n').filter((line) => /error|fatal|could not/i.test(line))
  return (lines.at(-1) ?? output.split('\n').at(-1) ?? '').trim()
}
