import { integerArray, uuidArray } from '../../database/arrays.ts'
import type { Queryable } from '../../database/pool.ts'
import { loadSql } from '../../database/sql.ts'
import type { NewEvent } from '../../events/outbox.ts'
import { type NoticeRow, noticeEvent } from '../notices/notice.ts'
import type { BatchInputs } from './claims.ts'
import type { AppliedPayment } from './command.ts'

const settleNoticesSql = loadSql(import.meta.url, '../sql/settle-notices.sql')

/**
 * The notice whose code came with a payment, and the request or session that it is for. Undefined when there is none, or when its
 * caller has given the money to another customer than the notice's.
 */
export function noticeOf(
  { command, customer_id }: AppliedPayment,
  inputs: Pick<BatchInputs, 'notices' | 'checkouts'>,
): AppliedPayment['announced'] {
  const notice = command.notice && inputs.notices.get(command.notice.id)
  if (!notice || notice.customer_id !== customer_id) return undefined
  const checkout = notice.checkout_id === null ? undefined : inputs.checkouts.get(notice.checkout_id)
  return { notice, checkout: checkout?.currency === command.payment.currency ? checkout : undefined }
}

/** A notice as the payment that ends it leaves it. */
export type SettledNotice = { row: NoticeRow; applied: AppliedPayment }

/** Marks the rows in memory as settled, so that a second payment of the same batch finds it so. */
export function settleNotices(applied: AppliedPayment[]): SettledNotice[] {
  return applied.flatMap((one) => {
    const row = one.announced?.notice
    if (row === undefined || row.status === 'settled') return []
    row.status = 'settled'
    row.settled_by = one.command.payment.id
    row.settled_at = one.recorded_at
    row.updated_at = one.recorded_at
    row.version += 1n
    return [{ row, applied: one }]
  })
}

/** Writes notices that were settled. */
export async function writeSettledNotices(connection: Queryable, settled: SettledNotice[], now: Date): Promise<void> {
  if (settled.length === 0) return
  const rows = settled.map(({ row }) => row)
  await connection.query({
    ...settleNoticesSql,
    values: [
      uuidArray(rows.map(({ id }) => id)),
      integerArray(rows.map(({ bucket }) => bucket)),
      integerArray(rows.map(({ environment_id }) => environment_id)),
      uuidArray(rows.map(({ settled_by }) => settled_by)),
      now,
      rows.length,
    ],
  })
}

/** `transfer_notice.settled`. */
export function settledEvent({ row, applied }: SettledNotice): NewEvent {
  return noticeEvent(applied.command.environment, row, 'settled', applied.recorded_at)
}
