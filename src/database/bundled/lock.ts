import { randomBytes } from 'node:crypto'
import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { BundledServerError, codeOf } from './errors.ts'
import { startOf } from './processes.ts'

/** The right to use a data directory. */
export type Lock = {
  /** Releases it. A lock that somebody else holds by now is left alone. */
  release(): void
}

type Holder = { id: string; pid: number; started: string }

/** What a power cut can leave behind: a name without its content. No live process has such a lock (see `takeLock`). */
const UNREADABLE: Holder = { id: 'unreadable', pid: 0, started: '' }

/**
 * Takes the lock of a data directory for this process, or throws a BundledServerError that names the directory and the
 * process which has it.
 *
 * The content is written first and then linked to its name, so nobody ever reads a half-written lock. A lock whose holder
 * is dead is replaced under a second lock, named after the first one's unique id and taken in the same way: of two
 * processes that found the same dead holder only one replaces it, and one that comes late sees that the id has changed.
 */
export function takeLock(dataDirectory: string, path = join(dataDirectory, 'lock')): Lock {
  const own: Holder = { id: randomBytes(8).toString('hex'), pid: process.pid, started: startOf(process.pid) ?? '' }
  const lock = { release: () => release(path, own.id) }
  const draft = `${path}.${own.id}.draft`
  writeFileSync(draft, `${JSON.stringify(own)}\n`, { flag: 'wx', mode: 0o600 })
  try {
    // More than one round only while others take and give up the lock at this very moment.
    for (let round = 0; round < 100; round++) {
      if (linked(draft, path)) return lock
      const holder = read(path)
      if (holder === undefined) continue
      if (isAlive(holder)) throw inUse(dataDirectory, holder)
      const guard = takeLock(dataDirectory, `${path}.${holder.id}`)
      try {
        if (read(path)?.id !== holder.id) continue
        renameSync(draft, path)
        return lock
      } finally {
        guard.release()
      }
    }
    throw new BundledServerError(`The data directory ${dataDirectory} is being taken by other processes: try again`)
  } finally {
    rmSync(draft, { force: true })
  }
}

function release(path: string, id: string): void {
  if (read(path)?.id === id) rmSync(path, { force: true })
}

function linked(draft: string, path: string): boolean {
  try {
    linkSync(draft, path)
    return true
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false
    throw error
  }
}

function read(path: string): Holder | undefined {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined
    throw error
  }
  try {
    const { id, pid, started } = JSON.parse(text) as Partial<Holder>
    if (!/^[0-9a-f]{16}$/.test(id ?? '') || !Number.isSafeInteger(pid) || typeof started !== 'string') return UNREADABLE
    return { id, pid, started } as Holder
  } catch {
    return UNREADABLE
  }
}

function isAlive(holder: Holder): boolean {
  return startOf(holder.pid) === holder.started
}

function inUse(dataDirectory: string, holder: Holder): BundledServerError {
  return new BundledServerError(
    `The data directory ${dataDirectory} is in use by process ${holder.pid}: stop that process, or set TALLYSTICK_DATA_DIR to another directory`,
  )
}
