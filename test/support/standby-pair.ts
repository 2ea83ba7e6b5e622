import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { appendFileSync, chmodSync, closeSync, mkdirSync, openSync, rmSync, writeFileSync } from 'node:fs'
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import pg from 'pg'
import { type Binaries, findBinaries, majorOf, prepareBinaries, program } from '../../src/database/bundled/binaries.ts'
import { ensureInitialised, plainEnvironment } from '../../src/database/bundled/initialise.ts'
import { findPlace, type Place, readPassword, tidyPlace } from '../../src/database/bundled/place.ts'
import { giveTo } from '../../src/database/bundled/runner.ts'
import { postgresArguments } from '../../src/database/bundled/settings.ts'
import { openLocalDatabase } from '../../src/database/local.ts'
import { migrate } from '../../src/database/migrate.ts'
import { databaseAddress, openPool, servingLimits } from '../../src/database/pool.ts'
import { freePort } from './child-server.ts'
import type { TestDatabase } from './database.ts'
import { eventually } from './eventually.ts'
import { expectCleanBooks } from './verify.ts'

const run = promisify(execFile)

/** Where the two servers are, and how to cut one off. */
export type PairNetwork = {
  /** In a sentence of a test's output. */
  kind: string
  host(index: number): string
  /** The command that runs another one at a server's place in the network. */
  inside(index: number): string[]
  cut(index: number): Promise<void>
  mend(index: number): Promise<void>
  remove(): Promise<void>
}

/** Both on 127.0.0.1, where nothing can be cut off. */
export const loopback: PairNetwork = {
  kind: 'loopback',
  host: () => '127.0.0.1',
  inside: () => [],
  cut: () => Promise.reject(new Error('nothing is cut off on loopback')),
  mend: () => Promise.resolve(),
  remove: () => Promise.resolve(),
}

/** A network namespace for each of the two, joined by a bridge. Throws where this process may not make them. */
export async function networkNamespaces(): Promise<PairNetwork> {
  const tag = process.pid.toString(36).slice(-5)
  const ip = (...words: string[]) => run('ip', words)
  const subnet = `10.213.${Math.floor(Math.random() * 250)}`
  const bridge = `tsbr${tag}`
  const space = (index: number) => `tsn${tag}${index}`
  const end = (index: number) => `tsv${tag}${index}`
  await ip('link', 'add', bridge, 'type', 'bridge')
  await ip('addr', 'add', `${subnet}.1/24`, 'dev', bridge)
  await ip('link', 'set', bridge, 'up')
  for (const index of [0, 1]) {
    await ip('netns', 'add', space(index))
    await ip('link', 'add', end(index), 'type', 'veth', 'peer', 'name', 'eth0', 'netns', space(index))
    await ip('link', 'set', end(index), 'master', bridge, 'up')
    await ip('-n', space(index), 'addr', 'add', `${subnet}.${index + 2}/24`, 'dev', 'eth0')
    for (const device of ['eth0', 'lo']) await ip('-n', space(index), 'link', 'set', device, 'up')
  }
  return {
    kind: 'network namespaces',
    host: (index) => `${subnet}.${index + 2}`,
    inside: (index) => ['ip', 'netns', 'exec', space(index)],
    async cut(index) {
      await ip('link', 'set', end(index), 'down')
    },
    async mend(index) {
      await ip('link', 'set', end(index), 'up')
    },
    async remove() {
      for (const index of [0, 1]) await ip('netns', 'del', space(index))
      await ip('link', 'del', bridge)
    },
  }
}

/** A primary and its synchronous standby. Which is which changes. */
export type StandbyPair = {
  network: PairNetwork
  database: TestDatabase
  /** An SQL statement as the superuser, at the primary. */
  admin<Row extends pg.QueryResultRow>(sql: string): Promise<Row[]>
  /** Ends the main process of the primary or the standby with signal 9. */
  kill(which: 'primary' | 'standby'): Promise<void>
  cut(which: 'primary' | 'standby'): Promise<void>
  mend(which: 'primary' | 'standby'): Promise<void>
  /** Starts the one that was killed, as what it was. */
  start(which: 'primary' | 'standby'): Promise<void>
  /** Waits until the standby has what the primary has, and goes on to get it. */
  replicates(): Promise<void>
  /**
   * What a manager such as Patroni does: the standby becomes the primary, and waits for nobody until there is another standby. The other
   * one is stopped before, if it still runs: nothing may be written there any more.
   */
  promote(): Promise<void>
  /** Makes the server that was left behind by a promotion a standby of the other, from a copy, and waits for it again. */
  rejoin(): Promise<void>
  stop(): Promise<void>
}

type Server = { index: number; name: string; port: number; place: Place; process: ChildProcess | undefined }

const synchronous = 'ANY 1 ("server0", "server1")'

/** Starts a pair with a migrated database. */
export async function standbyPair(network: PairNetwork = loopback): Promise<StandbyPair> {
  const root = await mkdtemp(join(tmpdir(), 'tallystick-test-'))
  chmodSync(root, 0o711)
  const servers = await Promise.all([0, 1].map((index) => makeServer(root, index)))
  const [first, second] = servers as [Server, Server]
  const binaries = await prepareBinaries(findBinaries(), root, first.place.runner)
  const password = readPassword(first.place)
  await ensureInitialised(first.place, binaries, password)
  appendFileSync(join(first.place.pgdata, 'pg_hba.conf'), accessOfAll)
  let primary = first
  let standby = second
  const at = (server: Server, database: string, user = 'postgres') => ({
    host: network.host(server.index),
    port: server.port,
    user,
    password,
    database,
  })
  const ask = async <Row extends pg.QueryResultRow>(server: Server, ...statements: string[]): Promise<Row[]> => {
    const client = new pg.Client({ ...at(server, 'postgres'), connectionTimeoutMillis: 5_000, query_timeout: 30_000 })
    client.on('error', () => {})
    await client.connect()
    try {
      let rows: Row[] = []
      for (const statement of statements) rows = (await client.query<Row>(statement)).rows
      return rows
    } finally {
      client.end().catch(() => {})
    }
  }
  const boot = async (server: Server) => {
    const answers = () => {
      // The processes of a server that was killed take a moment to end, and until then another one does not start.
      if (hasEnded(server)) startPostgres(server, binaries, network)
      return ask(server, 'select 1').then(isThere, isAbsent)
    }
    await eventually(answers, `${server.name} answers`, 60_000)
  }
  const replicates = async () => {
    const [row] = await ask(
      primary,
      `select from pg_stat_replication where application_name = '${standby.name}' and sync_state = 'quorum' and state = 'streaming'`,
    )
    return row !== undefined
  }
  const waitForReplication = async () => {
    await eventually(replicates, 'the standby replicates', 60_000)
  }
  const follow = async () => {
    await copyServer(primary, standby, network, password)
    await boot(standby)
    await ask(primary, `alter system set synchronous_standby_names = '${synchronous}'`, 'select pg_reload_conf()')
    await waitForReplication()
  }
  const serverOf = (which: 'primary' | 'standby') => (which === 'primary' ? primary : standby)
  await boot(primary)
  const local = await openLocalDatabase({ connection: (database) => at(primary, database) })
  const making = openPool(local.owner, 1, () => {})
  await migrate(making, new Date(), local.serverRole)
  await making.end()
  await follow()
  const list = servers.map((server) => `${network.host(server.index)}:${server.port}`).join(',')
  const urlOf = (user: string) => `postgresql://${user}:${password}@${list}/tallystick?target_session_attrs=read-write`
  const url = urlOf('tallystick_server')
  const ownerUrl = urlOf('tallystick_owner')
  const pool = openPool(databaseAddress(url), 10, () => {}, servingLimits)
  const owner = openPool(databaseAddress(ownerUrl), 2, () => {})
  const end = async () => {
    for (const server of servers) await killServer(server)
    await network.remove()
    rmSync(root, { recursive: true, force: true, maxRetries: 5 })
  }
  return {
    network,
    database: {
      name: 'tallystick',
      pool,
      owner,
      url,
      ownerUrl,
      async drop() {
        await expectCleanBooks({ pool })
        await Promise.all([pool.end(), owner.end()])
      },
    },
    admin: (sql) => ask(primary, sql),
    kill: (which) => killServer(serverOf(which)),
    cut: (which) => network.cut(serverOf(which).index),
    mend: (which) => network.mend(serverOf(which).index),
    start: (which) => boot(serverOf(which)),
    replicates: () => waitForReplication(),
    async promote() {
      await killServer(primary)
      ;[primary, standby] = [standby, primary]
      await ask(
        primary,
        "alter system set synchronous_standby_names = ''",
        'select pg_reload_conf()',
        'select pg_promote(true, 60)',
      )
    },
    rejoin: follow,
    stop: end,
  }
}

function hasEnded({ process: child }: Server): boolean {
  return child === undefined || child.exitCode !== null || child.signalCode !== null
}

const isThere = () => true as const
const isAbsent = () => false as const
const accessOfAll = '\nhost all all 0.0.0.0/0 scram-sha-256\nhost replication all 0.0.0.0/0 scram-sha-256\n'

async function makeServer(root: string, index: number): Promise<Server> {
  const name = `server${index}`
  const place = findPlace(join(root, name))
  tidyPlace(place)
  return { index, name, port: await freePort(), place, process: undefined }
}

function startPostgres(server: Server, binaries: Binaries, network: PairNetwork): void {
  const { place, index, port } = server
  const words = postgresArguments(place, { host: network.host(index), port }, settings, majorOf(binaries))
  const [command = '', ...before] = [...network.inside(index), ...asRunner(place), program(binaries, 'postgres')]
  const log = openSync(place.logFile, 'a', 0o600)
  const child = spawn(command, [...before, ...words], {
    cwd: place.dataDirectory,
    env: plainEnvironment(),
    detached: true,
    stdio: ['ignore', log, log],
  })
  closeSync(log)
  server.process = child
  // A test that fails on the way leaves no server behind.
  const atExit = () => child.kill('SIGKILL')
  process.once('exit', atExit)
  child.once('exit', () => process.off('exit', atExit))
}

/** The namespace is entered as root, and left to the user of the server. */
function asRunner({ runner }: Place): string[] {
  return runner === undefined
    ? []
    : ['setpriv', `--reuid=${runner.uid}`, `--regid=${runner.gid}`, '--clear-groups', '--']
}

// A server that is killed comes back on the disk of the same machine, so its own flushes are not what is tested.
const settings = {
  wal_keep_size: '512MB',
  max_wal_senders: '5',
  wal_sender_timeout: '5s',
  wal_retrieve_retry_interval: '500ms',
  max_connections: '100',
}

async function killServer(server: Server): Promise<void> {
  const { process: child } = server
  server.process = undefined
  if (child === undefined || child.exitCode !== null || child.signalCode !== null) return
  const ended = once(child, 'exit')
  child.kill('SIGKILL')
  await ended
}

/** Copies a server that runs, and makes the copy its standby. */
async function copyServer(
  from: Server,
  to: Server,

  network: PairNetwork,
  password: string,
): Promise<void> {
  const { pgdata, runner } = to.place
  rmSync(pgdata, { recursive: true, force: true, maxRetries: 5 })
  mkdirSync(pgdata, { mode: 0o700 })
  // One session from the beginning to the end, which runs the copy in between.
  const begin = 'select pg_backup_start($$copy$$, true)'
  const client = new pg.Client({
    host: network.host(from.index),
    port: from.port,
    user: 'postgres',
    password,
    database: 'postgres',
  })
  await client.connect()
  await client.query(begin)
  const skipped = ['./pg_wal/*', './pg_replslot/*', './postmaster.pid', './postmaster.opts', './standby.signal']
  const words = skipped.map((path) => `'--exclude=${path}'`).join(' ')
  // Exit code 1: a file changed while it was read, which the log mends.
  const copy = `tar -C '${from.place.pgdata}' ${words} -cf - . | tar -C '${pgdata}' -xf -; test \${PIPESTATUS[0]} -le 1`
  await run('bash', ['-c', copy])
  const { rows } = await client.query<{ labelfile: string }>('select labelfile from pg_backup_stop(false)')
  await client.end()
  mkdirSync(join(pgdata, 'pg_wal', 'archive_status'), { recursive: true })
  writeFileSync(join(pgdata, 'backup_label'), rows[0]?.labelfile ?? '')
  writeFileSync(join(pgdata, 'standby.signal'), '')
  const source = `host=${network.host(from.index)} port=${from.port} user=postgres password=${password} application_name=${to.name} connect_timeout=2`
  appendFileSync(join(pgdata, 'postgresql.auto.conf'), `\nprimary_conninfo = '${source}'\n`)
  for (const path of ['pg_wal', 'backup_label', 'standby.signal']) giveTo(join(pgdata, path), runner)
  giveTo(join(pgdata, 'pg_wal', 'archive_status'), runner)
  giveTo(pgdata, runner)
}
