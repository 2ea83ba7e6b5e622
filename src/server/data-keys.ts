import type { Config } from '../config.ts'
import {
  type DataKeys,
  derivedDataKeys,
  keyFingerprint,
  newDataKeys,
  unwrapDataKeys,
  wrapDataKeys,
} from '../core/data-keys.ts'
import { openVault } from '../core/secret.ts'
import type { Pool, Queryable } from '../database/pool.ts'
import { type KeyPlace, otherKey, readLocalKey } from './encryption-key.ts'

type Wrap = { fingerprint: Buffer; wrapped: Buffer }

/** The encryption key, and the one that it takes the place of, while that is so. */
export type KeySettings = KeyPlace & Pick<Config, 'encryption_key_previous'>

/** The data keys, and whether they were opened by the encryption key that is to be given up. */
export type OpenedKeys = { keys: DataKeys; by_previous: boolean }

/**
 * The keys of this database, opened by the encryption key or by the one before it; a new database gets keys. Throws ConfigError for a key that opens none:
 * it could decrypt no secret and would break every link.
 */
export async function readDataKeys(pool: Pool, settings: KeySettings, now: Date): Promise<OpenedKeys> {
  const isInUse = (await listWraps(pool)).length > 0 || (await findFirstFingerprint(pool)) !== undefined
  const key = settings.encryption_key ?? (await readLocalKey(settings.data_dir, isInUse))
  if ((await listWraps(pool)).length === 0) await wrapFirst(pool, settings, key, now)
  return openKeys(await listWraps(pool), [key, settings.encryption_key_previous]) ?? refuse(settings)
}

/** Opens the first wrap that one of the encryption keys opens, in their order. */
export function openKeys(
  wraps: readonly Wrap[],
  encryptionKeys: readonly (string | undefined)[],
): OpenedKeys | undefined {
  for (const [index, encryptionKey] of encryptionKeys.entries()) {
    if (encryptionKey === undefined) continue
    const fingerprint = keyFingerprint(encryptionKey)
    const wrap = wraps.find((one) => one.fingerprint.equals(fingerprint))
    if (wrap) return { keys: unwrapDataKeys(encryptionKey, wrap.wrapped), by_previous: index > 0 }
  }
  return undefined
}

/** The data keys as the encryption keys have wrapped them. */
export async function listWraps(database: Queryable): Promise<Wrap[]> {
  const { rows } = await database.query<Wrap>({
    name: 'list-data-key-wraps',
    text: 'select fingerprint, wrapped from data_key_wrap',
  })
  return rows
}

/** Wraps the data keys by one more encryption key. The same one twice is once. */
export async function addWrap(database: Queryable, encryptionKey: string, keys: DataKeys, now: Date): Promise<void> {
  await database.query({
    name: 'insert-data-key-wrap',
    text: 'insert into data_key_wrap (fingerprint, wrapped, created_at) values ($1, $2, $3) on conflict do nothing',
    values: [keyFingerprint(encryptionKey), wrapDataKeys(encryptionKey, keys), now],
  })
}

/** Leaves the wrap of one encryption key: no other opens the database any more. Returns how many there were besides. */
export async function dropOtherWraps(database: Queryable, encryptionKey: string): Promise<number> {
  const { rowCount } = await database.query({
    name: 'delete-other-data-key-wraps',
    text: 'delete from data_key_wrap where fingerprint <> $1',
    values: [keyFingerprint(encryptionKey)],
  })
  return rowCount ?? 0
}

/**
 * Wraps the keys of a database that has none wrapped: those that a database of before has always used, or new ones. When two
 * processes start at once, the fingerprint of one of them is noted, and only that key wraps.
 */
async function wrapFirst(pool: Pool, settings: KeySettings, key: string, now: Date): Promise<void> {
  const isNew = (await findFirstFingerprint(pool)) === undefined && !(await isServed(pool))
  const keys = isNew ? newDataKeys() : derivedDataKeys(key)
  if (!isNew && !(await opensSecrets(pool, keys))) refuse(settings)
  await pool.query({
    name: 'insert-encryption-key-check',
    text: 'insert into encryption_key_check (fingerprint, recorded_at) values ($1, $2) on conflict do nothing',
    values: [keyFingerprint(key), now],
  })
  if (!(await findFirstFingerprint(pool))?.equals(keyFingerprint(key))) refuse(settings)
  await addWrap(pool, key, keys, now)
}

function refuse(settings: KeyPlace): never {
  throw otherKey(settings)
}

/** The fingerprint of the key with which the database was first served. */
async function findFirstFingerprint(pool: Pool): Promise<Buffer | undefined> {
  const { rows } = await pool.query<{ fingerprint: Buffer }>({
    name: 'find-encryption-key-check',
    text: 'select fingerprint from encryption_key_check',
  })
  return rows[0]?.fingerprint
}

/** Whether anything may hang on keys already: a server makes its first merchant after it has its keys. */
async function isServed(pool: Pool): Promise<boolean> {
  const { rows } = await pool.query({ name: 'find-any-merchant', text: 'select 1 from merchant limit 1' })
  return rows.length > 0
}

async function opensSecrets(pool: Pool, keys: DataKeys): Promise<boolean> {
  const { rows } = await pool.query<{ secret: Buffer }>({
    name: 'find-any-endpoint-secret',
    text: 'select secret from webhook_endpoint order by id desc limit 1',
  })
  try {
    for (const { secret } of rows) openVault(keys).decrypt(secret)
    return true
  } catch {
    return false
  }
}
