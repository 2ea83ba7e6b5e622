import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { openPool, type Pool, servingLimits } from '../../src/database/pool.ts'
import { type TestDatabase, testDatabase } from '../support/database.ts'
import { eventually } from '../support/eventually.ts'
import { type TestServer, testServer } from '../support/server.ts'
import { type SilentProxy, silentProxy } from '../support/silent-proxy.ts'
import { expectExactlyOnce, expectKindAnswers, makePayer, startTraffic, watchReadiness } from './traffic.ts'

// A failover without a word, or a firewall that forgets: what was connected is never heard of again, and stays open.
let proxy: SilentProxy
let database: TestDatabase
let pool: Pool
let server: TestServer
beforeAll(async () => {
  proxy = await silentProxy()
  database = await testDatabase()
  const { password } = inject('postgres')
  const address = { host: '127.0.0.1', port: proxy.port, user: 'tallystick_server', password, database: database.name }
  pool = openPool(address, 10, () => {}, servingLimits)
  server = await testServer({ database: { ...database, pool } })
})
afterAll(async () => {
  await server.stop()
  await pool.end()
  await proxy.close()
  await database.drop()
})

test('connections that fall silent are given up, and payments go on over new ones', { timeout: 60_000 }, async () => {
  for (let round = 0; round < 2; round++) {
    const payers = await Promise.all(Array.from({ length: 12 }, (_, index) => makePayer(server, `payer ${index}`)))
    const traffic = startTraffic(server, payers)
    const readiness = watchReadiness(server.url)
    await eventually(() => traffic.answers.length > 100, 'payments are made')
    const silentAt = performance.now()
    proxy.swallow()
    const before = traffic.answers.length
    await eventually(
      () => traffic.answers.slice(before).some(({ status }) => status === 201),
      'a payment is made again',
      10_000,
    )
    const backAfter_ms = performance.now() - silentAt
    await eventually(() => readiness.ready.at(-1)?.ok, 'the server is ready', 12_000)
    await readiness.stop()
    await traffic.stop()
    expect(backAfter_ms).toBeLessThan(8_000)
    const unready = readiness.ready.find(({ ok }) => !ok)
    const saidAfter_ms = (unready?.at_ms ?? Number.POSITIVE_INFINITY) - silentAt
    // The server is ready all the time where new connections make payments before the silent ones are given up.
    expect(Math.min(saidAfter_ms, backAfter_ms)).toBeLessThan(5_000)
    expectKindAnswers(traffic.answers)
    await expectExactlyOnce(server, payers, traffic.answers)
  }
})
