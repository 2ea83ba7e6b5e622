import { afterAll, beforeAll, expect, test } from 'vitest'
import { childServer, dyingAt } from '../support/child-server.ts'
import { eventually } from '../support/eventually.ts'
import { countSessions } from '../support/locks.ts'
import { seedOf } from '../support/seed.ts'
import { seededRandom } from '../support/seeded-random.ts'
import { encryptionKey, type TestServer, testServer } from '../support/server.ts'
import { tally } from '../support/tally.ts'
import { type Answer, type Flow, flows, newEnvironment, type TestEnvironment, type Try } from './every-point/flows.ts'
import { pointsOf } from './every-point/points.ts'
import { differences, type Remains, remainsOf } from './every-point/remains.ts'
import { workOn } from './every-point/work-on.ts'

// A server gets signal 9 at a point of something that changes the books: before a statement, before a commit, behind it. The client
// sends the same again, to another server, and what is left is what a run without a fault leaves. FAULT_FLOWS and POINTS_OF_FLOW are
// how many are tried, all in the long form; FAULT_POINT_SEED repeats a choice.
const flowsMax = Number(process.env.FAULT_FLOWS ?? 6)
const pointsMax = Number(process.env.POINTS_OF_FLOW ?? 2)
const seed = seedOf('FAULT_POINT_SEED')

// A server that starts is mostly waited for.
const lanes = 2

type Undisturbed = { points: string[]; answer: string; remains: Remains }

let servers: TestServer[]
beforeAll(async () => {
  servers = await Promise.all(Array.from({ length: lanes }, () => testServer()))
})
afterAll(() => Promise.all(servers.map((server) => server.stop())))

/** What is left when the client has its answer, has asked once more, and everything that goes on by itself has. */
async function leave(environment: TestEnvironment, send: Try): Promise<Pick<Undisturbed, 'answer' | 'remains'>> {
  const { server } = environment
  await eventually(
    async () => {
      if (!isPassing(await send(server.url))) return true
      await workOn(environment)
    },
    'the client has its answer',
    40_000,
  )
  await workOn(environment)
  const { status, text } = await send(server.url)
  await workOn(environment)
  return { answer: `${status} ${text}`, remains: await remainsOf(server.database.owner, environment.id) }
}

/** Whether the client is told to come again. */
const isPassing = ({ status, text }: Answer) => status === 503 || text.includes('idempotency_in_flight')

async function undisturbed(server: TestServer, flow: Flow): Promise<Undisturbed> {
  const environment = await newEnvironment(server)
  const send = await flow.prepare(environment)
  const points = await pointsOf(server.database.name, () => send(server.url))
  return { points, ...(await leave(environment, send)) }
}

/** Returns what is otherwise than without a fault. */
async function disturbed(server: TestServer, flow: Flow, point: string, expected: Undisturbed): Promise<string[]> {
  const environment = await newEnvironment(server)
  const send = await flow.prepare(environment)
  const { url } = server.database
  const child = await childServer({
    DATABASE_URL: `${url}${url.includes('?') ? '&' : '?'}application_name=killed`,
    TALLYSTICK_HOST: '127.0.0.1',
    TALLYSTICK_ENCRYPTION_KEY: encryptionKey,
    ...dyingAt(point),
    DIE_FROM: 'request',
  })
  const answered = await send(child.url).catch(() => undefined)
  if (answered) {
    await child.stop()
    return [`answered ${answered.status} before it was reached`]
  }
  // By the signal, and not by a fault of its own.
  expect(await child.ended()).toBe(null)
  tally('kills of the server')
  tally('fault points')
  await eventually(async () => (await countSessions(server.database.pool, 'killed')) === 0, 'its sessions have ended')
  const { answer, remains } = await leave(environment, send)
  const otherAnswer = answer === expected.answer ? [] : [`answer: ${answer} in place of ${expected.answer}`]
  return [...otherAnswer, ...differences(remains, expected.remains)]
}

/** Some of them in a random order. */
function some<T>(all: readonly T[], most: number, random: () => number): T[] {
  return all
    .map((one) => ({ one, at: random() }))
    .sort((left, right) => left.at - right.at)
    .slice(0, most)
    .map(({ one }) => one)
}

test(`what is sent again after signal 9 is done once, at ${pointsMax} points of ${flowsMax} flows (FAULT_POINT_SEED=${seed})`, {
  timeout: 60_000 + flowsMax * (10_000 + Math.min(pointsMax, 40) * 10_000),
}, async () => {
  const random = seededRandom(seed)
  const chosen = some(await flows(servers[0] as TestServer), flowsMax, random)
  // Of its own for each, whichever server comes to it first.
  const points = new Map(chosen.map((flow) => [flow, seededRandom(Math.floor(random() * 2 ** 31))]))
  const wrong: string[] = []
  await Promise.all(
    servers.map(async (server) => {
      for (let flow = chosen.pop(); flow; flow = chosen.pop()) {
        const expected = await undisturbed(server, flow)
        for (const point of some(expected.points, pointsMax, points.get(flow) ?? random)) {
          const found = await disturbed(server, flow, point, expected)
          wrong.push(...found.map((what) => `${flow.name}, ${point}: ${what}`))
        }
      }
    }),
  )
  // The first of them, for a report that has one line.
  expect(wrong, wrong[0]).toEqual([])
})
