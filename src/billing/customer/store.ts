import type { Queryable } from '../../database/pool.ts'
import type { CustomerRow } from '../object/rows.ts'

/** Writes a new customer. */
export async function insertCustomer(connection: Queryable, row: CustomerRow): Promise<void> {
  await connection.query({
    name: 'insert-customer',
    text: `insert into customer (id, bucket, environment_id, external_reference, name, email, phone, locale, currency,
        payment_rules, metadata, created_at, updated_at)
      values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $12)`,
    values: [
      row.id,
      row.bucket,
      row.environment_id,
      row.external_reference,
      row.name,
      row.email,
      row.phone,
      row.locale,
      row.currency,
      row.payment_rules,
      row.metadata,
      row.created_at,
    ],
  })
}

/** Writes the columns of a customer that may change. */
export async function updateCustomerRow(connection: Queryable, row: CustomerRow): Promise<void> {
  await connection.query({
    name: 'update-customer',
    text: `update customer set name = $4, email = $5, phone = $6, locale = $7, currency = $8, payment_rules = $9, metadata = $10,
        version = $11, updated_at = $12
      where environment_id = $1 and id = $2 and bucket = $3`,
    values: [
      row.environment_id,
      row.id,
      row.bucket,
      row.name,
      row.email,
      row.phone,
      row.locale,
      row.currency,
      row.payment_rules,
      row.metadata,
      row.version,
      row.updated_at,
    ],
  })
}
