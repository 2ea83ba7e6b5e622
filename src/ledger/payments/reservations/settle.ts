import { bucketOf, type Id } from '../../../core/id/id.ts'
import { isWhole, type Pool } from '../../../database/pool.ts'
import { poolOf, type ShardMap } from '../../../database/shard-map.ts'
import { loadSql } from '../../../database/sql.ts'
import { transaction } from '../../../database/transaction.ts'
import { findThere } from '../claims.ts'
import { type HeldName, releaseName } from './names.ts'

const findKeysSql = loadSql(import.meta.url, './sql/find-unsettled-keys.sql')
const findReferencesSql = loadSql(import.meta.url, './sql/find-unsettled-references.sql')
const settleKeySql = loadSql(import.meta.url, './sql/settle-key.sql')
const settleReferenceSql = loadSql(import.meta.url, './sql/settle-reference.sql')

const stepRows = 500

type UnsettledName = HeldName & { environment_id: number }

/**
 * Looks after names that were reserved ten minutes ago: where the payment or the response is there, the name is settled; where it is not,
 * whoever has reserved it has died on the way, and the name is given up. A node that is down holds up only what lies on it. On one node
 * nothing is ever reserved, and nothing is done.
 */
export async function settleReservations(shards: ShardMap, stopping?: AbortSignal): Promise<void> {
  if (isWhole(shards.nodes)) return
  const failures: unknown[] = []
  for (const pool of shards.nodes) {
    for (const find of [findUnsettledKeys, findUnsettledReferences]) {
      await settleAll(shards, pool, find, stopping).catch((error: unknown) => failures.push(error))
    }
  }
  if (failures.length > 0) throw failures[0]
}

async function settleAll(
  shards: ShardMap,
  pool: Pool,
  find: (pool: Pool) => Promise<UnsettledName[]>,
  stopping?: AbortSignal,
): Promise<void> {
  while (!stopping?.aborted) {
    const names = await find(pool)
    const byNode = Map.groupBy(names, ({ id }) => shards.nodeOf(bucketOf(id)))
    const ended = await Promise.allSettled([...byNode.values()].map((those) => settleThose(shards, pool, those)))
    for (const one of ended) if (one.status === 'rejected') throw one.reason
    if (names.length < stepRows) return
  }
}

/** Settles or gives up names whose effects lie on one node. */
async function settleThose(shards: ShardMap, pool: Pool, names: UnsettledName[]): Promise<void> {
  const [first] = names
  if (!first) return
  const there = await findThere(
    poolOf(shards, bucketOf(first.id)),
    names.map(({ environment_id }) => environment_id),
    names.map(({ id }) => id),
  )
  await transaction(pool, (connection) =>
    Promise.all(
      names.map(async (name) => {
        if (!there.has(name.id)) return releaseName(connection, name)
        const statement = name.kind === 'key' ? settleKeySql : settleReferenceSql
        await connection.query({ ...statement, values: [...name.found_by, name.id] })
      }),
    ),
  )
}

type Row = { environment_id: number; bucket: number; id: Id; holders: number }

async function findUnsettledKeys(pool: Pool): Promise<UnsettledName[]> {
  const { rows } = await pool.query<Row & { key: string }>({ ...findKeysSql, values: [stepRows] })
  return rows.map(({ environment_id, key, bucket, id, holders }) => ({
    kind: 'key',
    environment_id,
    found_by: [environment_id, key, bucket],
    id,
    holders,
  }))
}

async function findUnsettledReferences(pool: Pool): Promise<UnsettledName[]> {
  const { rows } = await pool.query<Row & { channel: string; reference: string }>({
    ...findReferencesSql,
    values: [stepRows],
  })
  return rows.map(({ environment_id, channel, reference, bucket, id, holders }) => ({
    kind: 'reference',
    environment_id,
    found_by: [environment_id, channel, reference, bucket],
    id,
    holders,
  }))
}
