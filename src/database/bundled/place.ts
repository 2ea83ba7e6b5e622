import { randomBytes } from 'node:crypto'
import {
  chmodSync,
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  realpathSync,
  renameSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { BundledServerError } from './errors.ts'
import { blockedFolder, giveTo, type Runner, runnerFor } from './runner.ts'

/** The parts of a data directory that belong to the bundled server. Everything else in there is somebody else's. */
export type Place = {
  dataDirectory: string
  pgdata: string
  socketFolder: string
  logFile: string
  passwordFile: string
  runner: Runner | undefined
}

/** 10 MB of warnings are more than anybody reads; the log is truncated beyond that. */
const LOG_LIMIT_BYTES = 10 * 1024 * 1024

/** Whether a database was ever created in this data directory. Creates nothing. */
export function hasDatabase(directory: string): boolean {
  return existsSync(pgdataOf(directory))
}

/** Where in a data directory PostgreSQL keeps its files. */
export function pgdataOf(directory: string): string {
  return join(directory, 'postgres')
}

/**
 * Creates the data directory if it is missing and says where everything in it is. Throws a BundledServerError when the user
 * that PostgreSQL has to run as cannot get there.
 */
export function findPlace(directory: string): Place {
  // Root makes it for another user, who has to pass through.
  mkdirSync(directory, { recursive: true, mode: process.getuid?.() === 0 ? 0o711 : 0o700 })
  // PostgreSQL writes the resolved path into its own files, and those are compared later.
  const dataDirectory = realpathSync(directory)
  const pgdata = pgdataOf(dataDirectory)
  const runner = runnerFor(pgdata)
  const blocked = runner === undefined ? undefined : blockedFolder(dirname(dataDirectory), runner)
  if (runner !== undefined && blocked !== undefined) {
    throw new BundledServerError(
      `PostgreSQL refuses to run as root and runs as user id ${runner.uid}, which may not pass the folder ${blocked}: set TALLYSTICK_DATA_DIR to a directory elsewhere, for instance under /var/lib`,
    )
  }
  return {
    dataDirectory,
    pgdata,
    socketFolder: join(dataDirectory, 'socket'),
    logFile: join(dataDirectory, 'postgres.log'),
    passwordFile: join(dataDirectory, 'password'),
    runner,
  }
}

/** Sets owners and modes and shortens the log. Needs the lock. */
export function tidyPlace(place: Place): void {
  // Passing through is all that the other user gets; the key and the password in there have mode 0600.
  if (place.runner !== undefined) chmodSync(place.dataDirectory, 0o711)
  mkdirSync(place.socketFolder, { recursive: true, mode: 0o700 })
  giveTo(place.socketFolder, place.runner)
  if (existsSync(place.pgdata)) giveTo(place.pgdata, place.runner)
  if (existsSync(place.logFile) && statSync(place.logFile).size > LOG_LIMIT_BYTES) truncateSync(place.logFile)
}

/** The superuser's password. Made before the first start, on the disk before any database knows it. */
export function readPassword(place: Place): string {
  if (existsSync(place.passwordFile)) return readFileSync(place.passwordFile, 'utf8').trim()
  if (existsSync(place.pgdata)) {
    throw new BundledServerError(
      `The file ${place.passwordFile} is missing and the database next to it cannot be opened without it: restore the file from a backup of the directory`,
    )
  }
  const password = randomBytes(24).toString('hex')
  const draft = `${place.passwordFile}.new`
  writeFileSync(draft, `${password}\n`, { mode: 0o600, flush: true })
  renameSync(draft, place.passwordFile)
  syncFolder(place.dataDirectory)
  return password
}

/** Makes the names in a folder survive a power cut. */
export function syncFolder(path: string): void {
  // Windows cannot open folders, and its file system does this by itself.
  if (process.platform === 'win32') return
  const folder = openSync(path, 'r')
  fsyncSync(folder)
  closeSync(folder)
}
