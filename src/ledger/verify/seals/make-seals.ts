import { hash } from 'node:crypto'
import { firstIdAt, type Id, timeOf } from '../../../core/id/id.ts'
import { bigintArray, bytesArray } from '../../../database/arrays.ts'
import type { Pool, Queryable } from '../../../database/pool.ts'
import { loadSql } from '../../../database/sql.ts'
import { transaction } from '../../../database/transaction.ts'
import { macOf } from './chain.ts'
import { digestSealed } from './sealed-tables.ts'

/** The last seal of a chain: its number, 0 where there is none, and where the next one begins. */
export type ChainEnd = { number: bigint; below: Id }

const findEndSql = loadSql(import.meta.url, '../sql/find-seal-end.sql')
const findMacSql = loadSql(import.meta.url, '../sql/find-seal-mac.sql')
const insertSealSql = loadSql(import.meta.url, '../sql/insert-seal.sql')

// A seal takes some tens of megabytes of memory while it is made or compared, and is read again as one.
const rowsMax = 20_000

/**
 * Seals everything behind the end of the chain and below an id, as a snapshot has it, in seals of a size that is read at once. Nothing may be
 * written there any more. Returns the end of the chain then.
 */
export async function sealUpTo(
  { pool, snapshot, key, now }: { pool: Pool; snapshot: Queryable; key: Buffer; now: Date },
  end: ChainEnd,
  to: Id,
): Promise<ChainEnd> {
  let { number, below } = end
  const last = firstIdAt(timeOf(to))
  while (below < last) {
    const from_id = below
    const { rows } = await snapshot.query<{ below: Id }>({ ...findEndSql, values: [from_id, last, rowsMax] })
    below = endOf(from_id, rows[0]?.below ?? last)
    number += 1n
    await makeSeal(pool, snapshot, { number, from_id, below }, key, now)
  }
  return { number, below }
}

/** What is written together has ids of one millisecond, which no seal parts. */
function endOf(from: Id, id: Id): Id {
  const end = firstIdAt(timeOf(id))
  return end > from ? end : firstIdAt(timeOf(id) + 1)
}

type Digested = { sealed_table: string; row_count: bigint; digest: Buffer; prints: Buffer }

async function makeSeal(
  pool: Pool,
  snapshot: Queryable,
  range: ChainEnd & { from_id: Id },
  key: Buffer,
  now: Date,
): Promise<void> {
  const { rows } = await snapshot.query<Digested>(digestSealed, [range.from_id, range.below])
  const parts = rows.map(({ prints, ...part }) => ({ ...part, prints_digest: hash('sha256', prints, 'buffer') }))
  await transaction(pool, async (connection) => {
    const { rows: before } = await connection.query<{ mac: Buffer }>({ ...findMacSql, values: [range.number - 1n] })
    const mac = macOf(key, { ...range, parts }, before[0]?.mac ?? Buffer.alloc(0))
    const tables = rows.map(({ sealed_table }) => sealed_table)
    await connection.query({
      ...insertSealSql,
      values: [
        range.number,
        range.from_id,
        range.below,
        mac,
        now,
        tables,
        bigintArray(rows.map(({ row_count }) => row_count)),
        bytesArray(rows.map(({ digest }) => digest)),
        bytesArray(rows.map(({ prints }) => prints)),
      ],
    })
  })
}
