import type { Id } from '../../core/id/id.ts'
import type { Pool, Queryable } from '../../database/pool.ts'
import { loadSql } from '../../database/sql.ts'
import { transaction } from '../../database/transaction.ts'
import type { SettlementTransactionKind, TransactionKind } from '../journal-rows.ts'
import { endOfTotals, nextStep } from './clearing-step.ts'

/** What transactions of one kind have entered in a clearing account. */
export type ClearingSum = {
  system_account: string
  currency: string
  kind: TransactionKind | SettlementTransactionKind
  amount: bigint
}

const readClearingSql = loadSql(import.meta.url, '../sql/read-clearing.sql')
const lockPlaceSql = loadSql(import.meta.url, '../sql/lock-clearing-place.sql')
const findNextSql = loadSql(import.meta.url, '../sql/find-next-entry.sql')
const totalClearingSql = loadSql(import.meta.url, '../sql/total-clearing.sql')

const step_ms = 60_000

/** What had been entered in clearing accounts that counted before an instant: the totals, and the entries since they were made. */
export async function readClearing(
  database: Queryable,
  environmentId: number,
  accounts: readonly string[],
  before: Date,
): Promise<ClearingSum[]> {
  const { rows } = await database.query<ClearingSum>({
    ...readClearingSql,
    values: [environmentId, accounts, before],
  })
  return rows
}

/**
 * Adds the entries of clearing accounts to their totals, an hour of entries in one transaction, up to ten minutes ago. The lock on the
 * place in the entries lets one job through at a time, and each entry is added once.
 */
export async function totalClearing(pool: Pool, now: Date, stopping?: AbortSignal): Promise<void> {
  const end = endOfTotals(now)
  while (!stopping?.aborted) {
    if (!(await addStep(pool, end))) return
  }
}

/** Adds the next hour in which there is an entry. Returns whether there may be more. */
async function addStep(pool: Pool, end: Id): Promise<boolean> {
  return transaction(
    pool,
    async (connection) => {
      const { rows } = await connection.query<{ below: Id }>(lockPlaceSql)
      const from = rows[0]?.below ?? end
      if (from >= end) return false
      const found = await connection.query<{ id: Id }>({ ...findNextSql, values: [from, end] })
      const step = nextStep(found.rows[0]?.id, end)
      await connection.query({ ...totalClearingSql, values: [step.from, step.to] })
      return step.to < end
    },
    { limit_ms: step_ms },
  )
}
