import { recordChange } from '../audit/record.ts'
import type { Actor } from '../core/actor.ts'
import { formatId, type Id, newId, parseId, randomBucket } from '../core/id/id.ts'
import { randomSecret, sha256 } from '../core/secret.ts'
import type { Connection, Pool, Queryable } from '../database/pool.ts'
import { loadSql } from '../database/sql.ts'
import { transaction } from '../database/transaction.ts'
import { apiVersion } from '../events/render.ts'

export type Mode = 'test' | 'live'

/** A merchant or a key that cannot be made, found or changed. Its message is one line that says why. */
export class MerchantError extends Error {}

/** A key as it may be shown: everything but the secret. */
export type KeyRow = {
  id: Id
  environment_id: number
  slug: string
  mode: Mode
  hint: string
  created_at: Date
  /** Null: never. */
  expires_at: Date | null
  /** The day, UTC, on which a process last noted a call with it. */
  last_used_on: string | null
  revoked_at: Date | null
}

/** A key that was just made. The secret is here and nowhere else. */
export type NewKey = { id: Id; secret: string }

/** What a key is to open, and until when. */
export type KeyOptions = { slug: string; mode: Mode; expires_at?: Date | undefined }

const keyPrefixes = { test: 'sk_test_', live: 'sk_' } as const
const insertKeySql = loadSql(import.meta.url, './sql/insert-key.sql')
const findKeysSql = loadSql(import.meta.url, './sql/find-keys.sql')

/** Adds a key to an environment, in the transaction of `connection`: a new one, or `chosen`, which may be there already. */
export async function addKey(
  connection: Connection,
  { actor, now }: { actor: Actor; now: Date },
  { slug, mode, expires_at }: KeyOptions,
  chosen?: string,
): Promise<NewKey> {
  const secret = chosen ?? keyPrefixes[mode] + randomSecret(24)
  const id = newId(randomBucket(), now.getTime())
  const { rows } = await connection.query<{ environment_id: number }>({
    ...insertKeySql,
    values: [id, sha256(secret), hintOf(secret, mode), apiVersion, now, expires_at ?? null, slug, mode],
  })
  const environment_id = rows[0]?.environment_id
  if (environment_id === undefined) {
    if (chosen === undefined) throw new MerchantError(`There is no merchant ${slug}.`)
    return { id, secret }
  }
  const context = { environment: { id: environment_id }, actor, now }
  await recordChange(connection, context, { action: 'created', object_kind: 'api_key', object_id: id })
  return { id, secret }
}

/** The beginning and the end of a key, by which people know it again: of a short one that somebody chose, less. */
function hintOf(secret: string, mode: Mode): string {
  const random = secret.length - keyPrefixes[mode].length
  return `${secret.slice(0, random < 24 ? keyPrefixes[mode].length : 11)}…${secret.slice(random < 24 ? -2 : -4)}`
}

/** Makes one more secret key for an environment of a merchant. */
export function createKey(pool: Pool, options: KeyOptions, now: Date): Promise<NewKey> {
  return transaction(pool, (connection) => addKey(connection, { actor: 'command:keys create', now }, options))
}

/** The keys of a merchant, or of all of them, each environment's oldest first. */
export async function listKeys(pool: Queryable, slug?: string): Promise<KeyRow[]> {
  const { rows } = await pool.query<KeyRow>({ ...findKeysSql, values: [slug ?? null, null, null] })
  if (slug !== undefined && rows.length === 0) {
    const found = await pool.query('select from merchant where slug = $1', [slug])
    if (found.rows.length === 0) throw new MerchantError(`There is no merchant ${slug}.`)
  }
  return rows
}

/** Takes a key back for good. `named` is its id, or what is shown of it. One that was taken back before stays as it was. */
export function revokeKey(pool: Pool, named: string, now: Date): Promise<KeyRow> {
  return transaction(pool, async (connection) => {
    const key = await lockKey(connection, named)
    if (key.revoked_at !== null) return key
    await connection.query('update api_key set revoked_at = $2 where id = $1', [key.id, now])
    const context = { environment: { id: key.environment_id }, actor: 'command:keys revoke', now } as const
    await recordChange(connection, context, { action: 'revoked', object_kind: 'api_key', object_id: key.id })
    return { ...key, revoked_at: now }
  })
}

/** Makes a key in the place of another one, which is then valid for `overlap_ms` yet, or as long as it was to be if that is less. */
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
      throw new MerchantError(`The key ${formatId('api_key', key.id)} has expired: make a new one with keys create.`)
    }
    const by = { actor: 'command:keys roll', now } as const
    const made = await addKey(connection, by, { slug: key.slug, mode: key.mode })
    const until = now.getTime() + overlap_ms
    const expires_at = new Date(Math.min(until, key.expires_at?.getTime() ?? until))
    await connection.query('update api_key set expires_at = $2 where id = $1', [key.id, expires_at])
    const context = { environment: { id: key.environment_id }, ...by }
    await recordChange(connection, context, { action: 'updated', object_kind: 'api_key', object_id: key.id })
    return { made, old: { ...key, expires_at } }
  })
}

/** The one key of that id or that hint, locked. Three full stops are taken for the ellipsis that a hint has. */
async function lockKey(connection: Connection, named: string): Promise<KeyRow> {
  const id = parseId('api_key', named)
  const values = [id ?? null, id === undefined ? named.replace('...', '…') : null]
  await connection.query('select from api_key where id = $1 or hint = $2 for no key update', values)
  const { rows } = await connection.query<KeyRow>({ ...findKeysSql, values: [null, ...values] })
  const [key, ...others] = rows
  if (!key) throw new MerchantError(`There is no key ${named}. See tallystick keys list.`)
  if (others.length > 0) {
    const ids = rows.map((row) => formatId('api_key', row.id)).join(', ')
    throw new MerchantError(`${rows.length} keys are shown as ${named}: say which, ${ids}.`)
  }
  return key
}
