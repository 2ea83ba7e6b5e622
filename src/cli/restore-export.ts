import { ConfigError, type DatabasePlace } from '../config.ts'
import type { ExportRecord } from '../database/backup/export.ts'
import { importTables } from '../database/backup/import.ts'
import { inNewDirectory } from '../database/backup/restore.ts'
import { startBundledServer } from '../database/bundled/index.ts'
import { databaseName } from '../database/database-name.ts'
import { openLocalDatabase } from '../database/local.ts'
import { databaseAddress } from '../database/pool.ts'

/** What becomes of an export: a new data directory, or rows in the empty database of DATABASE_URL. */
export type ExportTarget = { folder: string; into: string | undefined; grant_to: string | undefined }

/** `tallystick restore --logical`: every row of an export is written into an empty database. */
export async function restoreExport({ folder, into, grant_to }: ExportTarget, place: DatabasePlace): Promise<void> {
  const say = (line: string) => process.stdout.write(`${line}\n`)
  const done = ({ tables, made_at }: ExportRecord) =>
    say(
      `Restored ${tables.length} tables as of ${made_at}. Set the encryption key of that server, which no export has, and run tallystick verify.`,
    )
  if (into !== undefined) {
    const record = await inNewDirectory(into, async (data_dir) => {
      const bundled = await startBundledServer({ data_dir, log: () => {} })
      try {
        const { owner, serverRole } = await openLocalDatabase(bundled)
        return await importTables(owner, folder, serverRole, say)
      } finally {
        await bundled.stop()
      }
    })
    done(record)
    return
  }
  if (place.database_url === undefined) {
    throw new ConfigError('Say where to: --into DIRECTORY, or set DATABASE_URL to an empty database of yours.')
  }
  const address = databaseAddress(place.database_url)
  const { host, name } = databaseName(address)
  say(`Filling the database ${name} on ${host}.`)
  done(await importTables(address, folder, grant_to, say))
}
