import { openPool, type Pool } from '../src/database/pool.ts'
import { verifyIncrementally } from '../src/ledger/verify/incremental.ts'
import { formatResult, verifyBooks } from '../src/ledger/verify/verify.ts'
import { generateAccounts, generatePayments, vacuumTables } from './generate/generate.ts'
import { makeMerchant } from './merchants.ts'
import type { Options } from './options.ts'
import type { Database, Postgres } from './postgres.ts'
import { spread } from './statistics.ts'

/** The accounts of the one merchant; the hundred merchants have as many together. */
export const spreadAccounts = 20_000
const merchantsOfSpread = 100
const dayMs = 86_400_000

/**
 * Makes the database that most workloads get a copy of: one merchant with all accounts, whose key it returns, and a hundred that
 * share as many.
 */
export async function makeTemplate(
  postgres: Postgres,
  endpointUrl: string,
  name = 'bench_template',
): Promise<{ database: Database; key: string }> {
  const database = await postgres.createDatabase(name)
  return withPools(database, async (server, owner) => {
    const start = new Date(Date.now() - 30 * dayMs)
    const single = await makeMerchant(server, 'single', endpointUrl)
    await generateAccounts(owner, { environment_id: single.environment.id, from: 1, to: spreadAccounts, start })
    for (let count = 0; count < merchantsOfSpread; count++) {
      const { environment } = await makeMerchant(server, `spread-${count}`, endpointUrl)
      const to = spreadAccounts / merchantsOfSpread
      await generateAccounts(owner, { environment_id: environment.id, from: 1, to, start })
    }
    await vacuumTables(owner)
    return { database, key: single.key }
  })
}

/** The database of P13 with its size, and what `verify` found in it for P12. */
export type History = {
  database: Database
  bytes: number
  payments: number
  verify: Verification
  incremental: Verification
}

/** What `verify` found in a database, and how long it took. */
export type Verification = { seconds: number; payments: number; broken: string[] }

/** P12 verifies this many payments, and so many more by an incremental run. */
const verifiedPayments = 1_000_000
const freshPayments = 10_000

/**
 * Makes a database in which every account has paid once a month for some months, until now. `verify` is timed as soon as it has a
 * million payments.
 */
export async function makeHistory(
  postgres: Postgres,
  endpointUrl: string,
  { accounts, payments }: Options['history'],
  say: (line: string) => void,
): Promise<History> {
  const database = await postgres.createDatabase('bench_history')
  const months = Math.ceil(payments / accounts)
  const monthMs = 30 * dayMs
  return withPools(database, async (server, owner) => {
    const now = new Date()
    const from = now.getTime() - months * monthMs
    const { environment } = await makeMerchant(server, 'single', endpointUrl)
    // Earlier than the events, so that the endpoint is due to receive all of them.
    await owner.query('update webhook_endpoint set updated_at = $1', [new Date(from - dayMs)])
    await generateAccounts(owner, {
      environment_id: environment.id,
      from: 1,
      to: accounts,
      start: new Date(from - dayMs),
    })
    const fresh = await makeMerchant(server, 'fresh', endpointUrl)
    const freshId = fresh.environment.id
    await generateAccounts(owner, {
      environment_id: freshId,
      from: 1,
      to: freshPayments,
      start: new Date(from - dayMs),
    })
    let verification: Verification | undefined
    let incremental: Verification | undefined
    for (let month = 0; month < months; month++) {
      const start = new Date(from + month * monthMs)
      await generatePayments(owner, { environment_id: environment.id, start, duration_ms: monthMs, now })
      say(`history: ${accounts * (month + 1)} payments on ${accounts} accounts`)
      if (verification || (accounts * (month + 1) < verifiedPayments && month + 1 < months)) continue
      await vacuumTables(owner)
      await writeOut(postgres)
      verification = await verify(server, say)
      await sealAll(server, say)
      await generatePayments(owner, { environment_id: freshId, start: now, duration_ms: 60_000, now })
      incremental = await verifyFresh(server, say)
    }
    await vacuumTables(owner)
    await writeOut(postgres)
    const size = await sizeOf(postgres, database.name)
    return {
      database,
      bytes: size,
      payments: accounts * months,
      verify: verification as Verification,
      incremental: incremental as Verification,
    }
  })
}

/**
 * Runs a checkpoint, so that writing the new rows to the disk is not part of what is timed next; a real database has written them
 * long before they are read again. Does nothing if the role may not run a checkpoint.
 */
async function writeOut(postgres: Postgres): Promise<void> {
  const connection = await postgres.admin.connect()
  try {
    const { rows } = await connection.query<{ may: boolean }>("select pg_has_role('pg_checkpoint', 'usage') as may")
    await connection.query('set statement_timeout = 0')
    if (rows[0]?.may) await connection.query('checkpoint')
  } finally {
    connection.release(true)
  }
}

/** Runs `verify` and prints the checks that fail. */
export async function verify(pool: Pool, say: (line: string) => void): Promise<Verification> {
  const { rows } = await pool.query<{ count: bigint }>('select count(*) as count from payment')
  const started = performance.now()
  const results = await verifyBooks(pool)
  const seconds = (performance.now() - started) / 1000
  const broken = results.filter(({ violations }) => violations > 0n).map(formatResult)
  const payments = Number(rows[0]?.count)
  say(`verify: ${payments} payments in ${seconds.toFixed(1)} s, ${broken.length === 0 ? 'clean' : broken.join('\n')}`)
  return { seconds, payments, broken }
}

const sealKey = Buffer.from('the key of the bench')

/** Seals everything that is old enough, as a server has done long before. */
async function sealAll(pool: Pool, say: (line: string) => void): Promise<void> {
  const started = performance.now()
  let sealed = 0n
  while (sealed === 0n) {
    const run = await verifyIncrementally({ pool, now: new Date(), key: sealKey })
    sealed = run?.sealed.number ?? 0n
  }
  say(`sealed by ${sealed} seals in ${((performance.now() - started) / 1000).toFixed(1)} s, everything checked before`)
}

/** Times incremental runs, and gives the median of five: each but the first reads what the one before has read. */
async function verifyFresh(pool: Pool, say: (line: string) => void): Promise<Verification> {
  const times: number[] = []
  let broken: string[] = []
  for (let count = 0; count < 5; count++) {
    const started = performance.now()
    const run = await verifyIncrementally({ pool, now: new Date(), key: sealKey })
    times.push((performance.now() - started) / 1000)
    broken = (run?.results ?? []).filter(({ violations }) => violations > 0n).map(formatResult)
    if (run?.since === undefined) broken.push('it was not incremental')
    if (count === 0) for (const result of run?.results ?? []) say(formatResult(result))
  }
  say(
    `incremental: ${times.map((time) => time.toFixed(2)).join(', ')} s, ${broken.length === 0 ? 'clean' : broken.join('\n')}`,
  )
  return { seconds: spread(times).median, payments: freshPayments, broken }
}

/** Opens pools for a database's two roles, runs the work with them and closes them. */
export async function withPools<T>(
  { server, owner }: Database,
  work: (server: Pool, owner: Pool) => Promise<T>,
): Promise<T> {
  const pools = [openPool(server, 3, () => {}), openPool(owner, 1, () => {})] as const
  try {
    return await work(...pools)
  } finally {
    await Promise.all(pools.map((pool) => pool.end()))
  }
}

/** The size of a database on the disk, in bytes. */
export async function sizeOf(postgres: Postgres, name: string): Promise<number> {
  const { rows } = await postgres.admin.query<{ size: bigint }>('select pg_database_size($1) as size', [name])
  return Number(rows[0]?.size)
}
