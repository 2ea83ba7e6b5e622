import type { Id } from '../core/id/id.ts'
import { Problem } from '../core/problem.ts'
import type { Queryable } from '../database/pool.ts'
import { loadSql } from '../database/sql.ts'
import type { ChangeContext } from './change.ts'
import type { ReceivableKind } from './receivable.ts'

/** What the payments are for: a customer with its accounts and bills, an account with its bills, or a bill. */
type Payable = { kind: ReceivableKind; id: Id; customer_id: Id; environment_id: number; bucket: number }

const cancelAttemptsSql = loadSql(import.meta.url, './sql/cancel-attempts.sql')
const findProcessingSql = loadSql(import.meta.url, './sql/find-processing.sql')

function scopeOf({ kind, id, customer_id, environment_id, bucket }: Payable): unknown[] {
  return [environment_id, customer_id, bucket, kind === 'customer' ? null : id]
}

/**
 * Cancels the payments that payers have begun and not been charged for. When one is charged later all the same, its money
 * is kept, like any money that arrives late.
 */
export async function cancelAttempts(
  connection: Queryable,
  { actor, request_id, now }: Pick<ChangeContext, 'actor' | 'request_id' | 'now'>,
  payable: Payable,
): Promise<void> {
  await connection.query({ ...cancelAttemptsSql, values: [...scopeOf(payable), now, actor, request_id] })
}

/** Throws `payment_in_progress` while a payment is processing. */
export async function refuseInProgress(connection: Queryable, payable: Payable): Promise<void> {
  const { rows } = await connection.query({ ...findProcessingSql, values: scopeOf(payable) })
  if (rows.length > 0) {
    throw new Problem('payment_in_progress', 'A payment for it is processing: the bank has not confirmed it yet.')
  }
}
