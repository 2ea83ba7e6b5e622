import type { z } from 'zod'
import type { RequestContext } from '../../context.ts'
import { absentProblem } from '../../core/absent.ts'
import { keyOfActor } from '../../core/actor.ts'
import { type KeyRights, type Scope, scopes } from '../../core/api-key.ts'
import { required } from '../../core/assert.ts'
import { formatId, type Id, parseId } from '../../core/id/id.ts'
import { fieldProblem, Problem } from '../../core/problem.ts'
import { uuidArray } from '../../database/arrays.ts'
import type { Connection, Queryable } from '../../database/pool.ts'
import { loadSql } from '../../database/sql.ts'
import { addKey, type KeyRow, type NewKey, revokeLocked, rollLocked } from '../keys.ts'
import type { apiKey, CreateKey, createdKey, rolledKey } from './schema.ts'

type ListedKey = Omit<KeyRow, 'environment_id' | 'slug' | 'mode'>

const hourMs = 3_600_000
const overlapDefaultH = 24
const lockOwnKeysSql = loadSql(import.meta.url, '../sql/lock-own-keys.sql')
const listApiKeysSql = loadSql(import.meta.url, '../sql/list-api-keys.sql')

/** A key as the API shows it; its secret is stored nowhere. */
export function renderKey({ mode }: { mode: 'test' | 'live' }, row: ListedKey): z.input<typeof apiKey> {
  return {
    id: formatId('api_key', row.id),
    kind: row.kind,
    hint: row.hint,
    scopes: [...(row.scopes ?? scopes)],
    mode,
    created_at: row.created_at.toISOString(),
    ...(row.expires_at && { expires_at: row.expires_at.toISOString() }),
    ...(row.last_used_on !== null && { last_used_on: row.last_used_on }),
    ...(row.revoked_at && { revoked_at: row.revoked_at.toISOString() }),
  }
}

/** Up to `limit` keys of an environment below an id, newest first. */
export async function listOwnKeys(
  pool: Queryable,
  environmentId: number,
  below: Id,
  limit: number,
): Promise<ListedKey[]> {
  const { rows } = await pool.query<ListedKey>({ ...listApiKeysSql, values: [environmentId, below, limit] })
  return rows
}

/** Creates a key that may do no more than the one that asks. Throws `insufficient_scope`, or `invalid_request` for a time that is over. */
export async function giveKey(
  connection: Connection,
  context: RequestContext,
  input: CreateKey,
): Promise<z.input<typeof createdKey>> {
  const expires_at = input.expires_at === undefined ? null : new Date(input.expires_at)
  if (expires_at !== null && expires_at <= context.now) {
    throw fieldProblem('invalid_request', '/expires_at', 'should be in the future')
  }
  const [caller] = await lockCallerAnd(connection, context)
  const rights: KeyRights = { kind: input.kind, scopes: [...new Set(input.scopes)] }
  const fault = faultOfGiving(caller, rights)
  if (fault !== undefined) {
    throw fieldProblem('insufficient_scope', input.kind === 'public' ? '/kind' : '/scopes', fault)
  }
  const { merchant_slug: slug, mode } = context.environment
  const options = { slug, mode, ...rights, ...(expires_at && { expires_at }) }
  return renderMade(context, rights, expires_at, await addKey(connection, context, options))
}

/**
 * Replaces a key by one that may do the same; the one before stays valid for `overlapHours`. Throws `not_found`, `key_state`, or
 * `insufficient_scope` when it may do more than the key that asks.
 */
export async function rollOwnKey(
  connection: Connection,
  context: RequestContext,
  shown: string,
  overlapHours = overlapDefaultH,
): Promise<z.input<typeof rolledKey>> {
  const [caller, key] = await lockCallerAnd(connection, context, shown)
  const fault = faultOfGiving(caller, key)
  if (fault !== undefined) throw new Problem('insufficient_scope', fault)
  if (key.revoked_at !== null) {
    throw new Problem('key_state', `The key was revoked at ${key.revoked_at.toISOString()}: create a new one.`)
  }
  if (key.expires_at !== null && key.expires_at <= context.now) {
    throw new Problem('key_state', `The key expired at ${key.expires_at.toISOString()}: create a new one.`)
  }
  const { made, old } = await rollLocked(connection, context, key, overlapHours * hourMs)
  return {
    ...renderMade(context, key, null, made),
    replaces: formatId('api_key', key.id),
    previous_valid_until: old.expires_at.toISOString(),
  }
}

/** Revokes a key for good, whatever it may do: also the one that asks. Throws `not_found`. */
export async function revokeOwnKey(
  connection: Connection,
  context: RequestContext,
  shown: string,
): Promise<z.input<typeof apiKey>> {
  const [, key] = await lockCallerAnd(connection, context, shown)
  const revoked_at = await revokeLocked(connection, context, key)
  return renderKey(context.environment, { ...key, revoked_at })
}

function renderMade(
  { environment, now }: RequestContext,
  { kind, scopes }: KeyRights,
  expires_at: Date | null,
  { id, hint, secret }: NewKey,
): z.input<typeof createdKey> {
  const row = { id, kind, scopes, hint, created_at: now, expires_at, last_used_on: null, revoked_at: null }
  return { ...renderKey(environment, row), secret }
}

/**
 * The key that asks and the one that it names, locked. What a key may do is cached for a second; here it counts as it is stored, so
 * that one that was revoked in that second leaves none behind. Throws `key_revoked`, `key_expired` or `not_found`.
 */
async function lockCallerAnd(connection: Connection, context: RequestContext): Promise<[KeyRow]>
async function lockCallerAnd(connection: Connection, context: RequestContext, shown: string): Promise<[KeyRow, KeyRow]>
async function lockCallerAnd(connection: Connection, { environment, actor, now }: RequestContext, shown?: string) {
  const callerId = required(keyOfActor(actor), 'a request of the API has a key')
  const id = shown === undefined ? callerId : parseId('api_key', shown)
  const values = [environment.id, uuidArray(id === undefined ? [callerId] : [callerId, id])]
  const { rows } = await connection.query<KeyRow>({ ...lockOwnKeysSql, values })
  const caller = required(
    rows.find((row) => row.id === callerId),
    'a key that was read is there, since none is deleted',
  )
  if (caller.revoked_at !== null) throw new Problem('key_revoked', 'This key has been revoked.')
  if (caller.expires_at !== null && caller.expires_at <= now) {
    throw new Problem('key_expired', 'This key has expired.')
  }
  if (shown === undefined) return [caller]
  const key = rows.find((row) => row.id === id)
  if (key === undefined) throw absentProblem('api_key', shown, { parameter: 'api_key' })
  return [caller, key]
}

/** Why a key may not give these rights; undefined when it has them itself. To begin payment sessions is of `payments`. */
function faultOfGiving(caller: KeyRights, given: KeyRights): string | undefined {
  const needed: readonly Scope[] = given.kind === 'public' ? ['payments'] : (given.scopes ?? scopes)
  const missing = needed.filter((scope) => caller.scopes !== null && !caller.scopes.includes(scope))
  // A key with every scope has those that are added later, too.
  const short = given.scopes === null && caller.scopes !== null
  if (missing.length === 0 && !short) return undefined
  const lacked = missing.length === 0 ? 'every scope' : missing.join(', ')
  return `A key gives no more than it has, and the key that was sent lacks: ${lacked}.`
}
