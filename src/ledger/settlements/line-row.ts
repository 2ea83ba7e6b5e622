import { assert } from '../../core/assert.ts'
import { bucketOfReference } from '../../core/bucket.ts'
import { type Id, newId } from '../../core/id/id.ts'
import { bigintArray, booleanArray, integerArray, textArray, timeArray, uuidArray } from '../../database/arrays.ts'
import type { Queryable } from '../../database/pool.ts'
import { loadSql } from '../../database/sql.ts'
import type { Match } from './line-match.ts'
import type { SettlementRow } from './settlement-row.ts'
import type { LineKind, ToldLine } from './told.ts'

/** A line of a settlement, and what of ours it is about. */
export type LineRow = {
  id: Id
  bucket: number
  environment_id: number
  processor: string
  reference: string
  settlement_id: Id
  kind: LineKind
  currency: string
  gross: bigint
  fee: bigint
  occurred_at: Date
  told_payment_id: Id | null
  charge_reference: string | null
  refund_reference: string | null
  settlement_reference: string | null
  matched: boolean
  payment_id: Id | null
  refund_id: Id | null
  created_at: Date
}

const insertLinesSql = loadSql(import.meta.url, '../sql/insert-settlement-lines.sql')
const lockUnmatchedSql = loadSql(import.meta.url, '../sql/lock-unmatched-lines.sql')
const matchedLinesSql = loadSql(import.meta.url, '../sql/update-matched-lines.sql')

/** A told line as it is written. */
export function toLineRow(settlement: SettlementRow, told: ToldLine, match: Match, now: Date): LineRow {
  const { environment_id, processor, currency } = settlement
  const bucket = bucketOfReference(processor, told.reference)
  return {
    id: newId(bucket, now.getTime()),
    bucket,
    environment_id,
    processor,
    reference: told.reference,
    settlement_id: settlement.id,
    kind: told.kind,
    currency,
    gross: told.gross,
    fee: told.fee,
    occurred_at: told.occurred_at,
    told_payment_id: told.told_payment_id ?? null,
    charge_reference: told.charge_reference ?? null,
    refund_reference: told.refund_reference ?? null,
    settlement_reference: told.settlement_reference ?? null,
    matched: match.matched,
    payment_id: match.payment_id,
    refund_id: match.refund_id,
    created_at: now,
  }
}

/** Writes lines, and returns those that no settlement has told of before. */
export async function insertLines(connection: Queryable, lines: readonly LineRow[], now: Date): Promise<LineRow[]> {
  const { rows } = await connection.query<{ id: Id }>({
    ...insertLinesSql,
    values: [
      uuidArray(lines.map(({ id }) => id)),
      integerArray(lines.map(({ bucket }) => bucket)),
      integerArray(lines.map(({ environment_id }) => environment_id)),
      textArray(lines.map(({ processor }) => processor)),
      textArray(lines.map(({ reference }) => reference)),
      uuidArray(lines.map(({ settlement_id }) => settlement_id)),
      textArray(lines.map(({ kind }) => kind)),
      textArray(lines.map(({ currency }) => currency)),
      bigintArray(lines.map(({ gross }) => gross)),
      bigintArray(lines.map(({ fee }) => fee)),
      timeArray(lines.map(({ occurred_at }) => occurred_at)),
      uuidArray(lines.map(({ told_payment_id }) => told_payment_id)),
      textArray(lines.map(({ charge_reference }) => charge_reference)),
      textArray(lines.map(({ refund_reference }) => refund_reference)),
      textArray(lines.map(({ settlement_reference }) => settlement_reference)),
      booleanArray(lines.map(({ matched }) => matched)),
      uuidArray(lines.map(({ payment_id }) => payment_id)),
      uuidArray(lines.map(({ refund_id }) => refund_id)),
      now,
    ],
  })
  const written = new Set(rows.map(({ id }) => id))
  return lines.filter(({ id }) => written.has(id))
}

/** Locks up to `limit` lines that may be matched yet: of what may have been booked by us since they were read, from `since` on. */
export async function lockUnmatched(
  connection: Queryable,
  { environment_id, processor }: Pick<LineRow, 'environment_id' | 'processor'>,
  since: Id,
  limit: number,
): Promise<LineRow[]> {
  const { rows } = await connection.query<LineRow>({
    ...lockUnmatchedSql,
    values: [environment_id, processor, since, limit],
  })
  return rows
}

/** Notes what locked lines are about. Throws where one has been matched meanwhile. */
export async function updateMatched(connection: Queryable, lines: readonly LineRow[], now: Date): Promise<void> {
  const { rowCount } = await connection.query({
    ...matchedLinesSql,
    values: [
      integerArray(lines.map(({ environment_id }) => environment_id)),
      textArray(lines.map(({ processor }) => processor)),
      textArray(lines.map(({ reference }) => reference)),
      integerArray(lines.map(({ bucket }) => bucket)),
      uuidArray(lines.map(({ payment_id }) => payment_id)),
      uuidArray(lines.map(({ refund_id }) => refund_id)),
      now,
    ],
  })
  assert(rowCount === lines.length, 'no line is matched twice')
}
