import pg from 'pg'
import { readDatabasePlace } from '../../src/config.ts'
import { findBackups } from '../../src/database/backup/restore.ts'
import { type BundledServer, startBundledServer } from '../../src/database/bundled/index.ts'
import { localServerAddress, openLocalDatabase } from '../../src/database/local.ts'
import { migrate } from '../../src/database/migrate.ts'
import { type DatabaseAddress, openPool } from '../../src/database/pool.ts'
import { verifyBooks } from '../../src/ledger/verify/verify.ts'
import { dump } from '../support/dump.ts'
import { eventually } from '../support/eventually.ts'
import { type TestServer, testServer } from '../support/server.ts'
import { temporaryDirectory } from '../support/temporary.ts'
import { expectCleanBooks } from '../support/verify.ts'

/** A server on a PostgreSQL of its own, whose log is archived as in local mode. */
export async function startBackedUp() {
  const temporary = await temporaryDirectory()
  const { data_dir, backup: settings } = readDatabasePlace({ TALLYSTICK_DATA_DIR: temporary.path })
  const bundled = await startBundledServer({ data_dir, log: () => {}, backup_dir: settings.directory })
  const local = await openLocalDatabase(bundled)
  const owner = openPool(local.owner, 1, () => {})
  await migrate(owner, new Date(), local.serverRole)
  const pool = openPool(local.server, 10, () => {})
  const database = { name: 'tallystick', pool, owner, url: '', ownerUrl: '', drop: async () => {} }
  const server = await testServer({ database })
  const superuser = new pg.Client(bundled.connection('postgres'))
  await superuser.connect()
  return {
    server,
    superuser,
    backedUp: { connection: bundled.connection('postgres'), data_dir, settings },
    directory: () => findBackups(settings.directory),
    /** Closes the segment of the log that is being written, and waits until it is archived. */
    async archive() {
      // A segment with nothing in it is not closed.
      await superuser.query("select pg_logical_emit_message(true, 'test', 'more')")
      const { rows } = await superuser.query('select pg_walfile_name(pg_switch_wal()) as name')
      const last = async () => (await superuser.query('select last_archived_wal as name from pg_stat_archiver')).rows[0]
      const isArchived = async () => ((await last()).name ?? '') >= rows[0].name
      await eventually(isArchived, 'the log is archived', 60_000)
    },
    /** An empty database of the same PostgreSQL. */
    async newDatabase(name: string) {
      const { owner, serverRole } = await openLocalDatabase(bundled, name)
      return { owner, serverRole, contents: () => rowsOf(owner) }
    },
    contents: () => rowsOf(local.owner),
    async stop() {
      await server.stop()
      await Promise.all([pool.end(), owner.end(), superuser.end()])
      await bundled.stop()
      await temporary.remove()
    },
  }
}

/** Every row but those that say when a migration was run. */
async function rowsOf(address: DatabaseAddress): Promise<string[]> {
  const pool = openPool(address, 2, () => {})
  try {
    await expectCleanBooks({ pool })
    const lines = await dump({ owner: pool })
    return lines.filter((line) => !line.startsWith('schema_migration:')).sort()
  } finally {
    await pool.end()
  }
}

/** What a restored copy holds: its payments by their reference, and what `verify` finds wrong. */
export async function contentsOf(copy: BundledServer): Promise<{ references: Set<string>; broken: string[] }> {
  const pool = openPool(localServerAddress(copy), 4, () => {})
  try {
    const { rows } = await pool.query<{ reference: string }>('select reference from payment_reference')
    const broken = (await verifyBooks(pool)).filter(({ violations }) => violations > 0n)
    return {
      references: new Set(rows.map(({ reference }) => reference)),
      broken: broken.map(({ invariant }) => invariant),
    }
  } finally {
    await pool.end()
  }
}

/** A payment that was sent and acknowledged, in ms. */
export type Sent = { reference: string; sent_at: number; answered_at: number }

/** Records payments one after the other in some lanes at once, until it is told to stop. */
export async function payUntil(
  server: TestServer,
  account: string,
  isOver: () => boolean,
  lanes: number,
): Promise<Sent[]> {
  const all: Sent[] = []
  const lane = async (number: number) => {
    for (let count = 0; !isOver(); count++) {
      const reference = `lane-${number}-${count}-${Date.now()}`
      const sent_at = Date.now()
      const target = { account, amount: 1 }
      const body = { amount: 1, currency: 'ZAR', channel: 'till', reference, allocations: [target] }
      const { status } = await server.api('POST', '/billing/payments', body)
      if (status !== 201) throw new Error(`a payment got ${status}`)
      all.push({ reference, sent_at, answered_at: Date.now() })
    }
  }
  await Promise.all(Array.from({ length: lanes }, (_, number) => lane(number)))
  return all
}
