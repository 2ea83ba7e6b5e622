import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type Config, ConfigError } from '../config.ts'
import { keyFingerprint, openVault, randomSecret } from '../core/secret.ts'
import type { Pool } from '../database/pool.ts'

const fileName = 'encryption-key'

/**
 * The encryption key: what the operator set, or in local mode without that one of its own, made once. It has to be the one that the
 * database was first served with, which is noted then. Throws ConfigError for another one: it would open no secret, and every
 * link that was sent would lead nowhere.
 */
export async function readEncryptionKey(pool: Pool, config: Config, now: Date): Promise<string> {
  let known = await findFingerprint(pool)
  const key = config.encryption_key ?? (await localKey(config.data_dir, known !== undefined))
  const fingerprint = keyFingerprint(key)
  if (known === undefined) {
    // A database from before keys were noted may have secrets already: one that this key does not open is another key's.
    if (!(await opensSecrets(pool, key))) throw otherKey(config)
    await pool.query(
      'insert into encryption_key_check (fingerprint, recorded_at) values ($1, $2) on conflict do nothing',
      [fingerprint, now],
    )
    // Of two processes that start at once with two keys, the second finds that of the first.
    known = await findFingerprint(pool)
  }
  if (!known?.equals(fingerprint)) throw otherKey(config)
  return key
}

/** Local mode's own key, kept beside the database, readable by its owner only. One that was in use is not made anew. */
async function localKey(dataDir: string, isInUse: boolean): Promise<string> {
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
    `The file ${file} with the encryption key cannot be read: restore it from a backup of the directory.`,
  )
}

async function findFingerprint(pool: Pool): Promise<Buffer | undefined> {
  const { rows } = await pool.query<{ fingerprint: Buffer }>('select fingerprint from encryption_key_check')
  return rows[0]?.fingerprint
}

async function opensSecrets(pool: Pool, key: string): Promise<boolean> {
  const { rows } = await pool.query<{ secret: Buffer }>('select secret from webhook_endpoint order by id desc limit 1')
  try {
    for (const { secret } of rows) openVault(key).decrypt(secret)
    return true
  } catch {
    return false
  }
}

function otherKey({ encryption_key, data_dir }: Config): ConfigError {
  const where = encryption_key === undefined ? `The file ${join(data_dir, fileName)}` : 'TALLYSTICK_ENCRYPTION_KEY'
  return new ConfigError(
    `${where} holds another key than the one that this database was first served with: put that one back.`,
  )
}
