import type { Queryable } from '../database/pool.ts'
import { DistributionError } from './refuse.ts'
import { keyNotes } from './snapshot.ts'

/**
 * Throws DistributionError where tables are spread over machines, or have begun to be. A server sends the forms of statements
 * for one machine. Most would be refused, but not all: what is deleted for its age is found by the place on the disk, and rows of other
 * shards have the same place. Where foreign
 * keys are noted they are missing.
 */
export async function refuseDistributed(database: Queryable): Promise<void> {
  const { rows } = await database.query<{ noted: boolean; citus: boolean }>({
    name: 'find-begun-distribution',
    text: `select to_regclass('${keyNotes}') is not null as noted, to_regclass('pg_dist_partition') is not null as citus`,
  })
  const isBegun = rows[0]?.noted || (rows[0]?.citus && (await hasSpreadTables(database)))
  if (!isBegun) return
  throw new DistributionError(
    'The tables of this database are spread over machines by Citus, or have begun to be, and this version cannot serve that: see docs/guides/scale-out.md.',
  )
}

async function hasSpreadTables(database: Queryable): Promise<boolean> {
  const { rows } = await database.query({
    name: 'find-spread-tables',
    text: `select 1 from pg_dist_partition join pg_class on pg_class.oid = logicalrelid
      where relnamespace = 'public'::regnamespace limit 1`,
  })
  return rows.length > 0
}
