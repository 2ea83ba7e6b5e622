import pg from 'pg'
import type { DatabasePlace } from '../config.ts'
import { type BundledServer, startBundledServer } from './bundled/index.ts'
import type { DatabaseAddress } from './pool.ts'

const ownerRole = 'tallystick_owner'
const serverRole = 'tallystick_server'

/** The two logins of a local database: migrations own the tables; the server may not change what was entered. */
export type LocalDatabase = { owner: DatabaseAddress; server: DatabaseAddress; serverRole: string }

const databaseName = 'tallystick'

/** Starts the bundled server of a data directory. Where backups are made by the clock, its log is archived whoever starts it. */
export function startLocalServer(
  { data_dir, backup }: DatabasePlace,
  log: (message: string) => void,
): Promise<BundledServer> {
  return startBundledServer({ data_dir, log, backup_dir: backup.scheduled ? backup.directory : undefined })
}

/** The login of the server at a bundled server that is running. */
export function localServerAddress(bundled: Pick<BundledServer, 'connection'>): DatabaseAddress {
  return { ...bundled.connection(databaseName), user: serverRole }
}

/** Makes the roles and the database of a bundled server where they are missing. */
export async function openLocalDatabase(
  bundled: Pick<BundledServer, 'connection'>,
  database = databaseName,
): Promise<LocalDatabase> {
  const address = bundled.connection(database)
  const client = new pg.Client({
    ...bundled.connection('postgres'),
    connectionTimeoutMillis: 5_000,
    query_timeout: 60_000,
  })
  await client.connect()
  try {
    const password = client.escapeLiteral(address.password)
    for (const role of [ownerRole, serverRole]) {
      const found = await client.query('select 1 from pg_roles where rolname = $1', [role])
      const verb = found.rowCount === 0 ? 'create' : 'alter'
      await client.query(`${verb} role ${role} login nosuperuser nocreatedb nocreaterole password ${password}`)
    }
    const found = await client.query('select 1 from pg_database where datname = $1', [database])
    if (found.rowCount === 0)
      await client.query(`create database ${client.escapeIdentifier(database)} owner ${ownerRole}`)
  } finally {
    await client.end()
  }
  return { owner: { ...address, user: ownerRole }, server: { ...address, user: serverRole }, serverRole }
}
