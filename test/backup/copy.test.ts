import pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { copyOut } from '../../src/database/backup/copy.ts'
import { type TestDatabase, testDatabase } from '../support/database.ts'

let database: TestDatabase
let client: pg.Client
beforeAll(async () => {
  database = await testDatabase()
  client = new pg.Client({ connectionString: database.ownerUrl })
  await client.connect()
})
afterAll(async () => {
  await client.end()
  await database.drop()
})

// More pieces than may wait, all of which come in one packet with the end of the answer.
test.each([10, 300, 900, 20_000])('a stream of %i pieces leaves a connection that answers', async (rows) => {
  let pieces = 0
  for await (const _ of copyOut(client, `copy (select n from generate_series(1, ${rows}) as n) to stdout`)) pieces += 1
  expect(pieces).toBe(rows)
  const { rows: after } = await client.query('select 1 as one')
  expect(after).toEqual([{ one: 1 }])
})

test('a stream that falls silent is given up', async () => {
  const silent = new pg.Client({ connectionString: database.ownerUrl })
  silent.on('error', () => {})
  await silent.connect()
  const pieces = copyOut(silent, 'copy (select pg_sleep(60)) to stdout', 100)
  await expect(pieces.next()).rejects.toThrow('The database did not answer in time.')
})
