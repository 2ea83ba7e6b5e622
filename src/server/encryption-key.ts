import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type Config, ConfigError } from '../config.ts'
import { keyFingerprint, openVault, randomSecret } from '../core/secret.ts'
import type { Pool } from '../database/pool.ts'

const fileName = 'encryption-key'

/**
 * The encryption key: the one that the operator set, or else that of local mode, which is made once. It must be the key with which the
 * database was first served; its fingerprint is stored then. Throws ConfigError for a different key, which could decrypt no
 * secret and would break every link.
 */
export async function readEncryptionKey(pool: Pool, config: Config, now: Date): Promise<string> {
  let known = await findFingerprint(pool)
  const key = config.encryption_key ?? (await localKey(config.data_dir, known !== undefined))
  const fingerprint = keyFingerprint(key)
  if (known === undefined) {
    // A database that is older than the fingerprint may already have secrets, which this key must decrypt.
    if (!(await opensSecrets(pool, key))) throw otherKey(config)
    await pool.query({
      name: 'insert-encryption-key-check',
      text: 'insert into encryption_key_check (fingerprint, recorded_at) values ($1, $2) on conflict do nothing',
      values: [fingerprint, now],
    })
    // When two processes start at once with different keys, the second one finds the fingerprint of the first.
    known = await findFingerprint(pool)
  }
  if (!known?.equals(fingerprint)) throw otherKey(config)
  return key
}

/** The encryption key of local mode: stored beside the database, readable only by its owner. A key in use is not replaced. */
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
    `The encryption key cannot be read from ${file}: restore that file from a backup of the directory.`,
  )
}

async function findFingerprint(pool: Pool): Promise<Buffer | undefined> {
  const { rows } = await pool.query<{ fingerprint: Buffer }>({
    name: 'find-encryption-key-check',
    text: 'select fingerprint from encryption_key_check',
  })
  return rows[0]?.fingerprint
}

async function opensSecrets(pool: Pool, key: string): Promise<boolean> {
  const { rows } = await pool.query<{ secret: Buffer }>({
    name: 'find-any-endpoint-secret',
    text: 'select secret from webhook_endpoint order by id desc limit 1',
  })
  try {
    for (const { secret } of rows) openVault(key).decrypt(secret)
    return true
  } catch {
    return false
  }
}

function otherKey({ encryption_key, data_dir }: Config): ConfigError {
  const where = encryption_key === undefined ? `The key in ${join(data_dir, fileName)}` : 'TALLYSTICK_ENCRYPTION_KEY'
  return new ConfigError(
    `${where} is a different key than the one that this database was first served with: restore that one.`,
  )
}
