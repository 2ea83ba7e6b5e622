import { type AuditContext, recordChange } from '../audit/record.ts'
import { differenceOf, madeWith } from '../audit/values.ts'
import { type KeyRights, keyHash, keyPrefix } from '../core/api-key.ts'
import { formatId, type Id, newId, parseId, randomBucket } from '../core/id/id.ts'
import { randomSecret } from '../core/secret.ts'
import { apiVersion } from '../core/version.ts'
import type { Connection, Pool, Queryable } from '../database/pool.ts'
import { loadSql } from '../database/sql.ts'
import { transaction } from '../database/transaction.ts'

export type Mode = 'test' | 'live'

/** A merchant or a key that cannot be created, found or changed. Its message is one line that says why. */
export class MerchantError extends Error {}

/** A key without its secret. */
export type KeyRow = KeyRights & {
  id: Id
  environment_id: number
  slug: string
  mode: Mode
  hint: string
  created_at: Date
  /** Null: never. */
  expires_at: Date | null
  /** The day, in UTC, of its last use. */
  last_used_on: string | null
  revoked_at: Date | null
}

/** A key that was just created. The secret is shown only here. */
export type NewKey = { id: Id; secret: string; hint: string }

/** The environment of a new key, until when it is valid, and what it may do: everything unless said. */
export type KeyOptions = { slug: string; mode: Mode; expires_at?: Date | undefined } & Partial<KeyRights>

/** Who creates or changes keys, and when. */
export type KeyChange = Pick<AuditContext, 'actor' | 'request_id' | 'now' | 'address'>

const insertKeySql = loadSql(import.meta.url, './sql/insert-key.sql')
const findKeysSql = loadSql(import.meta.url, './sql/find-keys.sql')

/** Adds a key to an environment: a random one, or `chosen`, which may exist already. */
export async function addKey(
  connection: Connection,
  by: KeyChange,
  { slug, mode, expires_at, kind = 'secret', scopes = null }: KeyOptions,
  chosen?: string,
): Promise<NewKey> {
  const secret = chosen ?? keyPrefix({ kind, scopes }, mode) + randomSecret(24)
  const id = newId(randomBucket(), by.now.getTime())
  const hint = hintOf(secret)
  const { rows } = await connection.query<{ environment_id: number }>({
    ...insertKeySql,
    values: [id, keyHash(secret), hint, apiVersion, by.now, expires_at ?? null, slug, mode, kind, scopes],
  })
  const environment_id = rows[0]?.environment_id
  if (environment_id === undefined) {
    if (chosen === undefined) throw new MerchantError(`There is no merchant ${slug}.`)
    return { id, secret, hint }
  }
  const context = { environment: { id: environment_id }, ...by }
  const made = madeWith({ kind, scopes, expires_at: expires_at?.toISOString() })
  await recordChange(connection, context, { action: 'created', object_kind: 'api_key', object_id: id, ...made })
  return { id, secret, hint }
}

/** The first and last characters of a key, by which it is recognised: fewer of a short one that an operator chose. */
function hintOf(secret: string): string {
  const { length } = /^[a-z]k_(?:test_)?/.exec(secret)?.[0] ?? ''
  const isShort = secret.length - length < 24
  return `${secret.slice(0, isShort ? length : 11)}…${secret.slice(isShort ? -2 : -4)}`
}

/** Creates another key for an environment of a merchant. */
export function createKey(pool: Pool, options: KeyOptions, now: Date): Promise<NewKey> {
  return transaction(pool, (connection) => addKey(connection, { actor: 'command:keys create', now }, options))
}

/** The keys of a merchant, or of all merchants, the oldest of each environment first. */
export async function listKeys(pool: Queryable, slug?: string): Promise<KeyRow[]> {
  const { rows } = await pool.query<KeyRow>({ ...findKeysSql, values: [slug ?? null, null, null] })
  if (slug !== undefined && rows.length === 0) {
    const found = await pool.query({
      name: 'find-merchant',
      text: 'select 1 from merchant where slug = $1',
      values: [slug],
    })
    if (found.rows.length === 0) throw new MerchantError(`There is no merchant ${slug}.`)
  }
  return rows
}

/** Revokes a key. `named` is its id or its hint. A key that was revoked before stays as it is. */
export function revokeKey(pool: Pool, named: string, now: Date): Promise<KeyRow> {
  return transaction(pool, async (connection) => {
    const key = await lockKey(connection, named)
    return { ...key, revoked_at: await revokeLocked(connection, { actor: 'command:keys revoke', now }, key) }
  })
}

/** Revokes a locked key, and returns since when it is: one that was revoked before stays as it is. */
export async function revokeLocked(connection: Connection, by: KeyChange, key: KeyRow): Promise<Date> {
  if (key.revoked_at !== null) return key.revoked_at
  await connection.query({
    name: 'revoke-api-key',
    text: 'update api_key set revoked_at = $2 where id = $1',
    values: [key.id, by.now],
  })
  const context = { environment: { id: key.environment_id }, ...by }
  const difference = differenceOf({}, { revoked_at: by.now.toISOString() })
  await recordChange(connection, context, {
    action: 'revoked',
    object_kind: 'api_key',
    object_id: key.id,
    ...difference,
  })
  return by.now
}

/** Creates a key that replaces another, which stays valid for `overlap_ms`, or until it would have expired if that is sooner. */
export function rollKey(
  pool: Pool,
  named: string,
  overlap_ms: number,
  now: Date,
): Promise<{ made: NewKey; old: KeyRow & { expires_at: Date } }> {
  return transaction(pool, async (connection) => {
    const key = await lockKey(connection, named)
    if (key.revoked_at !== null) throw new MerchantError(`The key ${formatId('api_key', key.id)} has been revoked.`)
    if (key.expires_at !== null && key.expires_at <= now) {
      throw new MerchantError(
        `The key ${formatId('api_key', key.id)} has expired: create a new one with tallystick keys create.`,
      )
    }
    return rollLocked(connection, { actor: 'command:keys roll', now }, key, overlap_ms)
  })
}

/** Replaces a locked key that is valid by one that may do the same. */
export async function rollLocked(
  connection: Connection,
  by: KeyChange,
  key: KeyRow,
  overlap_ms: number,
): Promise<{ made: NewKey; old: KeyRow & { expires_at: Date } }> {
  const { slug, mode, kind, scopes } = key
  const made = await addKey(connection, by, { slug, mode, kind, scopes })
  const until = by.now.getTime() + overlap_ms
  const expires_at = new Date(Math.min(until, key.expires_at?.getTime() ?? until))
  await connection.query({
    name: 'expire-api-key',
    text: 'update api_key set expires_at = $2 where id = $1',
    values: [key.id, expires_at],
  })
  const context = { environment: { id: key.environment_id }, ...by }
  const before = { expires_at: key.expires_at?.toISOString() }
  const difference = differenceOf(before, { expires_at: expires_at.toISOString() })
  await recordChange(connection, context, {
    action: 'updated',
    object_kind: 'api_key',
    object_id: key.id,
    ...difference,
  })
  return { made, old: { ...key, expires_at } }
}

/** The one key with that id or hint, locked. Three full stops stand for the ellipsis of a hint. */
async function lockKey(connection: Connection, named: string): Promise<KeyRow> {
  const id = parseId('api_key', named)
  const values = [id ?? null, id === undefined ? named.replace('...', '…') : null]
  await connection.query({
    name: 'lock-api-key',
    text: 'select 1 from api_key where id = $1 or hint = $2 for no key update',
    values,
  })
  const { rows } = await connection.query<KeyRow>({ ...findKeysSql, values: [null, ...values] })
  const [key, ...others] = rows
  if (!key) throw new MerchantError(`There is no key ${named}. See tallystick keys list.`)
  if (others.length > 0) {
    const ids = rows.map((row) => formatId('api_key', row.id)).join(', ')
    throw new MerchantError(`${rows.length} keys match ${named}: name one by its id, ${ids}.`)
  }
  return key
}
