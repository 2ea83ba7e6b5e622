import { mkdirSync, readFileSync } from 'node:fs'
import { endianness } from 'node:os'
import { join, resolve } from 'node:path'
import { BundledServerError } from './errors.ts'
import type { Place } from './place.ts'
import { blockedFolder, giveTo } from './runner.ts'

/** The folder of the backups of one database that PostgreSQL itself writes: a file for each segment of its log. */
export function walFolder(directory: string): string {
  return join(directory, 'wal')
}

/**
 * The directory of the backups of this database, inside the one that the operator has named: its name is what tells one PostgreSQL
 * cluster and its restored copies from all others. So a new database that is started by mistake never mixes its log with that of the lost one.
 */
export function backupsOf(pgdata: string, backupDirectory: string): string {
  const control = readFileSync(join(pgdata, 'global', 'pg_control'))
  const identifier = endianness() === 'LE' ? control.readBigUInt64LE(0) : control.readBigUInt64BE(0)
  return join(resolve(backupDirectory), String(identifier))
}

/** Makes the directory of backups. Whoever PostgreSQL runs as has to pass through it when this process is root. */
export function makeBackupDirectory(directory: string): void {
  mkdirSync(directory, { recursive: true, mode: process.getuid?.() === 0 ? 0o711 : 0o700 })
}

/**
 * The settings with which PostgreSQL copies each finished segment of its write-ahead log (WAL) into a backup directory, whose folders are
 * made here. It does so by a module of its own, without a shell. Needs the lock, and a database.
 */
export function archiveSettings(place: Place, backupDirectory: string): Record<string, string> {
  const directory = backupsOf(place.pgdata, backupDirectory)
  const folder = walFolder(directory)
  try {
    makeBackupDirectory(directory)
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    giveTo(folder, place.runner)
  } catch (error) {
    throw new BundledServerError(
      `The backup directory ${directory} cannot be used (${(error as Error).message}): make it writable, set TALLYSTICK_BACKUP_DIR to another directory, or TALLYSTICK_BACKUP_EVERY to off`,
      { cause: error },
    )
  }
  const blocked = place.runner === undefined ? undefined : blockedFolder(folder, place.runner)
  if (place.runner !== undefined && blocked !== undefined) {
    throw new BundledServerError(
      `PostgreSQL runs as user id ${place.runner.uid}, which may not pass the folder ${blocked}: set TALLYSTICK_BACKUP_DIR to a directory elsewhere`,
    )
  }
  return {
    archive_mode: 'on',
    archive_library: 'basic_archive',
    'basic_archive.archive_directory': folder,
    // A segment that is not full is closed after a minute, so that a lost disk costs no more than that.
    archive_timeout: '60s',
  }
}
