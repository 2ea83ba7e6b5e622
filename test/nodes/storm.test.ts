import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { prepareStorm, storm } from '../model/storm.ts'
import { seedOf } from '../support/seed.ts'
import { seededRandom } from '../support/seeded-random.ts'
import { tally } from '../support/tally.ts'
import { type TwoNodes, twoNodes } from '../support/two-nodes.ts'

// NODES_STORM_ROUNDS=50 is the long form; each round prints its seed in its name.
const rounds = Number(process.env.NODES_STORM_ROUNDS ?? 3)
const firstSeed = seedOf('NODES_STORM_SEED')

let nodes: TwoNodes
beforeAll(async () => {
  nodes = await twoNodes({ servers_each: 2 })
})
afterAll(() => nodes.stop())

describe(`four servers on two machines (NODES_STORM_SEED=${firstSeed})`, () => {
  test.each(Array.from({ length: rounds }, (_, round) => firstSeed + round))(
    'seed %i: ten clients on each machine, and the books are right at the end',
    async (seed) => {
      await Promise.all(
        nodes.servers.map(async (server, node) =>
          storm(server, await prepareStorm(server, `s${seed}-${node}`), seed * 2 + node),
        ),
      )
      tally('storms')
    },
  )

  test.each(Array.from({ length: rounds }, (_, round) => firstSeed + round))(
    'seed %i: twenty senders of the same five payments pay each once, and all are told of the same one',
    async (seed) => {
      const random = seededRandom(seed)
      const [server] = nodes.servers
      const { customer } = await prepareStorm(server, `t${seed}`)
      const before = (await server.api('GET', `/billing/customers/${customer}`)).body.balance
      const payments = [1, 2, 3, 4, 5].map((at) => ({
        amount: 100 + at,
        currency: 'ZAR',
        channel: 'till',
        reference: `same-${seed}-${at}`,
        customer,
      }))
      const send = async (at: number) => {
        const headers = random() < 0.5 ? { 'idempotency-key': `same-${seed}-${at}` } : {}
        for (let tries = 0; tries < 50; tries++) {
          const answer = await server.api('POST', '/billing/payments', payments[at], headers)
          if (answer.body.code !== 'idempotency_in_flight') return [at, answer.status < 300, answer.body.id] as const
        }
        throw new Error('it is never told what became of a payment')
      }
      const answers = await Promise.all(Array.from({ length: 100 }, (_, index) => send(index % 5)))
      for (const at of [0, 1, 2, 3, 4]) {
        const told = answers.filter(([of]) => of === at)
        expect([told.every(([, isMade]) => isMade), new Set(told.map(([, , id]) => id)).size]).toEqual([true, 1])
      }
      expect((await server.api('GET', `/billing/customers/${customer}`)).body.balance).toBe(before - 515)
    },
  )
})
