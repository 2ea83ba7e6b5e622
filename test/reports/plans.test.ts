import pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { generateAccounts, generatePayments, vacuumTables } from '../../bench/generate/generate.ts'
import { settableClock } from '../../src/core/clock.ts'
import { totalLedger } from '../../src/ledger/totals.ts'
import { type SentStatement, statementsOf } from '../plans/recorded-statements.ts'
import { type TestDatabase, testDatabase } from '../support/database.ts'
import { type TestServer, testServer } from '../support/server.ts'

// REPORT_ACCOUNTS=200000 makes the long form of 600,000 payments, and says how long each report takes.
const accounts = Number(process.env.REPORT_ACCOUNTS ?? 3_000)
const isLong = process.env.REPORT_ACCOUNTS !== undefined
const dayMs = 86_400_000
const now = new Date('2026-11-20T12:00:00Z')
const daysAgo = (days: number) => new Date(now.getTime() - days * dayMs)

let database: TestDatabase
let server: TestServer
let planner: pg.Client

beforeAll(
  async () => {
    // The generator makes no links between all of its rows, so these books are not verified.
    database = await testDatabase({ verify: false })
    server = await testServer({ database, clock: settableClock(now) })
    const { rows } = await database.owner.query<{ id: number }>("select id from environment where mode = 'test'")
    const environment_id = rows[0]?.id as number
    await generateAccounts(database.owner, { environment_id, from: 1, to: accounts, start: daysAgo(100) })
    // Two hours of each of three months, and the last hour, of which some is not in the totals.
    for (const days of [90, 60, 30]) {
      const start = daysAgo(days)
      await generatePayments(database.owner, { environment_id, start, duration_ms: dayMs / 12, now })
    }
    await generatePayments(database.owner, {
      environment_id,
      start: daysAgo(1 / 24),
      duration_ms: dayMs / 24 - 1_000,
      now,
    })
    await totalLedger(database.pool, now)
    await vacuumTables(database.owner)
    planner = new pg.Client({ connectionString: database.url })
    await planner.connect()
  },
  120_000 + 10 * accounts,
)
afterAll(async () => {
  await planner?.end()
  await server.stop()
  await database.drop()
})

type Plan = {
  'Node Type': string
  'Relation Name'?: string
  'Actual Rows': number
  'Actual Loops': number
  'Rows Removed by Filter'?: number
  Plans?: Plan[]
}
const nodesOf = (plan: Plan): Plan[] => [plan, ...(plan.Plans ?? []).flatMap(nodesOf)]

/** How many rows of the ledger a statement of a report reads: of the entries and of their transactions, whichever is more. */
async function readBy({ text, values }: SentStatement): Promise<number> {
  const statement = text.replace(/^declare \w+ no scroll cursor for /, '')
  const { rows } = await planner.query({ text: `explain (analyze, format json) ${statement}`, values })
  const nodes = nodesOf(rows[0]['QUERY PLAN'][0].Plan)
  const readOf = (table: string) =>
    nodes
      .filter((node) => node['Relation Name']?.startsWith(table))
      .map(
        (node) => (node['Actual Rows'] + (node['Rows Removed by Filter'] ?? 0) - rounded(node)) * node['Actual Loops'],
      )
      .reduce((sum, read) => sum + read, 0)
  return Math.max(readOf('ledger_entry'), readOf('ledger_transaction'))
}

/** By how much the rows of a node may be too many: PostgreSQL shows those of one loop to the hundredth. */
const rounded = (node: Plan) => (node['Actual Loops'] > 1 ? 0.005 : 0)

// All entries of a month of payments, and those that are not in the totals: of the last ten minutes and their quarter.
const month = 2 * accounts
const recent = 0.5 * month

test.each([
  ['trial_balance', recent],
  ['trial_balance?as_of=2026-10-01', recent],
  // A quarter of an hour in which an eighth of a month's payments were made.
  ['trial_balance?as_of=2026-09-30&known_at=2026-10-21T13:07:00Z', month / 8],
  ['receipts?by=day&from=2026-01-01&to=2026-11-20', recent],
  ['receipts?by=channel&from=2026-09-01&to=2026-09-30', recent],
  ['receipts?by=account&from=2026-10-21&to=2026-10-21', month + recent],
  ['ageing', recent],
  ['ageing?as_of=2026-11-10', month],
  ['journal?from=2026-10-20&to=2026-10-22', 2 * month],
])('%s reads a bounded part of the ledger', async (path, most) => {
  let took_ms = 0
  const sent = await statementsOf(async () => {
    const began = performance.now()
    const { status } = await server.api('GET', `/reports/${path}`)
    took_ms = performance.now() - began
    // The openings that the generator makes come to more than JSON holds exactly.
    expect([status, path]).toEqual([path.startsWith('trial') ? 422 : 200, path])
  })
  const statements = sent.filter(({ text }) => /^\s*(--.*\n\s*)*(declare|select|with)\b/i.test(text))
  let read = 0
  for (const statement of statements) read += await readBy(statement)
  if (isLong) console.log(`${path}: ${Math.round(took_ms)} ms, ${read} rows of the ledger`)
  expect([path, read <= most, read]).toEqual([path, true, read])
})
