import { chownSync, existsSync, readdirSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { BundledServerError } from './errors.ts'

/** The user that PostgreSQL runs as when this process is root, which PostgreSQL refuses. */
export type Runner = { uid: number; gid: number }

/** `nobody` on Linux and in every container: owns nothing, needs no entry in the user database. */
const NOBODY: Runner = { uid: 65534, gid: 65534 }

/**
 * Who has to run PostgreSQL on `pgdata`: undefined when this process is an ordinary user and does it itself. Root hands it
 * to the directory's owner, so that one start with sudo does not take the directory away from the user who made it; to
 * nobody when there is no directory yet or root owns it (a restored copy).
 */
export function runnerFor(pgdata: string): Runner | undefined {
  const own = process.getuid?.()
  if (own === undefined) return undefined
  const owner = existsSync(pgdata) ? statSync(pgdata) : undefined
  if (own === 0) return owner === undefined || owner.uid === 0 ? NOBODY : { uid: owner.uid, gid: owner.gid }
  if (owner !== undefined && owner.uid !== own) {
    throw new BundledServerError(
      `The database in ${pgdata} belongs to user id ${owner.uid} and this process runs as ${own}: start it as that user, or set TALLYSTICK_DATA_DIR to another directory`,
    )
  }
  return undefined
}

/** The outermost folder on the way to `path`, or `path` itself, that `runner` may not pass through; undefined if none. */
export function blockedFolder(path: string, runner: Runner): string | undefined {
  const parent = dirname(path)
  const above = parent === path ? undefined : blockedFolder(parent, runner)
  if (above !== undefined) return above
  const { mode, uid, gid } = statSync(path)
  const bit = uid === runner.uid ? 0o100 : gid === runner.gid ? 0o010 : 0o001
  return (mode & bit) === 0 ? path : undefined
}

/** Gives `path` and everything in it to `runner`; does nothing without one, or when it already has it. */
export function giveTo(path: string, runner: Runner | undefined): void {
  if (runner === undefined || statSync(path).uid === runner.uid) return
  // The top last: it says that everything below is done.
  if (statSync(path).isDirectory()) for (const name of readdirSync(path)) giveTo(join(path, name), runner)
  chownSync(path, runner.uid, runner.gid)
}
