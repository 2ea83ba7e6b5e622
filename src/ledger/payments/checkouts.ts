import type { Id } from '../../core/id/id.ts'
import { integerArray, uuidArray } from '../../database/arrays.ts'
import type { Queryable } from '../../database/pool.ts'
import { loadSql } from '../../database/sql.ts'
import type { NewEvent } from '../../events/outbox.ts'
import type { ChangeContext } from '../change.ts'
import type { CheckoutRow } from '../checkouts/checkout.ts'
import { checkoutEvent } from '../checkouts/event.ts'
import type { AppliedPayment } from './command.ts'

const completeCheckoutsSql = loadSql(import.meta.url, '../sql/complete-checkouts.sql')

/**
 * Marks a locked session as completed by a payment that was authorised for all that it asks, and returns its event; nothing where
 * another has completed it.
 */
export async function completeCheckout(
  connection: Queryable,
  { environment, now }: Pick<ChangeContext, 'environment' | 'now'>,
  row: CheckoutRow,
  { id: payment_id, amount }: { id: Id; amount: bigint },
): Promise<NewEvent[]> {
  if (row.status === 'paid' || amount < row.amount) return []
  complete(row, payment_id, now)
  await writeCompleted(connection, [row], now)
  return [checkoutEvent(environment, row, 'paid', now)]
}

/**
 * The request or session that a payment pays; `undefined` when another payment has paid it, when less arrived than it asks for, or
 * when there is none.
 */
function checkoutPaidBy(
  { command, announced }: AppliedPayment,
  checkouts: ReadonlyMap<Id, CheckoutRow>,
): CheckoutRow | undefined {
  const id = command.claim.kind === 'session' ? command.claim.checkout_id : undefined
  const row = id === undefined ? announced?.checkout : checkouts.get(id)
  return row === undefined || row.status === 'paid' || command.payment.amount < row.amount ? undefined : row
}

/** A request or session as the payment leaves it. */
export type PaidCheckout = { row: CheckoutRow; applied: AppliedPayment }

/** Marks the rows in memory as paid, so that a second payment of the same batch finds it so. */
export function payCheckouts(applied: AppliedPayment[], checkouts: ReadonlyMap<Id, CheckoutRow>): PaidCheckout[] {
  return applied.flatMap((one) => {
    const row = checkoutPaidBy(one, checkouts)
    if (!row) return []
    complete(row, one.command.payment.id, one.recorded_at)
    return [{ row, applied: one }]
  })
}

function complete(row: CheckoutRow, payment_id: Id, now: Date): void {
  row.status = 'paid'
  row.payment_id = payment_id
  row.last_payment_error = null
  row.version += 1n
  row.updated_at = now
}

/** Writes requests and sessions that were paid. */
export async function completeCheckouts(connection: Queryable, paid: PaidCheckout[], now: Date): Promise<void> {
  if (paid.length === 0) return
  await writeCompleted(
    connection,
    paid.map(({ row }) => row),
    now,
  )
}

async function writeCompleted(connection: Queryable, rows: CheckoutRow[], now: Date): Promise<void> {
  await connection.query({
    ...completeCheckoutsSql,
    values: [
      uuidArray(rows.map(({ id }) => id)),
      integerArray(rows.map(({ bucket }) => bucket)),
      integerArray(rows.map(({ environment_id }) => environment_id)),
      uuidArray(rows.map(({ payment_id }) => payment_id)),
      now,
      rows.length,
    ],
  })
}

/** `payment_request.paid` or `payment_session.completed`. */
export function paidEvent({ row, applied }: PaidCheckout): NewEvent {
  return checkoutEvent(applied.command.environment, row, 'paid', applied.recorded_at)
}
