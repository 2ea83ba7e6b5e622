import type { PoolClient } from 'pg'
import { ConfigError } from '../config.ts'
import { type Pool, planSettings, servingLimits } from './pool.ts'

const guide = 'docs/guides/high-availability.md#pgbouncer'

/** What PostgreSQL is told with each connection, and what a pooler in front of it does not pass on. */
const expected: readonly (readonly [name: string, value: string])[] = [
  ['statement_timeout', `${servingLimits.statement_ms}ms`],
  ['lock_timeout', `${servingLimits.lock_ms}ms`],
  ['idle_in_transaction_session_timeout', `${servingLimits.idle_in_transaction_ms}ms`],
  ...planSettings.map((name) => [name, 'off'] as const),
]

const readSettings = `select name, setting || coalesce(unit, '') as value, pg_backend_pid() as pid from pg_settings
  where name = any ($1::text[])`

/** Whether this connection ends at a pooler: PostgreSQL names another process than the one that the connection was given. */
export function isPooled(client: Pick<PoolClient, 'query'>, pid: number): boolean {
  return (client as unknown as { processID: number | null }).processID !== pid
}

/**
 * Looks whether there is a pooler between this process and PostgreSQL, in which a connection of PostgreSQL serves one transaction after
 * the other. Throws ConfigError, with what to do, when the settings that the server needs do not come through it. Where prepared
 * statements do not, they get no names from now on. Returns a warning then.
 */
export async function checkPooler(pool: Pool): Promise<string | undefined> {
  const client = await connect(pool)
  try {
    const names = expected.map(([name]) => name)
    const { rows } = await client.query<{ name: string; value: string; pid: number }>(readSettings, [names])
    if (!isPooled(client, rows[0]?.pid ?? 0)) return undefined
    const found = new Map(rows.map(({ name, value }) => [name, value]))
    const missing = expected.filter(([name, value]) => found.get(name) !== value)
    if (missing.length > 0) throw new ConfigError(whatIsMissing(missing))
    if (await namesSurvive(client)) return undefined
    Object.assign(pool.options, { named_statements: false })
    return 'the pooler in DATABASE_URL does not keep prepared statements, so each statement is planned anew: use PgBouncer 1.21 or newer with max_prepared_statements'
  } finally {
    // Closed: what comes after it is told how statements are named.
    client.release(true)
  }
}

async function connect(pool: Pool): Promise<PoolClient> {
  try {
    return await pool.connect()
  } catch (error) {
    const { message } = error as Error
    if (!/unsupported startup parameter/i.test(message)) throw error
    throw new ConfigError(
      `The pooler in DATABASE_URL refuses what the server tells PostgreSQL (${message}): set ignore_startup_parameters = statement_timeout, lock_timeout, idle_in_transaction_session_timeout, options in pgbouncer.ini (${guide}).`,
    )
  }
}

function whatIsMissing(missing: typeof expected): string {
  const statements = missing.map(([name, value]) => `alter role ROLE set ${name} = '${value}';`)
  return `The pooler in DATABASE_URL does not pass on the settings that the server needs, so give them to its role, and reconnect the pooler: ${statements.join(' ')} (${guide})`
}

// A pooler that keeps prepared statements gives them names of its own.
const probe = {
  name: 'probe-names',
  text: "select name from pg_prepared_statements where statement like '%probe of names%'",
}

async function namesSurvive(client: PoolClient): Promise<boolean> {
  try {
    const { rows } = await client.query<{ name: string }>(probe)
    return !rows.some(({ name }) => name.startsWith(probe.name))
  } catch (error) {
    // Another client has prepared a statement of this name on the same connection of the pooler.
    if ((error as { code?: string }).code === duplicatePrepared) return false
    throw error
  }
}

const duplicatePrepared = '42P05'
