import type { PageStart } from '../../api/pagination.ts'
import type { Actor } from '../../core/actor.ts'
import { endOfDate, startOfDate } from '../../core/clock.ts'
import type { Id } from '../../core/id/id.ts'
import type { Queryable } from '../../database/pool.ts'
import { loadSql } from '../../database/sql.ts'
import type { TransactionKind } from '../../ledger/journal-rows.ts'

/** One entry of a receivable, with the transaction that it is part of. */
export type MovementRow = {
  id: Id
  transaction_id: Id
  kind: TransactionKind
  amount: bigint
  currency: string
  version: bigint
  effective_at: Date
  recorded_at: Date
  request_id: string | null
  /** Null for entries from before actors were recorded. */
  actor: Actor | null
  source_id: Id
  reason: string | null
  label: string | null
  reference: string | null
}
export type EntryRow = MovementRow & { balance_after: bigint }

/** Whose history is read: a customer, an account or a bill. */
export type Owner = { environment_id: number; id: Id; bucket: number }

const listEntriesSql = loadSql(import.meta.url, './sql/list-entries.sql')
const balanceAtSql = loadSql(import.meta.url, './sql/balance-at.sql')
const statementSql = loadSql(import.meta.url, './sql/statement.sql')

const keyOf = ({ environment_id, id, bucket }: Owner) => [environment_id, id, bucket]

/** A page of entries, newest first, plus one to tell whether there are more. */
export async function listEntries(pool: Queryable, owner: Owner, page: PageStart): Promise<EntryRow[]> {
  const values = [...keyOf(owner), page.after ?? null, page.limit + 1]
  const { rows } = await pool.query<EntryRow>({ ...listEntriesSql, values })
  return rows
}

/** The balance effective at `effectiveAt`, from what had been recorded by `recordedAt`, by default now. */
export async function readBalanceAt(
  pool: Queryable,
  owner: Owner,
  effectiveAt: Date,
  recordedAt: Date | undefined,
): Promise<bigint> {
  const values = [...keyOf(owner), effectiveAt, recordedAt ?? null]
  const { rows } = await pool.query<{ balance: bigint }>({ ...balanceAtSql, values })
  return rows[0]?.balance ?? 0n
}

/** The opening balance of a span of days in a time zone and its movements in their order, up to `movementsMax`. */
export async function readStatement(
  pool: Queryable,
  owner: Owner,
  span: { from: string; to: string; time_zone: string },
  movementsMax: number,
): Promise<{ opening: bigint; movements: MovementRow[] }> {
  const starts = startOfDate(span.time_zone, span.from)
  const ends = endOfDate(span.time_zone, span.to)
  const values = [...keyOf(owner), starts, ends, movementsMax]
  const { rows } = await pool.query<(MovementRow | { id: null }) & { opening: bigint }>({ ...statementSql, values })
  const movements = rows.filter((row): row is MovementRow & { opening: bigint } => row.id !== null)
  return { opening: rows[0]?.opening ?? 0n, movements }
}
