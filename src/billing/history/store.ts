import type { PageStart } from '../../api/pagination.ts'
import type { Actor } from '../../core/actor.ts'
import { endOfDate, startOfDate } from '../../core/clock.ts'
import type { Id } from '../../core/id/id.ts'
import { type CursorLimits, readByCursor } from '../../database/cursor.ts'
import type { Pool, Queryable } from '../../database/pool.ts'
import { loadSql } from '../../database/sql.ts'
import type { TransactionKind } from '../../ledger/journal-rows.ts'
import type { ReceivableKind } from '../../ledger/receivable.ts'

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

/** How much is open, by how many days it has been due; `current` is not. */
export type AgeingRow = Record<'current' | 'days_1_30' | 'days_31_60' | 'days_61_90' | 'over_90', bigint>

/** A movement of one of several balances, and whose it is. */
export type WholeMovementRow = Omit<MovementRow, 'version'> & {
  owner_id: Id
  owner_kind: ReceivableKind
  external_reference: string
}

/** A row of a statement as it is read in pages: what there is in one currency, and one movement, where there are any. */
export type StatementRow = { currency: string; opening: bigint; ageing?: AgeingRow } & (WholeMovementRow | { id: null })

/** What there is in one currency. */
export type WholeRow = AgeingRow & { currency: string; opening: bigint; movements: WholeMovementRow[] }

type WholeStatementRow = Omit<WholeRow, 'movements'> & (WholeMovementRow | { id: null })

/** Whose history is read: a customer, an account or a bill. */
export type Owner = { environment_id: number; id: Id; bucket: number }

/** One balance: whose it is, and what a statement says of that in each line. */
export type OwnBalance = Owner & { kind: ReceivableKind; currency: string; external_reference: string }

const listEntriesSql = loadSql(import.meta.url, './sql/list-entries.sql')
const findEntriesSql = loadSql(import.meta.url, './sql/find-entries.sql')
const balanceAtSql = loadSql(import.meta.url, './sql/balance-at.sql')
const statementSql = loadSql(import.meta.url, './sql/statement.sql')
/** Takes the environment, the id and the bucket of whose it is, and then `spanValues`. */
export const wholeStatementSql = loadSql(import.meta.url, './sql/whole-statement.sql')

/** How many entries a page with filters looks through. */
const readMax = 1_000

const keyOf = ({ environment_id, id, bucket }: Owner) => [environment_id, id, bucket]

/** A page of entries, newest first, plus one to tell whether there are more. */
export async function listEntries(pool: Queryable, owner: Owner, page: PageStart): Promise<EntryRow[]> {
  const values = [...keyOf(owner), page.after ?? null, page.limit + 1]
  const { rows } = await pool.query<EntryRow>({ ...listEntriesSql, values })
  return rows
}

/** What entries are sought, besides whose. */
export type EntryFilters = {
  effective_from?: string | undefined
  effective_to?: string | undefined
  kind?: TransactionKind | undefined
}

/**
 * A page of the entries that meet filters, as `listEntries`. It looks through a bounded number of entries: where it ended before the
 * page was full, `read_to` is the last entry that it read.
 */
export async function findEntries(
  pool: Queryable,
  owner: Owner,
  page: PageStart,
  { effective_from, effective_to, kind }: EntryFilters,
): Promise<{ rows: EntryRow[]; read_to: Id | undefined }> {
  const sought = [kind ?? null, effective_from ?? null, effective_to ?? null]
  const values = [...keyOf(owner), page.after ?? null, page.limit + 1, ...sought, readMax]
  const { rows } = await pool.query<(EntryRow | { id: null }) & { read_to: Id | null }>({ ...findEntriesSql, values })
  const found = rows.filter((row): row is EntryRow & { read_to: Id | null } => row.id !== null)
  return { rows: found, read_to: rows[0]?.read_to ?? undefined }
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

/** Days, both inclusive, where the merchant is. */
export type Span = { from: string; to: string; time_zone: string }

function endsOf({ from, to, time_zone }: Span): [starts: Date, ends: Date] {
  return [startOfDate(time_zone, from), endOfDate(time_zone, to)]
}

/** The days of a statement of everything, and how many movements of it are read: null for all. */
export function spanValues(span: Span, movementsMax: number | null): unknown[] {
  return [...endsOf(span), movementsMax, span.to]
}

/** The opening balance of a span of days in a time zone and its movements in their order, up to `movementsMax`. */
export async function readStatement(
  pool: Queryable,
  owner: Owner,
  span: Span,
  movementsMax: number,
): Promise<{ opening: bigint; movements: MovementRow[] }> {
  const values = [...keyOf(owner), ...endsOf(span), movementsMax]
  const { rows } = await pool.query<(MovementRow | { id: null }) & { opening: bigint }>({ ...statementSql, values })
  const movements = rows.filter((row): row is MovementRow & { opening: bigint } => row.id !== null)
  return { opening: rows[0]?.opening ?? 0n, movements }
}

/**
 * What a customer owes with its accounts and bills, or an account with its bills, by currency: as `readStatement`, and how long what is
 * open at the end of the span has been due. `movementsMax` is of all currencies together.
 */
export async function readWholeStatement(
  pool: Queryable,
  owner: Owner,
  span: Span,
  movementsMax: number,
): Promise<WholeRow[]> {
  const values = [...keyOf(owner), ...spanValues(span, movementsMax)]
  const { rows } = await pool.query<WholeStatementRow>({ ...wholeStatementSql, values })
  return [...Map.groupBy(rows, ({ currency }) => currency).values()].map((of) => ({
    ...(of[0] as WholeStatementRow),
    movements: of.filter((row): row is WholeStatementRow & WholeMovementRow => row.id !== null),
  }))
}

/** The statement of one balance in pages, however long it is. */
export async function* pageStatement(
  pool: Pool,
  owner: OwnBalance,
  span: Span,
  limits: CursorLimits,
): AsyncGenerator<StatementRow[]> {
  const { currency, kind, external_reference } = owner
  const about = { currency, owner_id: owner.id, owner_kind: kind, external_reference }
  const statement = { ...statementSql, values: [...keyOf(owner), ...endsOf(span), null] }
  for await (const rows of readByCursor<(MovementRow | { id: null }) & { opening: bigint }>(pool, statement, limits)) {
    yield rows.map((row) => ({ ...row, ...about }))
  }
}

/** The statement of everything in pages. */
export async function* pageWholeStatement(
  pool: Pool,
  owner: Owner,
  span: Span,
  limits: CursorLimits,
): AsyncGenerator<StatementRow[]> {
  const statement = { ...wholeStatementSql, values: [...keyOf(owner), ...spanValues(span, null)] }
  for await (const rows of readByCursor<WholeStatementRow>(pool, statement, limits)) {
    yield rows.map((row) => ({ ...row, ageing: row }))
  }
}
