import type { Pool, Queryable } from '../database/pool.ts'
import { CitusMap, type WayToMachines } from './citus-map.ts'
import { onCoordinator } from './classify.ts'
import { DistributionError } from './refuse.ts'
import { keyNotes } from './snapshot.ts'

/**
 * Opens the map of the machines where the tables of the pool's database are spread over several; the pool sends the forms of statements
 * for that from then on. Resolves with undefined where everything is on one machine.
 */
export async function openShards(pool: Pool, way: WayToMachines): Promise<CitusMap | undefined> {
  return (await areTablesSpread(pool)) ? CitusMap.open(pool, way) : undefined
}

/**
 * Whether the tables are spread over machines. Throws DistributionError where that is half done: foreign keys may be missing then, and
 * a table that only the coordinator has cannot be reached from the machines.
 */
export async function areTablesSpread(database: Queryable): Promise<boolean> {
  const { rows } = await database.query<{ noted: boolean; citus: boolean }>({
    name: 'find-begun-distribution',
    text: `select to_regclass('${keyNotes}') is not null as noted, to_regclass('pg_dist_partition') is not null as citus`,
  })
  if (rows[0]?.noted) throw halfDone()
  if (!rows[0]?.citus) return false
  const { placed, unplaced } = await countPlaces(database)
  if (placed > 0 && unplaced > 0) throw halfDone()
  return placed > 0
}

async function countPlaces(database: Queryable): Promise<{ placed: number; unplaced: number }> {
  const { rows } = await database.query<{ placed: number; unplaced: number }>({
    name: 'count-placed-tables',
    text: `select count(*) filter (where place.partmethod = 'h')::integer as placed, count(*) filter (
          where case when has_bucket then place.partmethod is distinct from 'h' else place.repmodel is distinct from 't' end
        )::integer as unplaced
      from pg_class as t
      cross join lateral (
        select exists (select 1 from pg_attribute where attrelid = t.oid and attname = 'bucket') as has_bucket) as a
      left join pg_dist_partition as place on place.logicalrelid = t.oid
      where t.relnamespace = 'public'::regnamespace and t.relkind in ('r', 'p') and not t.relispartition
        and t.relname <> all ($1)`,
    values: [onCoordinator],
  })
  return rows[0] ?? { placed: 0, unplaced: 0 }
}

function halfDone(): DistributionError {
  return new DistributionError(
    'Some tables of this database are spread over machines and others not yet: run tallystick distribute as the role that migrates, with every server stopped.',
  )
}
