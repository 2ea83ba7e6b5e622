import { type AuditContext, recordChange } from '../../audit/record.ts'
import type { Queryable } from '../../database/pool.ts'
import { loadSql } from '../../database/sql.ts'
import { type EventEnvironment, writeEvents } from '../../events/outbox.ts'
import type { CheckoutRow } from './checkout.ts'
import { checkoutEvent } from './event.ts'

const updateCheckoutSql = loadSql(import.meta.url, '../sql/update-checkout.sql')

/** Who changes a request or a session, and when. */
export type CheckoutContext = AuditContext & { environment: EventEnvironment }

/** Stores what a change left of a locked request or session, as its next version, and tells of it. */
export async function updateCheckout(
  connection: Queryable,
  context: CheckoutContext,
  row: CheckoutRow,
  change: Partial<CheckoutRow>,
): Promise<CheckoutRow> {
  const changed: CheckoutRow = { ...row, ...change, version: row.version + 1n, updated_at: context.now }
  await Promise.all([
    storeCheckout(connection, changed),
    recordChange(connection, context, {
      action: 'updated',
      object_kind: `payment_${row.kind}`,
      object_id: row.id,
    }),
    writeEvents(connection, [checkoutEvent(context.environment, changed, 'updated', context.now)]),
  ])
  return changed
}

/** Stores a locked request or session of which nothing has changed that the API shows. */
export async function storeCheckout(connection: Queryable, row: CheckoutRow): Promise<void> {
  await connection.query({
    ...updateCheckoutSql,
    values: [
      row.environment_id,
      row.id,
      row.bucket,
      row.status,
      row.external_reference,
      row.description,
      row.metadata,
      row.attempt_id,
      row.last_payment_error,
      row.expires_at,
      row.cancelled_at,
      row.version,
      row.updated_at,
    ],
  })
}
