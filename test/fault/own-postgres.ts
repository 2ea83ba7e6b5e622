import pg from 'pg'
import { type Binaries, startBundledServer } from '../../src/database/bundled/index.ts'
import { openLocalDatabase } from '../../src/database/local.ts'
import { migrate } from '../../src/database/migrate.ts'
import { openPool, servingLimits } from '../../src/database/pool.ts'
import type { TestDatabase } from '../support/database.ts'
import { expectCleanBooks } from '../support/verify.ts'

/** A PostgreSQL of a test's own, to which it may do what the others must not feel. */
export type OwnPostgres = {
  /** Its migrated database, to be given to a test server. Dropping it proves the books. */
  database: TestDatabase
  /** The numbers of all its processes. */
  processes(): Promise<number[]>
  stop(): Promise<void>
}

export type OwnPostgresOptions = {
  /** The installed ones unless given. */
  binaries?: Binaries
  /** As if its tables were spread over machines, in this part of them for each bucket. */
  shardOf?: (bucket: number) => number
}

/** Starts a PostgreSQL in a directory, and migrates its database. */
export async function ownPostgres(
  dataDir: string,
  { binaries, shardOf }: OwnPostgresOptions = {},
): Promise<OwnPostgres> {
  const bundled = await startBundledServer({ data_dir: dataDir, log: () => {}, ...(binaries && { binaries }) })
  const local = await openLocalDatabase(bundled)
  const owner = openPool(local.owner, 3, () => {})
  await migrate(owner, new Date(), local.serverRole)
  const pool = openPool(local.server, 10, () => {}, servingLimits, shardOf)
  const database: TestDatabase = {
    name: 'own',
    pool,
    owner,
    url: '',
    ownerUrl: '',
    async drop() {
      await expectCleanBooks({ pool })
      await Promise.all([pool.end(), owner.end()])
    },
  }
  return {
    database,
    async processes() {
      const client = new pg.Client(bundled.connection('postgres'))
      await client.connect()
      const { rows } = await client.query<{ pid: number }>(
        'select pid from pg_stat_activity where pid <> pg_backend_pid()',
      )
      const main = await client.query<{ pid: string }>(
        "select split_part(pg_read_file('postmaster.pid'), E'\\n', 1) as pid",
      )
      await client.end()
      return [...rows.map(({ pid }) => pid), Number(main.rows[0]?.pid)]
    },
    stop: () => bundled.stop(),
  }
}
