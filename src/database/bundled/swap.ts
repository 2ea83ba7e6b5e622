import { existsSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { BundledServerError } from './errors.ts'
import { findPlace, type Place, pgdataOf, syncFolder } from './place.ts'
import { giveTo } from './runner.ts'

/** Where a database that is to take the place of another one waits for it, whole. */
const nextOf = (dataDirectory: string) => join(dataDirectory, 'postgres.next')

/** Where the database that was replaced is kept: named by its major version, `postgres-17`. */
export function replacedPgdata(data_dir: string, major: string): string {
  return join(data_dir, `postgres-${major}`)
}

/** The major version of the PostgreSQL that wrote the database of a data directory; undefined when there is none. */
export function writtenBy(data_dir: string): string | undefined {
  const file = join(pgdataOf(data_dir), 'PG_VERSION')
  return existsSync(file) ? readFileSync(file, 'utf8').trim() : undefined
}

/**
 * Puts the database of one data directory, which nothing runs on, in the place of that of another one, which is kept. Needs the lock of the
 * latter. There is no moment at which a kill loses either: the first rename changes nothing yet, and after the second a start does the third.
 */
export function swapIn(from: string, data_dir: string, kept: string): void {
  const { dataDirectory, pgdata, runner } = findPlace(data_dir)
  if (existsSync(kept)) throw new BundledServerError(`${kept} is there already: move it away, then try again`)
  const made = pgdataOf(from)
  giveTo(made, runner)
  const next = nextOf(dataDirectory)
  // Of an attempt that was killed before the second rename: the old database may have changed since.
  rmSync(next, { recursive: true, force: true, maxRetries: 5 })
  renameSync(made, next)
  syncFolder(dataDirectory)
  renameSync(pgdata, kept)
  syncFolder(dataDirectory)
  renameSync(next, pgdata)
  syncFolder(dataDirectory)
}

/** Finishes a swap that was killed between its last two renames. Needs the lock. */
export function finishSwap({ dataDirectory, pgdata }: Place): void {
  const next = nextOf(dataDirectory)
  if (existsSync(pgdata) || !existsSync(next)) return
  renameSync(next, pgdata)
  syncFolder(dataDirectory)
}
