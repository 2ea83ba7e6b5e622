import { bucketOfValue } from '../../core/bucket.ts'
import { checkoutCode, codeHash } from '../../core/checkout-code.ts'
import { bucketOf, type Id } from '../../core/id/id.ts'
import type { Vault } from '../../core/secret.ts'
import type { Conditions } from '../../database/conditions.ts'
import type { Queryable } from '../../database/pool.ts'
import { loadSql } from '../../database/sql.ts'
import { type CheckoutRow, checkoutColumns } from '../../ledger/checkouts/checkout.ts'

const insertCheckoutSql = loadSql(import.meta.url, './sql/insert-checkout.sql')

/** Writes a new request or session, with the hash of the code of its page. */
export async function insertCheckout(connection: Queryable, vault: Vault, row: CheckoutRow): Promise<void> {
  const hash = codeHash(vault, checkoutCode(vault, row.id)) ?? ''
  await connection.query({
    ...insertCheckoutSql,
    values: [
      row.id,
      row.bucket,
      row.environment_id,
      row.kind,
      row.type,
      row.customer_id,
      row.target_kind,
      row.target_id,
      row.currency,
      row.amount,
      row.external_reference,
      row.description,
      row.return_url,
      row.phone,
      row.metadata,
      row.expires_at,
      row.created_at,
      hash,
      bucketOfValue(hash),
      row.capture_method,
    ],
  })
}

/** Finds a request or session of an environment by its id. */
export async function findCheckout(
  database: Queryable,
  environmentId: number,
  kind: CheckoutRow['kind'],
  id: Id,
): Promise<CheckoutRow | undefined> {
  const { rows } = await database.query<CheckoutRow>({
    name: 'find-checkout',
    text: `select ${checkoutColumns} from checkout as c
      where c.environment_id = $1 and c.id = $2 and c.bucket = $3 and c.kind = $4`,
    values: [environmentId, id, bucketOf(id), kind],
  })
  return rows[0]
}

/** Up to `limit` requests or sessions that meet the conditions, newest first. */
export async function listCheckouts(
  database: Queryable,
  conditions: Conditions,
  limit: number,
): Promise<CheckoutRow[]> {
  const { rows } = await database.query<CheckoutRow>({
    text: `select ${checkoutColumns} from checkout as c where ${conditions.text} order by c.id desc limit ${limit}`,
    values: conditions.values,
  })
  return rows
}
