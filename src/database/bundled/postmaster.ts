import { execFileSync, spawn } from 'node:child_process'
import { closeSync, existsSync, openSync, readFileSync, realpathSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { type Binaries, program } from './binaries.ts'
import { BundledServerError } from './errors.ts'
import { plainEnvironment } from './initialise.ts'
import type { Place } from './place.ts'
import { isPostgresOn, isSameProcess, startOf } from './processes.ts'

/** A running main process of PostgreSQL, whether this process started it or found it. */
export type Postmaster = {
  pid: number
  /** Whether it has ended. */
  hasEnded(): boolean
  /** Resolves with how it ended, to be put behind "PostgreSQL": `ended with code 1`. */
  ended: Promise<string>
}

/** What `postmaster.pid` says. It outlives a killed server, so it may be about another process by now, or none. */
export type PidFile = { pid: number; port: number; status: string }

/** A fast shutdown writes out up to `max_wal_size` of changes; an immediate one only ends processes. */
const FAST_STOP_MS = 60_000
const IMMEDIATE_STOP_MS = 10_000

/** Reads `postmaster.pid` of the data directory; undefined when there is none, or not yet a whole one. */
export function readPidFile(place: Place): PidFile | undefined {
  const path = join(place.pgdata, 'postmaster.pid')
  if (!existsSync(path)) return undefined
  let lines: string[]
  try {
    lines = readFileSync(path, 'utf8').split('\n')
  } catch {
    return undefined // Gone just now.
  }
  // Line 8 is the status, which `pg_ctl` waits for too.
  const [pid, directory = '', , port, , , , status = ''] = lines
  if (resolve(directory) !== place.pgdata) return undefined
  return { pid: Number(pid), port: Number(port), status: status.trim() }
}

/** The main process of the server that runs on this data directory, whoever started it, and when it began. */
export function findRunning(place: Place): { pid: number; started: string } | undefined {
  const pid = readPidFile(place)?.pid
  const started = pid === undefined ? undefined : startOf(pid)
  if (pid === undefined || started === undefined || !isPostgresOn(pid, place.pgdata)) return undefined
  return { pid, started }
}

/** The server that still runs on this data directory after its supervisor was killed, or undefined. */
export function findOrphan(place: Place): Postmaster | undefined {
  const running = findRunning(place)
  if (running === undefined) return undefined
  const { pid, started } = running
  const hasEnded = () => !isSameProcess(pid, started)
  const ended = new Promise<string>((done) => {
    const timer = setInterval(() => {
      if (!hasEnded()) return
      clearInterval(timer)
      done('ended')
    }, 100)
  })
  return { pid, hasEnded, ended }
}

/** Whether the running server was started with exactly these arguments; `postmaster.opts` has them. */
export function wasStartedWith(place: Place, binaries: Binaries, words: string[]): boolean {
  const path = join(place.pgdata, 'postmaster.opts')
  const quoted = words.map((word) => ` "${word}"`).join('')
  return (
    existsSync(path) && readFileSync(path, 'utf8').trimEnd() === realpathSync(program(binaries, 'postgres')) + quoted
  )
}

/**
 * Starts `postgres` in a process group of its own, so that Ctrl-C in the terminal reaches only this process, which then
 * stops it in order. Its output goes to the log file.
 */
export async function spawnPostgres(place: Place, binaries: Binaries, words: string[]): Promise<Postmaster> {
  const env = plainEnvironment()
  // A killed server's number may belong to any process by now, even to a thread of this one, and PostgreSQL would then
  // never start. With this variable, made for `pg_ctl`, it disregards that one number and still checks shared memory.
  const stale = findRunning(place) === undefined ? readPidFile(place)?.pid : undefined
  if (stale !== undefined) env.PG_GRANDPARENT_PID = String(stale)
  const log = openSync(place.logFile, 'a', 0o600)
  const child = spawn(program(binaries, 'postgres'), words, {
    cwd: place.dataDirectory,
    env,
    detached: true,
    windowsHide: true,
    stdio: ['ignore', log, log],
    ...place.runner,
  })
  closeSync(log)
  const ended = new Promise<string>((done) => {
    child.once('exit', (code, signal) => done(signal === null ? `ended with code ${code}` : `was ended by ${signal}`))
  })
  await new Promise<void>((done, fail) => {
    child.once('spawn', done)
    child.once('error', fail)
  })
  const { pid } = child
  if (pid === undefined) throw new Error('a spawned process has a number')
  return { pid, ended, hasEnded: () => child.exitCode !== null || child.signalCode !== null }
}

/**
 * Stops a server: fast (open transactions are rolled back), then at once if it takes longer than a minute. Signals go only
 * to a process that is verified to be PostgreSQL on this data directory.
 */
export async function stopPostgres(postmaster: Postmaster, place: Place, binaries: Binaries): Promise<void> {
  const steps = [
    { signal: 'SIGINT', within_ms: FAST_STOP_MS },
    { signal: 'SIGQUIT', within_ms: IMMEDIATE_STOP_MS },
  ] as const
  for (const { signal, within_ms } of steps) {
    if (!postmaster.hasEnded() && isPostgresOn(postmaster.pid, place.pgdata)) send(signal, postmaster.pid, binaries)
    if (await endsWithin(postmaster, within_ms)) return
  }
  throw new BundledServerError(
    `PostgreSQL on ${place.pgdata} (process ${postmaster.pid}) does not stop: end that process, then start again`,
  )
}

function send(signal: 'SIGINT' | 'SIGQUIT', pid: number, binaries: Binaries): void {
  // Windows has no signals: Node would end the process outright, `pg_ctl` speaks PostgreSQL's replacement.
  if (process.platform === 'win32') execFileSync(program(binaries, 'pg_ctl'), ['kill', signal.slice(3), String(pid)])
  else process.kill(pid, signal)
}

async function endsWithin(postmaster: Postmaster, within_ms: number): Promise<boolean> {
  const { promise, resolve: done } = Promise.withResolvers<boolean>()
  const timer = setTimeout(() => done(false), within_ms)
  void postmaster.ended.then(() => done(true))
  const result = await promise
  clearTimeout(timer)
  return result
}
