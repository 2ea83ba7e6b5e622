import { readFileSync } from 'node:fs'
import type { Pool, Queryable } from '../../src/database/pool.ts'

const statement = (name: string) => readFileSync(new URL(`${name}.sql`, import.meta.url), 'utf8')

/** What every account owes at first, in minor units: more than any run can pay. */
export const openingBalance = 500_000_000_000_000n

/** Accounts to make, numbered `from` to `to` in their references. */
export type NewAccounts = { environment_id: number; from: number; to: number; start: Date }

/** Makes accounts set-wise, as the owner of the tables: about 20,000 a second. */
export async function generateAccounts(owner: Pool, { environment_id, from, to, start }: NewAccounts): Promise<void> {
  await makePartitions(owner, start)
  await atLeisure(owner, (connection) =>
    connection.query(statement('accounts'), [environment_id, from, to, start.getTime(), openingBalance]),
  )
}

/** A month of payments, one on each account of the environment. */
export type NewPayments = { environment_id: number; start: Date; duration_ms: number; now: Date }

/** Makes one payment on every account, set-wise, with all the rows that the server would have written and delivered. */
export async function generatePayments(owner: Pool, payments: NewPayments): Promise<void> {
  const { environment_id, start, duration_ms, now } = payments
  await makePartitions(owner, start)
  await atLeisure(owner, (connection) =>
    connection.query(statement('payments'), [environment_id, start.getTime(), duration_ms, now.getTime()]),
  )
}

/** Not in the transaction that fills them: it would lock the tables as a whole, and a server's dispatcher out, for minutes. */
async function makePartitions(owner: Pool, start: Date): Promise<void> {
  await owner.query('select ensure_partitions($1, 2)', [start])
}

/** Brings statistics and visibility up to date, as a server that has run for months has them. */
export async function settleTables(owner: Pool): Promise<void> {
  await atLeisure(owner, (connection) => connection.query('vacuum (analyze)'), false)
}

// A pool forbids walks over tables and joins by hashing; here both are right.
const settings = `
  set statement_timeout = 0; set work_mem = '256MB'; set max_parallel_workers_per_gather = 0; set enable_seqscan = on;
  set enable_hashjoin = on; set enable_mergejoin = on; set enable_material = on`

/** Gives work that makes many rows a connection for as long as it takes, with the functions that make ids. */
export async function atLeisure(
  owner: Pool,
  work: (connection: Queryable) => Promise<unknown>,
  inTransaction = true,
): Promise<void> {
  const connection = await owner.connect()
  try {
    await connection.query(settings)
    await connection.query(statement('functions'))
    if (inTransaction) await connection.query('begin')
    await work(connection)
    if (inTransaction) await connection.query('commit')
  } finally {
    // Its settings and functions end with it.
    connection.release(true)
  }
}
