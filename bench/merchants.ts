import type { RequestEnvironment } from '../src/context.ts'
import { derivedDataKeys } from '../src/core/data-keys.ts'
import { formatId, type Id, newId, randomBucket } from '../src/core/id/id.ts'
import { openVault } from '../src/core/secret.ts'
import { apiVersion } from '../src/core/version.ts'
import type { Pool } from '../src/database/pool.ts'
import { createMerchant } from '../src/merchant/merchant.ts'
import { newSigningSecret } from '../src/webhooks/signing.ts'

/** The key that the endpoints' secrets are encrypted with. */
export const encryptionKey = 'an encryption key of the benchmark only'

/** A merchant's test environment, and its secret key. */
export type Merchant = { environment: RequestEnvironment; key: string }

/** Makes a merchant whose test environment has one endpoint, for events of every type. */
export async function makeMerchant(pool: Pool, slug: string, endpointUrl: string): Promise<Merchant> {
  const now = new Date()
  const { test } = await createMerchant(pool, { name: `Merchant ${slug}`, slug }, now)
  const [merchant] = await readMerchants(pool, slug)
  if (!merchant) throw new Error('the merchant was made')
  await pool.query(
    `insert into webhook_endpoint (id, environment_id, url, secret, api_version, created_at, updated_at)
     values ($1, $2, $3, $4, $5, $6, $6)`,
    [
      newId(randomBucket(), now.getTime()),
      merchant.id,
      endpointUrl,
      openVault(derivedDataKeys(encryptionKey)).encrypt(newSigningSecret()),
      apiVersion,
      now,
    ],
  )
  return { environment: merchant, key: test }
}

/** The test environments of the merchants whose slug begins with `slug`, as authentication would find them. */
export async function readMerchants(pool: Pool, slug: string): Promise<RequestEnvironment[]> {
  const { rows } = await pool.query<RequestEnvironment>(
    `select e.id, e.mode, e.time_zone, e.payment_rules, m.name as merchant_name, m.slug as merchant_slug
     from environment as e join merchant as m on m.id = e.merchant_id
     where e.mode = 'test' and starts_with(m.slug, $1) order by e.id`,
    [slug],
  )
  return rows
}

/** An account and its customer, with the ids that a caller uses. */
export type Target = { environment: RequestEnvironment; account: string; customer: string }

/** The accounts of some environments, in random order. */
export async function readTargets(pool: Pool, environments: RequestEnvironment[]): Promise<Target[]> {
  const byId = new Map(environments.map((environment) => [environment.id, environment]))
  const { rows } = await pool.query<{ id: Id; customer_id: Id; environment_id: number }>(
    'select id, customer_id, environment_id from account where environment_id = any ($1) order by random()',
    [[...byId.keys()]],
  )
  return rows.map(({ id, customer_id, environment_id }) => ({
    environment: byId.get(environment_id) as RequestEnvironment,
    account: formatId('account', id),
    customer: formatId('customer', customer_id),
  }))
}
