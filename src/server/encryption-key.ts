import { readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type Config, ConfigError } from '../config.ts'
import { randomSecret } from '../core/secret.ts'

const fileName = 'encryption-key'

/** Where the encryption key comes from: the settings, or in local mode a file of the data directory. */
export type KeyPlace = Pick<Config, 'encryption_key' | 'data_dir'>

/** The encryption key of local mode: stored beside the database, readable only by its owner. A key in use is not replaced. */
export async function readLocalKey(dataDir: string, isInUse: boolean): Promise<string> {
  const file = join(dataDir, fileName)
  try {
    if (!isInUse) await writeFile(file, `${randomSecret(32)}\n`, { flag: 'wx', mode: 0o600 })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  }
  return (await readFile(file, 'utf8').catch(() => unreadable(file))).trim()
}

function unreadable(file: string): never {
  throw new ConfigError(
    `The encryption key cannot be read from ${file}: restore that file from a backup of the directory.`,
  )
}

/** Puts another key into the place of that of local mode, in one step. */
export async function replaceLocalKey(dataDir: string, key: string): Promise<void> {
  const next = join(dataDir, `${fileName}.next`)
  await writeFile(next, `${key}\n`, { mode: 0o600, flush: true })
  await rename(next, join(dataDir, fileName))
}

/** The refusal of a key that does not open the database. */
export function otherKey({ encryption_key, data_dir }: KeyPlace): ConfigError {
  const where = encryption_key === undefined ? `The key in ${join(data_dir, fileName)}` : 'TALLYSTICK_ENCRYPTION_KEY'
  return new ConfigError(
    `${where} is a different key than the one that this database was first served with: restore that one.`,
  )
}
