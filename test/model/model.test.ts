import { afterAll, beforeAll, describe, test } from 'vitest'
import { seedOf } from '../support/seed.ts'
import { type TestServer, testServer } from '../support/server.ts'
import { runSequences } from './sequences.ts'

// MODEL_RUNS=1000 is the long form, run before a release; MODEL_SEED repeats one. fast-check prints the seed and the shortest failing sequence.
const runs = Number(process.env.MODEL_RUNS ?? 400)
const seed = seedOf('MODEL_SEED')
/** Sequences run side by side: each has a customer of its own, and the batches of the server mix them. */
const groups = 8

let server: TestServer
beforeAll(async () => {
  server = await testServer()
})
afterAll(() => server.stop())

describe(`the server agrees with a plain ledger (MODEL_SEED=${seed})`, () => {
  test.concurrent.each(Array.from({ length: groups }, (_, group) => group))(
    `${runs / groups} sequences of 50 operations, group %i`,
    { timeout: 120_000 + runs * 1_000 },
    (group) => runSequences([server], { runs: Math.ceil(runs / groups), seed: seed + group }),
  )
})
