import { afterAll, beforeAll, describe, test } from 'vitest'
import { byTurns } from '../support/by-turns.ts'
import { seedOf } from '../support/seed.ts'
import { type TestServer, testServer } from '../support/server.ts'
import { tally } from '../support/tally.ts'
import { expectCleanBooks } from '../support/verify.ts'
import { prepareStorm, storm } from './storm.ts'

// STORM_ROUNDS=100 is the long form; each round prints its seed in its name.
const rounds = Number(process.env.STORM_ROUNDS ?? 10)
const firstSeed = seedOf('STORM_SEED')

/** Three on one database, which share the load as behind a balancer. */
const serversCount = 3

let server: TestServer
let others: TestServer[]
beforeAll(async () => {
  const first = await testServer()
  const { database } = first
  others = await Promise.all(Array.from({ length: serversCount - 1 }, () => testServer({ database })))
  server = byTurns([first, ...others])
})
afterAll(async () => {
  await Promise.all(others.map((other) => other.stop()))
  await server.stop()
})

describe(`ten clients on ten accounts (STORM_SEED=${firstSeed})`, () => {
  test.each(Array.from({ length: rounds }, (_, round) => firstSeed + round))(
    'seed %i: the books are right',
    async (seed) => {
      await storm(server, await prepareStorm(server, `s${seed}`), seed)
      await expectCleanBooks(server.database)
      tally('storms')
    },
  )
})
