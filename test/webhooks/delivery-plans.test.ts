import { afterAll, beforeAll, expect, test } from 'vitest'
import { loadSql } from '../../src/database/sql.ts'
import { type TestDatabase, testDatabase } from '../support/database.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await testDatabase()
})
afterAll(() => database.drop())

/** The lines of the plan that is made while the tables are empty, and kept while they grow. */
async function planOnEmptyTables(file: string): Promise<string[]> {
  const read = (name: string) => loadSql(import.meta.url, `../../src/webhooks/delivery/sql/${name}.sql`).text
  const connection = await database.pool.connect()
  try {
    await connection.query('begin')
    await connection.query(read('delivery-settings'))
    const { rows } = await connection.query(`explain (generic_plan, costs off) ${read(file)}`)
    return rows.map((row) => row['QUERY PLAN'])
  } finally {
    await connection.query('rollback')
    connection.release()
  }
}

const scans = (plan: string[]) => plan.filter((line) => /Scan .*on (event|webhook)/.test(line))

test('a claim takes what is due in the order of the index, and all else by its key', async () => {
  const plan = await planOnEmptyTables('claim-deliveries')
  const unexpected = scans(plan).filter((line) => !/Index Scan using \w+_(next_attempt_at_idx|pkey) on/.test(line))
  expect(unexpected).toEqual([])
  expect(plan.join('\n')).toMatch(/LockRows\n\s+-> {2}Merge Append\n\s+Sort Key: webhook_delivery.next_attempt_at\n/)
  expect(plan.filter((line) => line.includes('Index Cond')).length).toBe(scans(plan).length)
})

test.each([
  ['outcomes are written', 'record-outcomes', 3],
  ['claims are renewed', 'renew-claims', 1],
])('%s by the key of each delivery, and never by a walk over what is pending', async (_what, file, least) => {
  const plan = await planOnEmptyTables(file)
  expect(scans(plan).length).toBeGreaterThanOrEqual(least)
  expect(scans(plan).filter((line) => !/Index Scan using \w+_pkey on/.test(line))).toEqual([])
  expect(plan.filter((line) => line.includes('Index Cond')).length).toBe(scans(plan).length)
})
