import { recordChange } from '../audit/record.ts'
import type { Actor } from '../core/actor.ts'
import { formatId, type Id, newId, parseId, randomBucket } from '../core/id/id.ts'
import { randomSecret, sha256 } from '../core/secret.ts'
import { apiVersion } from '../core/version.ts'
import type { Connection, Pool, Queryable } from '../database/pool.ts'
import { loadSql } from '../database/sql.ts'
import { transaction } from '../database/transaction.ts'

export type Mode = 'test' | 'live'

/** A merchant or a key that cannot be created, found or changed. Its message is one line that says why. */
export class MerchantError extends Error {}

/** A key without its secret. */
export type KeyRow = {
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
export type NewKey = { id: Id; secret: string }

/** The environment of a new key, and until when it is valid. */
export type KeyOptions = { slug: string; mode: Mode; expires_at?: Date | undefined }

const keyPrefixes = { test: 'sk_test_', live: 'sk_' } as const
const insertKeySql = loadSql(import.meta.url, './sql/insert-key.sql')
const findKeysSql = loadSql(import.meta.url, './sql/find-keys.sql')

/** Adds a key to an environment: a random one, or `chosen`, which may exist already. */
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

/** The first and last characters of a key, by which it is recognised: fewer of a short one that an operator chose. */
function hintOf(secret: string, mode: Mode): string {
  const random = secret.length - keyPrefixes[mode].length
  return `${secret.slice(0, random < 24 ? keyPrefixes[mode].length : 11)}…${secret.slice(random < 24 ? -2 : -4)}`
}

/** Creates another secret key for an environment of a merchant. */
export function createKey(pool: Pool, options: KeyOptions, now: Date): Promise<NewKey> {
  return transaction(pool, (connection) => addKey(connection, { actor: 'command:keys create', now }, options))
}

/** The keys of a merchant, or of all merchants, the oldest of each environment first. */
export async function listKeys(pool: Queryable, slug?: string): Promise<KeyRow[]> {
  const { rows } = await pool.query<KeyRow>({ ...findKeysSql, values: [slug ?? null, null, null] })
  if (slug !== undefined && rows.length === 0) {
    const found = await pool.query({
      name: 'find-merchant',
      text: 'select from merchant where slug = $1',
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
    if (key.revoked_at !== null) return key
    await connection.query({
      name: 'revoke-api-key',
      text: 'update api_key set revoked_at = $2 where id = $1',
      values: [key.id, now],
    })
    const context = { environment: { id: key.environment_id }, actor: 'command:keys revoke', now } as const
    await recordChange(connection, context, { action: 'revoked', object_kind: 'api_key', object_id: key.id })
    return { ...key, revoked_at: now }
  })
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
    const by = { actor: 'command:keys roll', now } as const
    const made = await addKey(connection, by, { slug: key.slug, mode: key.mode })
    const until = now.getTime() + overlap_ms
    const expires_at = new Date(Math.min(until, key.expires_at?.getTime() ?? until))
    await connection.query({
      name: 'expire-api-key',
      text: 'update api_key set expires_at = $2 where id = $1',
      values: [key.id, expires_at],
    })
    const context = { environment: { id: key.environment_id }, ...by }
    await recordChange(connection, context, { action: 'updated', object_kind: 'api_key', object_id: key.id })
    return { made, old: { ...key, expires_at } }
  })
}

/** The one key with that id or hint, locked. Three full stops stand for the ellipsis of a hint. */
async function lockKey(connection: Connection, named: string): Promise<KeyRow> {
  const id = parseId('api_key', named)
  const values = [id ?? null, id === undefined ? named.replace('...', '…') : null]
  await connection.query({
    name: 'lock-api-key',
    text: 'select from api_key where id = $1 or hint = $2 for no key update',
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
