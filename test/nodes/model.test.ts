import { afterAll, beforeAll, describe, test } from 'vitest'
import { runSequences } from '../model/sequences.ts'
import { seedOf } from '../support/seed.ts'
import { type TwoNodes, twoNodes } from '../support/two-nodes.ts'

// NODES_MODEL_RUNS=1000 is the long form; NODES_MODEL_SEED repeats one.
const runs = Number(process.env.NODES_MODEL_RUNS ?? 64)
const seed = seedOf('NODES_MODEL_SEED')
const groups = 8

let nodes: TwoNodes
beforeAll(async () => {
  nodes = await twoNodes({ one_queue: true })
})
afterAll(() => nodes.stop())

describe(`a map of two machines agrees with a plain ledger (NODES_MODEL_SEED=${seed})`, () => {
  test.concurrent.each(Array.from({ length: groups }, (_, group) => group))(
    `${runs / groups} sequences of 50 operations, group %i`,
    { timeout: 120_000 + runs * 2_000 },
    (group) => runSequences(nodes.servers, { runs: Math.ceil(runs / groups), seed: seed + group }),
  )
})
