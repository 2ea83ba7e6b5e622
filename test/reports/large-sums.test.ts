import { afterAll, beforeAll, expect, test } from 'vitest'
import { generateAccounts, openingBalance, vacuumTables } from '../../bench/generate/generate.ts'
import { settableClock } from '../../src/core/clock.ts'
import { totalLedger } from '../../src/ledger/totals.ts'
import { type TestDatabase, testDatabase } from '../support/database.ts'
import { type TestServer, testServer } from '../support/server.ts'

const largestBigint = 2n ** 63n - 1n
const accounts = Number(largestBigint / openingBalance) + 2
const now = new Date('2026-11-20T12:00:00Z')

let database: TestDatabase
let server: TestServer
beforeAll(async () => {
  // The generator tells nobody of what it makes, so these books are not verified.
  database = await testDatabase({ verify: false })
  server = await testServer({ database, clock: settableClock(now) })
  const { rows } = await database.owner.query<{ id: number }>("select id from environment where mode = 'test'")
  const environment_id = rows[0]?.id as number
  await generateAccounts(database.owner, { environment_id, from: 1, to: accounts, start: new Date('2026-11-19') })
  await vacuumTables(database.owner)
})
afterAll(async () => {
  await server.stop()
  await database.drop()
})

test('balances that sum to more than a bigint are totalled, and a report of them is refused by a clear problem', async () => {
  await totalLedger(server.app.pool, now)
  const { rows } = await database.owner.query("select amount from ledger_total where account = 'receivables:account'")
  expect(rows).toEqual([{ amount: BigInt(accounts) * openingBalance }])
  const { status, body } = await server.api('GET', '/reports/trial_balance')
  expect([status, body.code]).toEqual([422, 'amount_out_of_range'])
})
