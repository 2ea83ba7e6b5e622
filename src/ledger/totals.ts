import { firstIdAt, type Id, timeOf } from '../core/id/id.ts'
import type { Pool } from '../database/pool.ts'
import { loadSql } from '../database/sql.ts'
import { transaction } from '../database/transaction.ts'

const lockPlaceSql = loadSql(import.meta.url, './sql/lock-total-place.sql')
const findNextSql = loadSql(import.meta.url, './sql/find-next-entry.sql')
const totalLedgerSql = loadSql(import.meta.url, './sql/total-ledger.sql')

/** An id is made when its transaction begins. None takes as long as this, so what has an older id is there or never will be. */
export const writtenForGoodMs = 10 * 60_000
/** A midnight of any time zone begins a quarter of an hour. */
export const quarterMs = 15 * 60_000
const step_ms = 60_000

/** When the quarter of an hour began that an instant is in, in ms. */
export function quarterOf(ms: number): number {
  return ms - (ms % quarterMs)
}

/**
 * Adds entries to the totals that reports are made of, the entries of a quarter of an hour in one transaction, up to ten minutes ago. The
 * lock on the place in the entries lets one job through at a time, and each entry is added once.
 */
export async function totalLedger(pool: Pool, now: Date, stopping?: AbortSignal): Promise<void> {
  const end = firstIdAt(now.getTime() - writtenForGoodMs)
  while (!stopping?.aborted) {
    if (!(await addQuarter(pool, end))) return
  }
}

/** Adds the next quarter in which there is an entry. Returns whether there may be more. */
async function addQuarter(pool: Pool, end: Id): Promise<boolean> {
  return transaction(
    pool,
    async (connection) => {
      const { rows } = await connection.query<{ below: Id }>(lockPlaceSql)
      const from = rows[0]?.below ?? end
      if (from >= end) return false
      const found = await connection.query<{ id: Id }>({ ...findNextSql, values: [from, end] })
      const next = found.rows[0]?.id ?? end
      const quarter = quarterOf(timeOf(next))
      const beyond = firstIdAt(quarter + quarterMs)
      const to = beyond < end ? beyond : end
      await connection.query({ ...totalLedgerSql, values: [next, to, new Date(quarter)] })
      return to < end
    },
    { limit_ms: step_ms },
  )
}
