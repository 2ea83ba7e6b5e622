import type { Queryable } from '../database/pool.ts'
import { DistributionError } from './refuse.ts'

/**
 * Throws DistributionError where tables are spread over machines, or have begun to be. Most of what a server does there would be refused,
 * but not all: what it deletes for its age it finds by the place on the disk, and rows of other shards have the same place.
 */
export async function refuseDistributed(database: Queryable): Promise<void> {
  const known = await database.query<{ is_there: boolean }>({
    name: 'find-citus-tables',
    text: "select to_regclass('pg_dist_partition') is not null as is_there",
  })
  if (!known.rows[0]?.is_there) return
  const { rows } = await database.query({
    name: 'find-spread-tables',
    text: `select 1 from pg_dist_partition join pg_class on pg_class.oid = logicalrelid
      where relnamespace = 'public'::regnamespace limit 1`,
  })
  if (rows.length === 0) return
  throw new DistributionError(
    'The tables of this database are spread over machines by Citus, and this version cannot serve that: see docs/guides/scale-out.md.',
  )
}
