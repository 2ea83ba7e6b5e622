import { copyFileSync, existsSync, mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import {
  type Binaries,
  type BundledServer,
  majorOf,
  replacedPgdata,
  startBundledServer,
  swapIn,
} from '../bundled/index.ts'
import { localServerAddress, openLocalDatabase } from '../local.ts'
import { openPool } from '../pool.ts'
import { BackupError, plainDiskError } from './errors.ts'
import { exportTables } from './export.ts'
import { importTables } from './import.ts'

/** How the database of a data directory is upgraded. */
export type UpgradeOptions = {
  data_dir: string
  /** The PostgreSQL that wrote it. */
  old: Binaries
  /** Where its log is archived; nowhere without it. */
  backup_dir: string | undefined
  progress(line: string): void
  /** Looks at the new database before it takes the place of the old one, and throws when it is not right. */
  check(upgraded: BundledServer): Promise<void>
}

/**
 * Writes every row of a data directory's database into a new one of the installed PostgreSQL, and lets that take the place of the first, which
 * is kept: returns where. Until then nothing is changed, whatever goes wrong. Nothing may be written meanwhile: the directory is locked, and
 * the old PostgreSQL lets commands beside it read only. Throws BackupError when there is nothing to upgrade, or no room for it.
 */
export async function upgradeDatabase({ data_dir, old, backup_dir, progress, check }: UpgradeOptions): Promise<string> {
  const kept = replacedPgdata(data_dir, String(majorOf(old)))
  if (existsSync(kept)) throw new BackupError(`${kept} is there already: move it away, then try again.`)
  const settings = { default_transaction_read_only: 'on' }
  const before = await startBundledServer({ data_dir, binaries: old, backup_dir, settings, log: progress })
  const draft = join(data_dir, 'upgrading')
  let atLast: (() => void) | undefined
  try {
    // Of an attempt that was killed.
    rmSync(draft, { recursive: true, force: true, maxRetries: 5 })
    mkdirSync(draft, { mode: 0o700 })
    copyFileSync(join(data_dir, 'password'), join(draft, 'password'))
    const folder = join(draft, 'export')
    await exportAll(before, folder, progress)
    const after = await startBundledServer({ data_dir: draft, log: progress })
    try {
      const { owner, serverRole } = await openLocalDatabase(after)
      await importTables(owner, folder, serverRole, progress)
      await check(after)
    } finally {
      await after.stop()
    }
    atLast = () => swapIn(draft, data_dir, kept)
    return kept
  } catch (error) {
    throw plainDiskError(error, draft)
  } finally {
    await before.stop(atLast)
    rmSync(draft, { recursive: true, force: true, maxRetries: 5 })
  }
}

async function exportAll(before: BundledServer, folder: string, progress: (line: string) => void): Promise<void> {
  const pool = openPool(localServerAddress(before), 1, () => {})
  try {
    await exportTables(pool, folder, progress)
  } finally {
    await pool.end()
  }
}
