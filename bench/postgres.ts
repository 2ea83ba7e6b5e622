import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir, totalmem } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { startBundledServer } from '../src/database/bundled/index.ts'
import { openLocalDatabase } from '../src/database/local.ts'
import { migrate } from '../src/database/migrate.ts'
import { type DatabaseAddress, openPool, type Pool } from '../src/database/pool.ts'

export type Address = Exclude<DatabaseAddress, { connectionString: string }>

/** A database, with the addresses of its two roles. */
export type Database = { name: string; owner: Address; server: Address; serverRole: string }

/** The PostgreSQL server of a run. The databases that the run made are dropped at the end. */
export type Postgres = {
  /** Connected to the database `postgres` with the role that may create databases. */
  admin: Pool
  addressOf(database: string): Address
  /** Makes a new, migrated database, or a copy of one that nobody is connected to. */
  createDatabase(name: string, template?: string): Promise<Database>
  /** Makes an empty database for a yardstick. */
  createEmpty(name: string): Promise<Address>
  dropDatabase(name: string): Promise<void>
  /** Runs some work on one of its databases, as the server's role. */
  on<T>(name: string, work: (pool: Pool) => Promise<T>): Promise<T>
  close(): Promise<void>
}

// As PostgreSQL's manual recommends for a server of its own: a quarter of the memory, but here at most 2 GB.
const sharedBuffersMb = Math.min(2048, Math.floor(totalmem() / 2 ** 20 / 4))

/** Starts the bundled server on a temporary directory, or uses the server of DATABASE_URL. */
export async function openPostgres(databaseUrl: string | undefined): Promise<Postgres> {
  if (databaseUrl !== undefined) return connectPostgres(addressFrom(databaseUrl))
  const dataDir = await mkdtemp(join(tmpdir(), 'tallystick-bench-'))
  const bundled = await startBundledServer({
    data_dir: dataDir,
    log: () => {},
    // The yardsticks and several servers are connected at the same time.
    settings: { max_connections: '200', shared_buffers: `${sharedBuffersMb}MB` },
  })
  return connectPostgres(bundled.connection('postgres'), async () => {
    await bundled.stop()
    await rm(dataDir, { recursive: true, force: true })
  })
}

/** Uses a running server, as the role that may create databases; `stop` is called once its connections are closed. */
export function connectPostgres(address: Address, stop: () => Promise<void> = async () => {}): Postgres {
  const admin = openPool(address, 2, () => {})
  const made = new Set<string>()
  const addressOf = (database: string) => ({ ...address, database })
  const create = async (name: string, rest: string) => {
    await admin.query(`drop database if exists ${name} with (force)`)
    await admin.query(`create database ${name} ${rest}`)
    made.add(name)
  }
  const dropDatabase = async (name: string) => {
    await admin.query(`drop database if exists ${name} with (force)`)
    made.delete(name)
  }
  return {
    admin,
    addressOf,
    async createDatabase(name, template) {
      if (template !== undefined) await create(name, `template ${template}`)
      const local = await openLocalDatabase({ connection: addressOf }, name)
      made.add(name)
      if (template === undefined) {
        const pool = openPool(local.owner, 1, () => {})
        await migrate(pool, new Date(), local.serverRole)
        await pool.end()
      }
      return { name, owner: local.owner as Address, server: local.server as Address, serverRole: local.serverRole }
    },
    async createEmpty(name) {
      await create(name, '')
      return addressOf(name)
    },
    dropDatabase,
    async on(name, work) {
      const pool = openPool({ ...addressOf(name), user: 'tallystick_server' }, 3, () => {})
      try {
        return await work(pool)
      } finally {
        await pool.end()
      }
    },
    async close() {
      for (const name of made) await dropDatabase(name).catch(() => {})
      await admin.end()
      await stop()
    },
  }
}

function addressFrom(url: string): Address {
  const { connectionParameters } = new pg.Client({ connectionString: url }) as unknown as {
    connectionParameters: { host: string; port: number; user: string; password: string; database: string }
  }
  const { host, port, user, password } = connectionParameters
  return { host, port, user, password, database: 'postgres' }
}
