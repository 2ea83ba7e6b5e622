import { recordChanges } from '../audit/record.ts'
import type { RequestContext } from '../context.ts'
import type { Connection } from '../database/pool.ts'
import { loadSql } from '../database/sql.ts'
import type { NewEvent } from '../events/outbox.ts'
import type { CheckoutRow } from '../ledger/checkouts/checkout.ts'
import { checkoutEvent } from '../ledger/checkouts/event.ts'

const pseudonymiseCheckoutsSql = loadSql(import.meta.url, './sql/pseudonymise-checkouts.sql')

type Customer = Pick<CheckoutRow, 'id' | 'bucket' | 'environment_id'>

/**
 * Erases what the payment requests and sessions of a customer say of it: references, descriptions, numbers, metadata and
 * return addresses. Returns what is to be told of each.
 */
export async function blankCheckouts(
  connection: Connection,
  context: RequestContext,
  { id, bucket, environment_id }: Customer,
): Promise<NewEvent[]> {
  const { rows } = await connection.query<CheckoutRow>({
    ...pseudonymiseCheckoutsSql,
    values: [environment_id, id, bucket, context.now],
  })
  await recordChanges(
    connection,
    rows.map((row) => ({
      context,
      change: { action: 'pseudonymised', object_kind: `payment_${row.kind}`, object_id: row.id },
    })),
  )
  return rows.map((row) => checkoutEvent(context.environment, row, 'updated', context.now))
}
