import { readFileSync } from 'node:fs'
import type { Pool, Queryable } from '../../src/database/pool.ts'

const statement = (name: string) => readFileSync(new URL(`${name}.sql`, import.meta.url), 'utf8')

/** What every account owes at first, in minor units: more than a run can ever pay. */
export const openingBalance = 500_000_000_000_000n

/** Accounts to make, numbered `from` to `to` in their references. */
export type NewAccounts = { environment_id: number; from: number; to: number; start: Date }

/** Makes accounts with one statement, as the owner of the tables: about 20,000 a second. */
export async function generateAccounts(owner: Pool, { environment_id, from, to, start }: NewAccounts): Promise<void> {
  await makePartitions(owner, start)
  await withoutTimeout(owner, (connection) =>
    connection.query(statement('accounts'), [environment_id, from, to, start.getTime(), openingBalance]),
  )
}

/** A month of payments, one on each account of the environment. */
export type NewPayments = { environment_id: number; start: Date; duration_ms: number; now: Date }

/** Makes one payment on every account with one statement, with all the rows that the server writes for a payment. */
export async function generatePayments(owner: Pool, payments: NewPayments): Promise<void> {
  const { environment_id, start, duration_ms, now } = payments
  await makePartitions(owner, start)
  await withoutTimeout(owner, (connection) =>
    connection.query(statement('payments'), [environment_id, start.getTime(), duration_ms, now.getTime()]),
  )
}

/** Deliveries that an endpoint has not got: of so many events, made over some time until now. */
export type NewBacklog = {
  environment_id: number
  endpoint_id: string
  count: number
  duration_ms: number
  /** Over how many seconds from now they are due; undefined when they wait for an endpoint that is paused. */
  due_within_s: number | undefined
}

/** Makes the backlog of an endpoint with one statement. */
export async function generateBacklog(owner: Pool, backlog: NewBacklog): Promise<void> {
  const { environment_id, endpoint_id, count, duration_ms, due_within_s } = backlog
  const start = Date.now() - duration_ms
  await makePartitions(owner, new Date(start))
  await withoutTimeout(owner, (connection) =>
    connection.query(statement('backlog'), [
      environment_id,
      endpoint_id,
      count,
      start,
      duration_ms,
      due_within_s ?? null,
    ]),
  )
}

/** Names the customers and accounts of an environment, and makes bills. The books are not right then. */
export async function nameAccounts(owner: Pool, environmentId: number): Promise<void> {
  await withoutTimeout(owner, (connection) => connection.query(statement('named'), [environmentId]))
}

/** In a transaction of its own: within the one that fills them it would lock the tables, and a dispatcher out, for minutes. */
async function makePartitions(owner: Pool, start: Date): Promise<void> {
  await owner.query('select make_partitions($1, 2)', [start])
}

/** Runs `vacuum (analyze)`, so that statistics and visibility maps are as on a server that has run for months. */
export async function vacuumTables(owner: Pool): Promise<void> {
  await withoutTimeout(owner, (connection) => connection.query('vacuum (analyze)'), false)
}

// The pool's settings forbid sequential scans and hash joins; for statements about all rows both are right.
const settings = `
  set statement_timeout = 0; set work_mem = '256MB'; set max_parallel_workers_per_gather = 0; set enable_seqscan = on;
  set enable_hashjoin = on; set enable_mergejoin = on; set enable_material = on`

/** Runs work that makes many rows on a connection without a statement timeout, with the functions that make ids. */
export async function withoutTimeout(
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
    // Closed, so that its settings and temporary functions do not stay in the pool.
    connection.release(true)
  }
}
