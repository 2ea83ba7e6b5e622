import { bucketOf, type Id } from '../../core/id/id.ts'
import { integerArray, textArray, uuidArray } from '../../database/arrays.ts'
import type { Queryable } from '../../database/pool.ts'
import { loadSql } from '../../database/sql.ts'
import type { AppliedPayment, Arrival } from './command.ts'

const openPaymentsSql = loadSql(import.meta.url, '../sql/open-payments.sql')

/** What somebody has to decide: whose the money is, or what it is to pay. */
export type OpenKind = 'unidentified' | 'unapplied'

/**
 * Puts payments that have just arrived onto the work lists, where money of them is unidentified or unapplied. Most have none, and
 * then nothing is sent. What closes them again is written with their amounts (correct-payment.sql).
 */
export async function openPayments(connection: Queryable, rows: { applied: AppliedPayment<Arrival> }[]): Promise<void> {
  const open = rows.flatMap(({ applied }): { id: Id; environment_id: number; kind: OpenKind }[] => {
    const { id } = applied.command.payment
    const environment_id = applied.command.environment.id
    if (applied.suspense_amount > 0n) return [{ id, environment_id, kind: 'unidentified' }]
    return applied.unapplied_amount > 0n ? [{ id, environment_id, kind: 'unapplied' }] : []
  })
  if (open.length === 0) return
  await connection.query({
    ...openPaymentsSql,
    values: [
      uuidArray(open.map(({ id }) => id)),
      integerArray(open.map(({ id }) => bucketOf(id))),
      integerArray(open.map(({ environment_id }) => environment_id)),
      textArray(open.map(({ kind }) => kind)),
    ],
  })
}
