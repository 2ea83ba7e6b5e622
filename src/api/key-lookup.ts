import { setTimeout as delay } from 'node:timers/promises'
import type { RequestEnvironment } from '../context.ts'
import type { Actor } from '../core/actor.ts'
import type { KeyRights } from '../core/api-key.ts'
import type { Id } from '../core/id/id.ts'
import type { Queryable } from '../database/pool.ts'
import { loadSql } from '../database/sql.ts'

/** A key as it is stored, with the environment that it opens. */
export type Key = KeyRights & {
  id: Id
  environment: RequestEnvironment
  actor: Actor
  expires_at: Date | null
  revoked_at: Date | null
}

/** Finds a key by its hash, in base64. */
export type KeyLookup = (hash: string) => Promise<Key | undefined>

type KeyRow = RequestEnvironment &
  KeyRights & { hash: Buffer; key_id: Id; expires_at: Date | null; revoked_at: Date | null }
type Batch = { hashes: Set<string>; found: Promise<Map<string, Key>> }

const findApiKeysSql = loadSql(import.meta.url, './sql/find-api-keys.sql')

// A batch waits this long at most for the one before it, so that a connection that hangs does not block the others.
const waitMaxMs = 50
// After an unknown key the next batch waits, so that guessing causes at most a hundred queries a second.
const unknownMs = 10

/** Creates a look-up that batches: everything that is asked for while a query is in flight goes into the next one. */
export function createKeyLookup(pool: Queryable): KeyLookup {
  let next: Batch | undefined
  let running: Promise<unknown> = Promise.resolve()

  function begin(): Batch {
    const hashes = new Set<string>()
    const turn = Promise.race([running, pause(waitMaxMs)])
    const found = turn.then(() => {
      next = undefined
      return findKeys(pool, hashes)
    })
    running = found.then(
      (keys) => (keys.size < hashes.size ? pause(unknownMs) : undefined),
      () => undefined,
    )
    return { hashes, found }
  }

  return async (hash) => {
    next ??= begin()
    next.hashes.add(hash)
    return (await next.found).get(hash)
  }
}

function pause(ms: number): Promise<void> {
  return delay(ms, undefined, { ref: false })
}

async function findKeys(pool: Queryable, hashes: Set<string>): Promise<Map<string, Key>> {
  const values = [[...hashes].map((hash) => Buffer.from(hash, 'base64'))]
  const { rows } = await pool.query<KeyRow>({ ...findApiKeysSql, values })
  return new Map(
    rows.map(({ hash, key_id: id, kind, scopes, expires_at, revoked_at, ...environment }) => [
      hash.toString('base64'),
      { id, environment, actor: `key:${id}`, kind, scopes, expires_at, revoked_at },
    ]),
  )
}
