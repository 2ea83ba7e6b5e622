import type { PoolClient, QueryResultRow } from 'pg'
import type { Pool } from './pool.ts'
import type { Statement } from './sql.ts'
import { setUseLimit } from './use-limit.ts'

/** How much is read at once, how long PostgreSQL may work on that, and how long all of it may take. */
export type CursorLimits = { page_rows: number; statement_ms: number; whole_ms: number }

const begin = { name: 'begin-read-only', text: 'begin read only' }
const setLimits = {
  name: 'limit-cursor',
  text: "select set_config('statement_timeout', $1, true), set_config('idle_in_transaction_session_timeout', $2, true)",
}
const commit = { name: 'commit-read-only', text: 'commit' }
const rollback = { name: 'rollback-read-only', text: 'rollback' }

/**
 * The rows of one statement in pages, each read when it is asked for, so that they are never all in memory. They are one snapshot,
 * whatever is written meanwhile. A connection is held until the last page or the end of the loop: whoever reads for somebody slow
 * limits how many do at once.
 */
export async function* readByCursor<Row extends QueryResultRow>(
  pool: Pool,
  statement: Statement & { values: unknown[] },
  { page_rows, statement_ms, whole_ms }: CursorLimits,
): AsyncGenerator<Row[]> {
  const client = await pool.connect()
  setUseLimit(client, whole_ms)
  let broken: Error | undefined
  let ended = false
  try {
    await client.query(begin)
    await client.query({ ...setLimits, values: [`${statement_ms}ms`, `${whole_ms}ms`] })
    await client.query({
      name: `${statement.name}-cursor`,
      text: `declare page no scroll cursor for ${statement.text}`,
      values: statement.values,
    })
    const fetch = { name: `fetch-${page_rows}`, text: `fetch ${page_rows} from page` }
    for (let count = page_rows; count === page_rows; ) {
      const { rows } = await client.query<Row>(fetch)
      count = rows.length
      yield rows
    }
    await client.query(commit)
    ended = true
  } finally {
    if (!ended) broken = await endedBy(client)
    client.release(broken)
  }
}

/** Ends a transaction that was given up; the failure, where the connection is of no use any more. */
async function endedBy(client: PoolClient): Promise<Error | undefined> {
  try {
    await client.query(rollback)
    return undefined
  } catch (error) {
    return error as Error
  }
}
