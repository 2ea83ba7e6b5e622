import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { archiveSettings } from './archive.ts'
import { type Binaries, findBinaries, majorOf, prepareBinaries } from './binaries.ts'
import { BundledServerError, plainError } from './errors.ts'
import { cannotRun, ensureInitialised } from './initialise.ts'
import { type Lock, takeLock } from './lock.ts'
import { findPlace, type Place, readPassword, tidyPlace } from './place.ts'
import { findOrphan, type Postmaster, readPidFile, spawnPostgres, stopPostgres, wasStartedWith } from './postmaster.ts'
import { type ConnectionSettings, connectionTo, EndedEarly, logEnd, logTail, waitUntilReady } from './readiness.ts'
import { type Listen, postgresArguments } from './settings.ts'
import { socketOf } from './socket.ts'
import { finishSwap } from './swap.ts'

/** A PostgreSQL that this process owns. Like an open port it keeps the process alive until it is stopped. */
export type BundledServer = {
  /** Settings for `pg`, as the bootstrap superuser `postgres`. */
  connection(database: string): ConnectionSettings
  /** `reattached`: it was still running after the process that had started it was killed. */
  readonly how: 'started' | 'reattached'
  /** Resolves with a sentence when the server has ended without being asked to; otherwise never. */
  readonly died: Promise<string>
  /**
   * Stops it (open transactions are rolled back), waits, and gives up the directory's lock; before that it does what `atLast` says, while
   * nobody else can start. Idempotent.
   */
  stop(atLast?: () => void): Promise<void>
}

/** How the server is started. */
export type BundledServerOptions = {
  data_dir: string
  log: (message: string) => void
  /** PostgreSQL's, on top of the table in `settings.ts`. */
  settings?: Record<string, string>
  /** Where it archives its log (`archive.ts`); nowhere without it. */
  backup_dir?: string | undefined
  /** A restored copy replays its log for as long as that takes. */
  replays?: boolean
  /** Those of another major version, for data that is older; the installed ones without it. */
  binaries?: Binaries
}

type Options = BundledServerOptions

type Start = { place: Place; binaries: Binaries; password: string; options: Options }

type Running = { how: 'started' | 'reattached'; postmaster: Postmaster; listen: Listen; logStart: number }

/** Another start's or a dying server's leftovers: its last processes end within seconds of it. */
const RETRY_MS = 10_000
const DYING_MS = 2_000
const RETRY_PATTERN =
  /lock file .* already exists|pre-existing shared memory block|could not create any TCP\/IP sockets/

/**
 * Starts the bundled PostgreSQL on a data directory, creating the database the first time, or attaches to the one that is
 * still running there. Resolves when it answers queries. Throws a BundledServerError with one plain line otherwise.
 */
export async function startBundledServer(options: Options): Promise<BundledServer> {
  let lock: Lock | undefined
  try {
    const found = options.binaries ?? findBinaries()
    const place = findPlace(options.data_dir)
    lock = takeLock(place.dataDirectory)
    finishSwap(place)
    tidyPlace(place)
    const binaries = await prepareBinaries(found, place.dataDirectory, place.runner)
    const password = readPassword(place)
    await ensureInitialised(place, binaries, password)
    const { backup_dir } = options
    const settings = { ...(backup_dir && archiveSettings(place, backup_dir)), ...options.settings }
    const start = { place, binaries, password, options: { ...options, settings } }
    return own(start, await run(start), lock)
  } catch (error) {
    lock?.release()
    throw plainError(error, options.data_dir)
  }
}

function own(start: Start, running: Running, lock: Lock): BundledServer {
  const { place, binaries, password } = start
  const { postmaster, listen, how, logStart } = running
  let stopped: Promise<void> | undefined
  const died = new Promise<string>((resolve) => {
    void postmaster.ended.then((end) => {
      if (stopped !== undefined) return
      resolve(`PostgreSQL (process ${postmaster.pid}) ${end} without being asked to: ${logTail(place, logStart)}`)
    })
  })
  const stop = async (atLast?: () => void) => {
    try {
      await stopPostgres(postmaster, place, binaries)
      atLast?.()
    } finally {
      lock.release()
    }
  }
  return {
    connection: (database) => connectionTo(listen, password, database),
    how,
    died,
    stop: (atLast) => {
      stopped ??= stop(atLast)
      return stopped
    },
  }
}

async function run(start: Start): Promise<Running> {
  const begin = performance.now()
  for (;;) {
    // Looked for in every round: a process that was killed while starting may have left a server that is only now there.
    const answers = await socketAnswers(start.place)
    const orphan = findOrphan(start.place)
    if (orphan === undefined && answers) {
      // A server that was killed this moment has lost its command line but not yet its socket.
      if (performance.now() - begin < DYING_MS) {
        await delay(100)
        continue
      }
      throw new BundledServerError(
        `Another PostgreSQL, in another container perhaps, uses ${start.place.pgdata}: stop it, or set TALLYSTICK_DATA_DIR to another directory`,
      )
    }
    const attached = orphan === undefined ? undefined : await attach(start, orphan)
    if (attached !== undefined) return attached
    try {
      return await launch(start)
    } catch (error) {
      if (!(error instanceof EndedEarly)) throw error
      if (!RETRY_PATTERN.test(error.log) || performance.now() - begin > RETRY_MS) {
        throw new BundledServerError(`PostgreSQL did not start: ${error.log} (more in ${start.place.logFile})`)
      }
      await delay(100)
    }
  }
}

/** Attaches to a running server if it is what a start would give, otherwise stops it and resolves with undefined. */
async function attach(start: Start, orphan: Postmaster): Promise<Running | undefined> {
  const { place, binaries, password, options } = start
  const socket = socketOf(place)
  const listen = socket ?? { host: '127.0.0.1', port: readPidFile(place)?.port ?? 0 }
  const logStart = logEnd(place)
  try {
    const words = postgresArguments(place, listen, options.settings ?? {}, majorOf(binaries))
    if (wasStartedWith(place, binaries, words)) {
      const version = await waitUntilReady(place, orphan, listen, password, logStart, options)
      // 18.4.0-beta.17 is the package with 18.4.
      if (binaries.version.startsWith(`${version}.`)) {
        options.log(`PostgreSQL was still running (process ${orphan.pid}); attached to it`)
        return { how: 'reattached', postmaster: orphan, listen, logStart }
      }
    }
    options.log(`PostgreSQL was still running with other settings (process ${orphan.pid}); restarting it`)
  } catch (error) {
    if (!(error instanceof EndedEarly) && !(error instanceof BundledServerError)) throw error
    options.log(`PostgreSQL was still running but could not be used (process ${orphan.pid}); restarting it`)
  }
  await stopPostgres(orphan, place, binaries)
  return undefined
}

async function launch(start: Start): Promise<Running> {
  const { place, binaries, password, options } = start
  const socket = socketOf(place)
  const listen = socket ?? { host: '127.0.0.1', port: await freePort() }
  const logStart = logEnd(place)
  let postmaster: Postmaster
  try {
    const words = postgresArguments(place, listen, options.settings ?? {}, majorOf(binaries))
    postmaster = await spawnPostgres(place, binaries, words)
  } catch (error) {
    throw cannotRun(error) ?? error
  }
  try {
    await waitUntilReady(place, postmaster, listen, password, logStart, options)
  } catch (error) {
    if (!postmaster.hasEnded()) await stopPostgres(postmaster, place, binaries)
    throw error
  }
  return { how: 'started', postmaster, listen, logStart }
}

/**
 * Whether something listens on the data directory's socket. Process numbers say nothing about another container that shares
 * the directory, and PostgreSQL's own checks do not look further either; two servers on one directory would destroy it.
 */
async function socketAnswers(place: Place): Promise<boolean> {
  const listen = socketOf(place)
  if (listen === undefined) return false
  const socket = connect(join(listen.host, `.s.PGSQL.${listen.port}`))
  try {
    await once(socket, 'connect')
    return true
  } catch {
    return false
  } finally {
    socket.destroy()
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  if (address === null || typeof address === 'string') throw new Error('a listening TCP server has a port')
  return address.port
}
