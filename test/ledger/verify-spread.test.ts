import { afterAll, beforeAll, expect, test } from 'vitest'
import { verifyBooks } from '../../src/ledger/verify/verify.ts'
import { type TestDatabase, testDatabase } from '../support/database.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await testDatabase({ verify: false, shardOf: () => 0 })
})
afterAll(() => database.drop())

const claim = (key: string) =>
  database.owner.query(
    `insert into idempotency_key (environment_id, key, fingerprint, response_id, bucket) values (1, $1, '', id_at(now()), 0)`,
    [key],
  )
const forget = (key: string) => database.owner.query('delete from idempotency_key where key = $1', [key])

/** The violations of a run, in which something is done between its first look and its second. */
async function foundBeside(work: () => Promise<unknown>): Promise<string[]> {
  let working: Promise<unknown> | undefined
  const results = await verifyBooks(
    { ...database.pool, options: database.pool.options, connect: () => connectAfter(() => working) } as never,
    undefined,
    (done, all) => {
      if (done === all) working = work()
    },
  )
  return results.flatMap(({ examples }) => examples)
}

async function connectAfter(working: () => Promise<unknown> | undefined) {
  await working()
  return database.pool.connect()
}

test('where tables are spread, what was only half there at the first look is no violation', async () => {
  await claim('half')
  expect(await foundBeside(() => forget('half'))).toEqual([])
})

test('one that goes and one that comes are none either', async () => {
  await claim('one')
  expect(
    await foundBeside(async () => {
      await forget('one')
      await claim('other')
    }),
  ).toEqual([])
  await forget('other')
})

test('what stays wrong is one', async () => {
  await claim('wrong')
  expect(await foundBeside(async () => {})).toEqual([expect.stringContaining('there is no response for the key wrong')])
  await forget('wrong')
})
