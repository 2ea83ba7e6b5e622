import { integerArray, textArray, uuidArray } from '../../database/arrays.ts'
import type { Queryable } from '../../database/pool.ts'
import { loadSql } from '../../database/sql.ts'
import type { AccountRow } from '../object/rows.ts'

const insertAccountsSql = loadSql(import.meta.url, './sql/insert-accounts.sql')

/** Writes new accounts in one statement. */
export async function insertAccounts(connection: Queryable, rows: AccountRow[], now: Date): Promise<void> {
  if (rows.length === 0) return
  await connection.query({
    ...insertAccountsSql,
    values: [
      uuidArray(rows.map(({ id }) => id)),
      integerArray(rows.map(({ bucket }) => bucket)),
      integerArray(rows.map(({ environment_id }) => environment_id)),
      uuidArray(rows.map(({ customer_id }) => customer_id)),
      textArray(rows.map(({ external_reference }) => external_reference)),
      textArray(rows.map(({ name }) => name)),
      textArray(rows.map(({ currency }) => currency)),
      textArray(rows.map(({ payment_rules }) => JSON.stringify(payment_rules))),
      textArray(rows.map(({ metadata }) => JSON.stringify(metadata))),
      now,
    ],
  })
}

/** Writes the columns of an account that may change. */
export async function updateAccountRow(connection: Queryable, row: AccountRow): Promise<void> {
  await connection.query({
    name: 'update-account',
    text: `update account set name = $4, currency = $5, payment_rules = $6, metadata = $7, version = $8, updated_at = $9
      where environment_id = $1 and id = $2 and bucket = $3`,
    values: [
      row.environment_id,
      row.id,
      row.bucket,
      row.name,
      row.currency,
      row.payment_rules,
      row.metadata,
      row.version,
      row.updated_at,
    ],
  })
}
