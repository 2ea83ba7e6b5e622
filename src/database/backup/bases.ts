import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { syncFolder } from '../bundled/index.ts'
import { BackupError, plainDiskError } from './errors.ts'
import type { WalPlace } from './replication.ts'

/** What a backup directory holds of base backups: a folder for each, with these files, and the record, which is written last. */
export const baseFiles = {
  archive: 'base.tar.gz',
  manifest: 'backup_manifest',
  password: 'password',
  record: 'backup.json',
}

/** What is known of a whole base backup. */
export type BaseRecord = {
  format: 1
  started_at: string
  /** From here on a state of the database can be restored with it. */
  ended_at: string
  program: string
  /** The version of PostgreSQL, such as `18.4`; another major version cannot read it. */
  postgres: string
  platform: string
  start: WalPlace
  end: WalPlace
  files: number
  archive: { bytes: number; sha256: string }
}

/** A whole base backup. */
export type Base = BaseRecord & { name: string; folder: string }

/** The folder of the base backups of a directory of backups. */
export function basesFolder(directory: string): string {
  return join(resolve(directory), 'bases')
}

const unfinished = '.part'

/**
 * Makes a folder for a base backup and fills it. It gets its name when its files and its record are on the disk, so one that was
 * broken off is none; what earlier ones left is removed. Needs the lock of backups.
 */
export async function addBase(
  directory: string,
  started: Date,
  fill: (folder: string) => Promise<BaseRecord>,
): Promise<Base> {
  const bases = basesFolder(directory)
  await mkdir(bases, { recursive: true, mode: 0o700 })
  for (const name of await readdir(bases)) {
    if (name.endsWith(unfinished)) await rm(join(bases, name), { recursive: true, force: true })
  }
  const name = started.toISOString().replaceAll(/[-:]|\.\d+/g, '')
  const draft = join(bases, name + unfinished)
  const folder = join(bases, name)
  if (existsSync(folder)) throw new BackupError(`There is a backup ${folder} already, of this second: try again.`)
  await mkdir(draft, { mode: 0o700 })
  try {
    const record = await fill(draft)
    await writeSynced(join(draft, baseFiles.record), recordText(record))
    syncFolder(draft)
    await rename(draft, folder)
    syncFolder(bases)
    return { ...record, name, folder }
  } catch (error) {
    await rm(draft, { recursive: true, force: true })
    throw plainDiskError(error, bases)
  }
}

/** The whole base backups of a directory, the oldest first, and the folders whose record cannot be read. */
export async function listBases(directory: string): Promise<{ bases: Base[]; broken: string[] }> {
  const folder = basesFolder(directory)
  const names = existsSync(folder) ? (await readdir(folder)).filter((name) => /^\d{8}T\d{6}Z$/.test(name)) : []
  const read = await Promise.all(names.sort().map(async (name) => (await readBase(join(folder, name), name)) ?? name))
  return {
    bases: read.filter((one) => typeof one !== 'string'),
    broken: read.filter((one) => typeof one === 'string').map((name) => join(folder, name)),
  }
}

async function readBase(folder: string, name: string): Promise<Base | undefined> {
  try {
    const text = await readFile(join(folder, baseFiles.record), 'utf8')
    const { record } = JSON.parse(text) as { record: BaseRecord }
    return recordText(record) === text && record.format === 1 ? { ...record, name, folder } : undefined
  } catch {
    return undefined
  }
}

function recordText(record: BaseRecord): string {
  const sha256 = createHash('sha256').update(JSON.stringify(record)).digest('hex')
  return `${JSON.stringify({ record, sha256 }, undefined, 2)}\n`
}

/** Removes a base backup, and says how many bytes it took. A removal that is broken off leaves nothing that looks whole. */
export async function removeBase({ folder }: Base): Promise<number> {
  const bytes = await sizeOfFolder(folder)
  await rename(folder, folder + unfinished)
  await rm(folder + unfinished, { recursive: true, force: true })
  return bytes
}

/** Writes a file that nobody else may read, and waits for the disk. */
export async function writeSynced(path: string, text: string | Buffer): Promise<void> {
  const file = await open(path, 'wx', 0o600)
  try {
    await file.writeFile(text)
    await file.sync()
  } finally {
    await file.close()
  }
}

/** The bytes of all files in a folder and below. */
export async function sizeOfFolder(folder: string): Promise<number> {
  if (!existsSync(folder)) return 0
  const entries = await readdir(folder, { withFileTypes: true, recursive: true })
  return sizeOfFiles(entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name)))
}

// A month of the log has 40,000 files. They are not all asked for at once, since payments are served meanwhile.
const askedAtOnce = 32

/** The bytes of files. One that is gone, such as a draft of PostgreSQL's, has none. */
export async function sizeOfFiles(paths: readonly string[]): Promise<number> {
  let total = 0
  for (let from = 0; from < paths.length; from += askedAtOnce) {
    const asked = paths.slice(from, from + askedAtOnce).map((path) => stat(path).catch(() => ({ size: 0 })))
    for (const { size } of await Promise.all(asked)) total += size
  }
  return total
}
