import { openPool, type Pool } from '../src/database/pool.ts'
import { formatResult, verifyBooks } from '../src/ledger/verify/verify.ts'
import { generateAccounts, generatePayments, settleTables } from './generate/generate.ts'
import { makeMerchant } from './merchants.ts'
import type { Options } from './options.ts'
import type { Database, Stage } from './postgres.ts'

/** Accounts of the one merchant, and of the hundred together. */
export const spreadAccounts = 20_000
const merchantsOfSpread = 100
const dayMs = 86_400_000

/** The template that most contenders have a copy of: one merchant with all accounts, and a hundred that share as many. */
export async function makeTemplate(stage: Stage, endpointUrl: string): Promise<{ name: string; key: string }> {
  const name = 'bench_template'
  const database = await stage.createDatabase(name)
  return withPools(database, async (server, owner) => {
    const start = new Date(Date.now() - 30 * dayMs)
    const single = await makeMerchant(server, 'single', endpointUrl)
    await generateAccounts(owner, { environment_id: single.environment.id, from: 1, to: spreadAccounts, start })
    for (let count = 0; count < merchantsOfSpread; count++) {
      const { environment } = await makeMerchant(server, `spread-${count}`, endpointUrl)
      const to = spreadAccounts / merchantsOfSpread
      await generateAccounts(owner, { environment_id: environment.id, from: 1, to, start })
    }
    await settleTables(owner)
    return { name, key: single.key }
  })
}

/** What the history of P13 took to make, and what P12 found. */
export type History = { database: Database; bytes: number; payments: number; verify: Verification }

/** What `verify` said of a database. */
export type Verification = { seconds: number; payments: number; broken: string[] }

/** A million payments are what P12 is about. */
const verifiedPayments = 1_000_000

/**
 * Makes a database in which every account has paid once a month for some months, ending now. `verify` is timed once a million
 * payments are in it.
 */
export async function makeHistory(
  stage: Stage,
  endpointUrl: string,
  { accounts, payments }: Options['history'],
  say: (line: string) => void,
): Promise<History> {
  const database = await stage.createDatabase('bench_history')
  const months = Math.ceil(payments / accounts)
  const monthMs = 30 * dayMs
  return withPools(database, async (server, owner) => {
    const now = new Date()
    const from = now.getTime() - months * monthMs
    const { environment } = await makeMerchant(server, 'single', endpointUrl)
    // Before the events, so that each of them is one that the endpoint has to get.
    await owner.query('update webhook_endpoint set updated_at = $1', [new Date(from - dayMs)])
    await generateAccounts(owner, {
      environment_id: environment.id,
      from: 1,
      to: accounts,
      start: new Date(from - dayMs),
    })
    let verification: Verification | undefined
    for (let month = 0; month < months; month++) {
      const start = new Date(from + month * monthMs)
      await generatePayments(owner, { environment_id: environment.id, start, duration_ms: monthMs, now })
      say(`history: ${accounts * (month + 1)} payments on ${accounts} accounts`)
      if (verification || (accounts * (month + 1) < verifiedPayments && month + 1 < months)) continue
      await settleTables(owner)
      await writeOut(stage)
      verification = await verify(server, say)
    }
    await settleTables(owner)
    await writeOut(stage)
    const size = await sizeOf(stage, database.name)
    return { database, bytes: size, payments: accounts * months, verify: verification as Verification }
  })
}

/**
 * Has what making rows left in memory written to the disk, so that writing it is not a part of what is timed next: a database has
 * its rows there long before they are looked at again. A role without the right to it leaves that to the server.
 */
async function writeOut(stage: Stage): Promise<void> {
  const connection = await stage.admin.connect()
  try {
    const { rows } = await connection.query<{ may: boolean }>("select pg_has_role('pg_checkpoint', 'usage') as may")
    await connection.query('set statement_timeout = 0')
    if (rows[0]?.may) await connection.query('checkpoint')
  } finally {
    connection.release(true)
  }
}

/** Runs `verify` and says what does not hold. */
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

/** Gives a database's two pools to some work. */
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

/** The bytes that a database takes on the disk. */
export async function sizeOf(stage: Stage, name: string): Promise<number> {
  const { rows } = await stage.admin.query<{ size: bigint }>('select pg_database_size($1) as size', [name])
  return Number(rows[0]?.size)
}
