import { bucketOfReference } from '../../core/bucket.ts'
import { bucketOf, type Id, newId } from '../../core/id/id.ts'
import type { Queryable } from '../../database/pool.ts'
import { loadSql } from '../../database/sql.ts'
import type { SettlementStatus, ToldSettlement } from './told.ts'

/** A settlement: what a processor paid, or is to pay, to the bank of the merchant. */
export type SettlementRow = {
  id: Id
  bucket: number
  environment_id: number
  processor: string
  reference: string
  status: SettlementStatus
  currency: string
  amount: bigint
  arrives_at: Date
  made_at: Date
  /** Whether the processor tells what it is made of, and whether all of that has been read. */
  lines: 'none' | 'waiting' | 'reading' | 'read'
  /** Where the next page of lines begins. */
  lines_cursor: string | null
  /** What has been read: how many lines, and their sums. */
  line_count: number
  line_gross: bigint
  line_fee: bigint
  version: bigint
  created_at: Date
  updated_at: Date
}

/** Whose settlements are meant. */
export type SettlementOwner = { environment_id: number; processor: string }

const insertSettlementSql = loadSql(import.meta.url, '../sql/insert-settlement.sql')
const lockSettlementSql = loadSql(import.meta.url, '../sql/lock-settlement.sql')
const findSettlementSql = loadSql(import.meta.url, '../sql/find-settlement.sql')
const updateSettlementSql = loadSql(import.meta.url, '../sql/update-settlement.sql')

/** Writes a settlement that is seen for the first time, and how far its lines are read; undefined when it is known. */
export async function insertSettlement(
  connection: Queryable,
  { environment_id, processor }: SettlementOwner,
  told: ToldSettlement,
  lines: SettlementRow['lines'],
  now: Date,
): Promise<SettlementRow | undefined> {
  const bucket = bucketOfReference(processor, told.reference)
  const { rows } = await connection.query<SettlementRow>({
    ...insertSettlementSql,
    values: [
      newId(bucket, now.getTime()),
      bucket,
      environment_id,
      processor,
      told.reference,
      told.status,
      told.currency,
      told.amount,
      told.arrives_at,
      told.made_at,
      lines,
      now,
    ],
  })
  return rows[0]
}

/** Locks the settlement of a reference. */
export async function lockSettlement(
  connection: Queryable,
  { environment_id, processor }: SettlementOwner,
  reference: string,
): Promise<SettlementRow | undefined> {
  const { rows } = await connection.query<SettlementRow>({
    ...lockSettlementSql,
    values: [environment_id, processor, reference, bucketOfReference(processor, reference)],
  })
  return rows[0]
}

/** Writes what has become of a locked settlement. */
export async function updateSettlement(connection: Queryable, row: SettlementRow): Promise<void> {
  await connection.query({
    ...updateSettlementSql,
    values: [
      row.environment_id,
      row.id,
      row.bucket,
      row.status,
      row.arrives_at,
      row.lines,
      row.lines_cursor,
      row.line_count,
      row.line_gross,
      row.line_fee,
      row.version,
      row.updated_at,
    ],
  })
}

/** Finds a settlement by its id. */
export async function findSettlement(
  database: Queryable,
  environmentId: number,
  id: Id,
): Promise<SettlementRow | undefined> {
  const { rows } = await database.query<SettlementRow>({
    ...findSettlementSql,
    values: [environmentId, id, bucketOf(id)],
  })
  return rows[0]
}
