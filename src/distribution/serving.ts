import type { Pool, Queryable } from '../database/pool.ts'
import { loadSql } from '../database/sql.ts'
import { CitusMap, type WayToMachines } from './citus-map.ts'
import { onCoordinator } from './classify.ts'
import { DistributionError } from './refuse.ts'
import { keyNotes } from './snapshot.ts'

const countPlacesSql = loadSql(import.meta.url, './sql/count-places.sql')

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
    ...countPlacesSql,
    values: [onCoordinator],
  })
  return rows[0] ?? { placed: 0, unplaced: 0 }
}

function halfDone(): DistributionError {
  return new DistributionError(
    'Some tables of this database are spread over machines and others not yet: run tallystick distribute as the role that migrates, with every server stopped.',
  )
}
