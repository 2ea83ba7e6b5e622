import pg from 'pg'
import type { ConnectionSettings } from '../bundled/index.ts'
import { loadSql } from '../sql.ts'

const checkHeaps = loadSql(import.meta.url, './sql/check-heaps.sql')

/** What was looked at in one database, and what is wrong with it. */
export type PageCheck = { indexes: number; tables: number; faults: string[] }

/**
 * Reads every page of a database with PostgreSQL's amcheck: each row, and each B-tree, which must have an entry for each row. It creates
 * the extension, so it is for a copy. Undefined when this PostgreSQL does not bring amcheck.
 */
export async function checkPages(connection: ConnectionSettings): Promise<PageCheck | undefined> {
  const client = new pg.Client(connection)
  client.on('error', () => {})
  await client.connect()
  try {
    const available = await client.query("select 1 from pg_available_extensions where name = 'amcheck'")
    if (available.rowCount === 0) return undefined
    await client.query('create extension if not exists amcheck')
    const heaps = await client.query<{ relation: string; fault: string }>(checkHeaps.text)
    const faults = heaps.rows.map(({ relation, fault }) => `${relation}: ${fault}`)
    const { rows } = await client.query<{ index: string }>(
      `select c.oid::regclass::text as index from pg_class as c join pg_am as a on a.oid = c.relam
       join pg_index as i on i.indexrelid = c.oid
       where a.amname = 'btree' and c.relkind = 'i' and c.relpersistence = 'p' and i.indisready and i.indisvalid`,
    )
    // One by one: the function raises an error for what it finds.
    for (const { index } of rows) {
      await client
        .query('select bt_index_check($1::regclass, heapallindexed => true)', [index])
        .catch((error: Error) => {
          faults.push(`${index}: ${error.message}`)
        })
    }
    const tables = await client.query<{ count: number }>(
      "select count(*)::int as count from pg_class where relkind in ('r', 't', 'm') and relpersistence = 'p'",
    )
    return { indexes: rows.length, tables: tables.rows[0]?.count ?? 0, faults }
  } finally {
    await client.end()
  }
}
