import { recordChange } from '../audit/record.ts'
import type { Actor } from '../core/actor.ts'
import { newId, randomBucket } from '../core/id/id.ts'
import { randomSecret, sha256 } from '../core/secret.ts'
import { apiVersion } from '../core/version.ts'
import type { Connection, Pool } from '../database/pool.ts'
import { transaction } from '../database/transaction.ts'

export type Mode = 'test' | 'live'

/** A merchant that cannot be created or found. Its message is one line that says why. */
export class MerchantError extends Error {}

const keyPrefixes = { test: 'sk_test_', live: 'sk_' } as const

/** Creates a merchant with both environments, and a secret key for each. The keys are shown only here. */
export async function createMerchant(
  pool: Pool,
  merchant: { name: string; slug: string },
  now: Date,
): Promise<Record<Mode, string>> {
  if (!/^[a-z0-9](-?[a-z0-9])*$/.test(merchant.slug) || merchant.slug.length > 63) {
    throw new MerchantError('A slug consists of lower-case letters, digits and single hyphens, such as acme-water.')
  }
  const actor = 'command:merchants create'
  return transaction(pool, async (connection) => {
    const { rows } = await connection.query<{ id: number }>({
      name: 'insert-merchant',
      text: 'insert into merchant (slug, name, created_at) values ($1, $2, $3) on conflict do nothing returning id',
      values: [merchant.slug, merchant.name, now],
    })
    const id = rows[0]?.id
    if (id === undefined) throw new MerchantError(`There is already a merchant ${merchant.slug}.`)
    await connection.query({
      name: 'insert-environments',
      text: "insert into environment (merchant_id, mode) values ($1, 'test'), ($1, 'live')",
      values: [id],
    })
    return {
      test: await addKey(connection, merchant.slug, 'test', now, actor),
      live: await addKey(connection, merchant.slug, 'live', now, actor),
    }
  })
}

/** Creates another secret key for an environment of a merchant. It is shown only here. */
export function createKey(pool: Pool, slug: string, mode: Mode, now: Date): Promise<string> {
  return transaction(pool, (connection) => addKey(connection, slug, mode, now, 'command:keys create'))
}

async function addKey(
  connection: Connection,
  slug: string,
  mode: Mode,
  now: Date,
  actor: Actor,
  chosen?: string,
): Promise<string> {
  const key = chosen ?? keyPrefixes[mode] + randomSecret(24)
  const id = newId(randomBucket(), now.getTime())
  const { rows } = await connection.query<{ environment_id: number }>({
    name: 'insert-api-key',
    text: `insert into api_key (id, environment_id, hash, hint, api_version, created_at)
      select $1, e.id, $2, $3, $4, $5 from environment as e join merchant as m on m.id = e.merchant_id
      where m.slug = $6 and e.mode = $7
      on conflict (hash) do nothing returning environment_id`,
    values: [id, sha256(key), `${key.slice(0, 11)}…${key.slice(-4)}`, apiVersion, now, slug, mode],
  })
  const environment_id = rows[0]?.environment_id
  if (environment_id === undefined) {
    if (chosen === undefined) throw new MerchantError(`There is no merchant ${slug}.`)
    return key
  }
  const context = { environment: { id: environment_id }, actor, now }
  await recordChange(connection, context, { action: 'created', object_kind: 'api_key', object_id: id })
  return key
}

const firstSlug = 'default'
// Any number that no other program's advisory lock uses by chance.
const firstStartLock = 7_210_422

/**
 * Creates one merchant with both environments at the first start. A test key that the operator chose is added to its
 * test environment, then or later. Returns the test key that was made, to be printed once; nothing when there is one
 * already.
 */
export async function ensureFirstMerchant(
  pool: Pool,
  testKey: string | undefined,
  now: Date,
): Promise<{ made_test_key: string | undefined }> {
  return transaction(pool, async (connection) => {
    await connection.query({
      name: 'lock-first-start',
      text: 'select pg_advisory_xact_lock($1)',
      values: [firstStartLock],
    })
    const { rows } = await connection.query<{ slug: string }>({
      name: 'find-first-merchant',
      text: 'select slug from merchant order by id limit 1',
    })
    let slug = rows[0]?.slug
    const first = slug === undefined
    if (slug === undefined) {
      slug = firstSlug
      await connection.query({
        name: 'insert-first-merchant',
        text: `with made as (insert into merchant (slug, name, created_at) values ($1, 'My company', $2) returning id)
          insert into environment (merchant_id, mode) select id, mode from made, unnest(array['test', 'live']) as mode`,
        values: [slug, now],
      })
    }
    if (testKey !== undefined) await addKey(connection, slug, 'test', now, 'command:start', testKey)
    const made =
      first && testKey === undefined ? await addKey(connection, slug, 'test', now, 'command:start') : undefined
    return { made_test_key: made }
  })
}
