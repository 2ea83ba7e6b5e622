import type { Pool } from '../database/pool.ts'
import { transaction } from '../database/transaction.ts'
import { addKey, MerchantError, type Mode } from './keys.ts'

/** Creates a merchant with both environments, and a secret key for each. The keys are shown only here. */
export async function createMerchant(
  pool: Pool,
  merchant: { name: string; slug: string },
  now: Date,
): Promise<Record<Mode, string>> {
  if (!/^[a-z0-9](-?[a-z0-9])*$/.test(merchant.slug) || merchant.slug.length > 63) {
    throw new MerchantError('A slug consists of lower-case letters, digits and single hyphens, such as acme-water.')
  }
  const by = { actor: 'command:merchants create', now } as const
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
      test: (await addKey(connection, by, { slug: merchant.slug, mode: 'test' })).secret,
      live: (await addKey(connection, by, { slug: merchant.slug, mode: 'live' })).secret,
    }
  })
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
  const by = { actor: 'command:start', now } as const
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
    if (testKey !== undefined) await addKey(connection, by, { slug, mode: 'test' }, testKey)
    if (!first || testKey !== undefined) return { made_test_key: undefined }
    return { made_test_key: (await addKey(connection, by, { slug, mode: 'test' })).secret }
  })
}
