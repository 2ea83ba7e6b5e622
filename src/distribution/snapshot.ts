import type { Queryable } from '../database/pool.ts'
import { loadSql } from '../database/sql.ts'

/** A table of the schema. */
export type TableFacts = {
  name: string
  owned: boolean
  has_bucket: boolean
  /** Whether the owner may truncate it: what is only ever added to, it may not. */
  may_truncate: boolean
  has_local_rows: boolean
  unique_without_bucket: string[]
  /** Its triggers and rules. */
  triggers: string[]
}

/** A foreign key; `definition` makes it again. */
export type ForeignKeyFacts = {
  name: string
  table: string
  references: string
  definition: string
  has_bucket: boolean
}

/** A function of ours. */
export type FunctionFacts = { signature: string; for_public: boolean }

/** A table that Citus has a place for. */
export type PlacedTable = {
  name: string
  place: 'distributed' | 'reference' | 'local'
  column: string | null
  colocation: number
  shards: number
}

/** What Citus says. */
export type CitusFacts = {
  version: string
  /** The nodes that hold shards. */
  workers: number
  tables: PlacedTable[]
  /** The functions that it keeps on every node. */
  functions: string[]
  /** The foreign keys that an earlier run has dropped, and has perhaps not made again. */
  noted_keys: ForeignKeyFacts[] | null
}

/** All that the plan and the refusals go by. `citus` is null where the database has none. */
export type CatalogueSnapshot = {
  server_roles: { role: string; sessions: number }[]
  tables: TableFacts[]
  foreign_keys: ForeignKeyFacts[]
  functions: FunctionFacts[]
  citus: CitusFacts | null
}

/** The table in which dropped foreign keys are noted until they are made again. */
export const keyNotes = 'distribution_foreign_key'

const findTables = loadSql(import.meta.url, './sql/find-tables.sql')
const findForeignKeys = loadSql(import.meta.url, './sql/find-foreign-keys.sql')
const findFunctions = loadSql(import.meta.url, './sql/find-functions.sql')
const findServerRoles = loadSql(import.meta.url, './sql/find-server-roles.sql')
const findPlacedTables = loadSql(import.meta.url, './sql/find-placed-tables.sql')

/** Reads the catalogue of the database, as its owner. Changes nothing. */
export async function readSnapshot(database: Queryable): Promise<CatalogueSnapshot> {
  const tables = await database.query<TableFacts>(findTables)
  const foreignKeys = await database.query<ForeignKeyFacts>(findForeignKeys)
  const functions = await database.query<FunctionFacts>(findFunctions)
  const roles = await database.query<{ role: string; sessions: number }>(findServerRoles)
  return {
    server_roles: roles.rows,
    tables: tables.rows.filter(({ name }) => name !== keyNotes),
    foreign_keys: foreignKeys.rows,
    functions: functions.rows,
    citus: await readCitus(
      database,
      tables.rows.some(({ name }) => name === keyNotes),
    ),
  }
}

async function readCitus(database: Queryable, hasNotes: boolean): Promise<CitusFacts | null> {
  const installed = await database.query<{ is_there: boolean }>({
    name: 'find-citus',
    text: "select to_regprocedure('citus_version()') is not null as is_there",
  })
  if (!installed.rows[0]?.is_there) return null
  const facts = await database.query<{ version: string; workers: number; functions: string[] }>({
    name: 'read-citus',
    text: `select citus_version() as version,
      (select count(*)::integer from pg_dist_node where isactive and shouldhaveshards and noderole = 'primary') as workers,
      array(select objid::regprocedure::text from pg_dist_object where classid = 'pg_proc'::regclass) as functions`,
  })
  const placed = await database.query<PlacedTable>(findPlacedTables)
  const noted = hasNotes
    ? await database.query<ForeignKeyFacts>({
        name: 'read-noted-keys',
        text: `select * from ${keyNotes} order by "table", name`,
      })
    : null
  const { version = '', workers = 0, functions = [] } = facts.rows[0] ?? {}
  return { version, workers, functions, tables: placed.rows, noted_keys: noted?.rows ?? null }
}
