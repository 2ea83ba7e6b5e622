import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { openPool, type Pool, servingLimits } from '../../src/database/pool.ts'
import { transaction } from '../../src/database/transaction.ts'
import { setUseLimit } from '../../src/database/use-limit.ts'
import { type TestDatabase, testDatabase } from '../support/database.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await testDatabase()
})
afterAll(() => database.drop())

/** A pool whose connections may be in use for half a second, without limits of PostgreSQL's own. */
function limitedPool(): Pool {
  const limits = { ...servingLimits, use_ms: 500, statement_ms: 60_000, idle_in_transaction_ms: 60_000 }
  const pool = openPool({ connectionString: database.url }, 4, () => {}, limits)
  onTestFinished(() => pool.end())
  return pool
}

const backend = async (pool: Pool) =>
  (await pool.query<{ pid: number }>('select pg_backend_pid() as pid')).rows[0]?.pid as number
const timeOf = async (work: Promise<unknown>) => {
  const began = performance.now()
  await work
  return performance.now() - began
}

test('a statement that is not answered in time fails, in a transaction or not, and the pool goes on', async () => {
  const pool = limitedPool()
  for (const slow of [
    () => pool.query('select pg_sleep(20)'),
    () => transaction(pool, (connection) => connection.query('select pg_sleep(20)')),
    () => transaction(pool, async () => delay(2_000)),
  ]) {
    const took = await timeOf(expect(slow()).rejects.toThrow(/did not answer in time|not queryable/))
    expect(took).toBeLessThan(4_000)
    expect(await backend(pool)).toBeGreaterThan(0)
  }
})

test('connections that were idle when one fell silent are given up with it, and later ones are kept', async () => {
  const pool = limitedPool()
  const held = await Promise.all([pool.connect(), pool.connect()])
  for (const connection of held) connection.release()
  // The newest idle one is taken, so the other stays idle all the while.
  const slow = expect(pool.query('select pg_sleep(20)')).rejects.toThrow()
  const [idle] = held
  const ended = new Promise((resolve) => idle.once('end', resolve))
  await slow
  await ended
  expect(pool.idleCount).toBe(0)
})

test('work that may take longer says so', async () => {
  const pool = limitedPool()
  await transaction(pool, (connection) => connection.query('select pg_sleep(1.2)'), { limit_ms: 20_000 })
  const connection = await pool.connect()
  setUseLimit(connection, Number.POSITIVE_INFINITY)
  await connection.query('select pg_sleep(1.2)')
  connection.release()
  // The limit was that use's alone.
  await expect(pool.query('select pg_sleep(20)')).rejects.toThrow()
})

test('a transaction of a limited size is ended by PostgreSQL, and its connection is kept', async () => {
  const pool = openPool({ connectionString: database.url }, 1, () => {}, servingLimits)
  onTestFinished(() => pool.end())
  const pid = await backend(pool)
  const limited = transaction(pool, (connection) => connection.query('select pg_sleep(20)'), { limit_ms: 300 })
  await expect(limited).rejects.toMatchObject({ code: '57014' })
  const holder = await database.owner.connect()
  await holder.query('begin; lock table merchant')
  const waiting = transaction(pool, (connection) => connection.query('select from merchant'), { lock_wait_ms: 100 })
  await expect(waiting).rejects.toMatchObject({ code: '55P03' })
  await holder.query('rollback')
  holder.release()
  expect(await backend(pool)).toBe(pid)
  const { rows } = await pool.query("select current_setting('statement_timeout') as statement")
  expect(rows).toEqual([{ statement: '4s' }])
})
