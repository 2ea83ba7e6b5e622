import { bucketOf, type Id } from '../../../core/id/id.ts'
import { findResponsesById } from '../../../database/idempotency.ts'
import { poolOf, type ShardMap } from '../../../database/shard-map.ts'
import { loadSql } from '../../../database/sql.ts'
import { awaitStandby } from '../../../database/transaction.ts'
import { findThere } from '../claims.ts'
import type { RenderedText } from '../command.ts'

const findReversedSql = loadSql(import.meta.url, './sql/find-reversed.sql')

/** The response that a reserved key stands for, if it is there. */
export async function findResponse(
  shards: ShardMap,
  environment_id: number,
  id: Id,
): Promise<RenderedText | undefined> {
  const pool = poolOf(shards, bucketOf(id))
  const response = (await findResponsesById(pool, [environment_id], [id])).get(id)
  if (response) await awaitStandby(pool)
  return response
}

/** Whether a payment was applied. */
export async function isThere(shards: ShardMap, environment_id: number, payment: Id): Promise<boolean> {
  return (await findThere(poolOf(shards, bucketOf(payment)), [environment_id], [payment])).size > 0
}

/** Whether all money of a payment was taken back, so that another may take its place. It is never undone, so this needs no lock. */
export async function isWhollyReversed(shards: ShardMap, environment_id: number, payment: Id): Promise<boolean> {
  const values = [environment_id, payment, bucketOf(payment)]
  const { rows } = await poolOf(shards, bucketOf(payment)).query({ ...findReversedSql, values })
  return rows.length > 0
}
