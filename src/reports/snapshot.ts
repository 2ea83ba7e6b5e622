import type { PoolClient, QueryResultRow } from 'pg'
import type { Id } from '../core/id/id.ts'
import type { Pool, Queryable } from '../database/pool.ts'
import { loadSql, type Statement } from '../database/sql.ts'

const readPlaceSql = loadSql(import.meta.url, './sql/read-total-place.sql')

/** A report's statement with its values. */
export type ReportStatement = Statement & { values: unknown[] }

/** The rows of a report, a page at a time. */
export type RowPages<Row> = AsyncGenerator<Row[]>

/** How many rows are in memory at a time. */
export const pageRows = 1_000

/** How far the totals go. */
export async function readTotalPlace(database: Queryable): Promise<Id> {
  const { rows } = await database.query<{ below: Id }>(readPlaceSql)
  const [place] = rows as [{ below: Id }]
  return place.below
}

/**
 * Reads one statement through a cursor, in a snapshot of its own: the place of the totals, which `statementFor` is given, and the rows
 * are of one instant, however slowly they are read.
 */
export async function* readInSnapshot<Row extends QueryResultRow>(
  pool: Pool,
  statementFor: (place: Id) => ReportStatement,
): RowPages<Row> {
  const client = await pool.connect()
  try {
    await client.query({ name: 'begin-report', text: 'begin isolation level repeatable read read only' })
    const { name, text, values } = statementFor(await readTotalPlace(client))
    // Each report has a cursor of its own name, so that what is prepared of it always has the same columns.
    const cursor = name.replaceAll('-', '_')
    await client.query({ name: `open-${name}`, text: `declare ${cursor} no scroll cursor for ${text}`, values })
    for (let more = true; more; ) {
      const { rows } = await client.query<Row>({
        name: `fetch-${name}`,
        text: `fetch forward ${pageRows} from ${cursor}`,
      })
      more = rows.length === pageRows
      yield rows
    }
  } finally {
    await giveBack(client)
  }
}

async function giveBack(client: PoolClient): Promise<void> {
  let broken: Error | undefined
  await client.query({ name: 'end-report', text: 'rollback' }).catch((failure: Error) => {
    broken = failure
  })
  client.release(broken)
}
