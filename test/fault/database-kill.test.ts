import { afterAll, beforeAll, expect, test } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { seedOf } from '../support/seed.ts'
import { seededRandom } from '../support/seeded-random.ts'
import { type TestServer, testServer } from '../support/server.ts'
import { loopback, type StandbyPair, standbyPair } from '../support/standby-pair.ts'
import { tally } from '../support/tally.ts'
import { collectPayments } from './collecting.ts'

// PostgreSQL is killed while payments are made, and comes back as an operator's service manager brings it back. DATABASE_KILLS is the
// long form, DATABASE_KILL_SEED repeats one.
const kills = Number(process.env.DATABASE_KILLS ?? 3)
const seed = seedOf('DATABASE_KILL_SEED')

let pair: StandbyPair
let server: TestServer
beforeAll(async () => {
  pair = await standbyPair(loopback)
  server = await testServer({ database: pair.database })
}, 180_000)
afterAll(async () => {
  await server.stop()
  await pair.database.drop()
  await pair.stop()
})

/** The process of PostgreSQL that serves one of our connections, or the one that all others are children of. */
async function processOf(which: 'connection' | 'main'): Promise<number> {
  const [row] = await pair.admin<{ pid: number }>(
    which === 'connection'
      ? "select pid from pg_stat_activity where datname = 'tallystick' and usename = 'tallystick_server' order by random() limit 1"
      : "select split_part(pg_read_file('postmaster.pid'), E'\\n', 1)::integer as pid",
  )
  return row?.pid as number
}

/** Each way leaves PostgreSQL to recover from its log alone. */
const ways: Record<string, () => Promise<void>> = {
  // The others are told to leave at once, since that one may have left the shared memory in any state.
  async 'a connection is killed'() {
    process.kill(await processOf('connection'), 'SIGKILL')
  },
  async 'the main process is killed'() {
    await pair.kill('primary')
    await pair.start('primary')
  },
  async 'it is stopped at once'() {
    process.kill(await processOf('main'), 'SIGQUIT')
    await pair.start('primary')
  },
}

test(`PostgreSQL is lost ${kills} times under load, and nothing that was acknowledged with it (DATABASE_KILL_SEED=${seed})`, {
  timeout: 180_000 + kills * 60_000,
}, async () => {
  const random = seededRandom(seed)
  const accounts = await Promise.all([0, 1, 2, 3].map(openAccount))
  const names = Object.keys(ways)
  for (let round = 0; round < kills; round++) {
    const name = names[(round + seed) % names.length] as string
    const collecting = collectPayments(server, accounts, `kill-${round}`)
    await collecting.reaches(20 + Math.floor(random() * 100))
    const lost = performance.now()
    await ways[name]?.()
    // While it recovers it answers nobody, the test neither.
    const replicates = () =>
      pair.replicates().then(
        () => true,
        () => false,
      )
    await eventually(replicates, 'it has recovered and has its standby again', 60_000)
    await collecting.reaches(50)
    await collecting.stop()
    expect([...collecting.answers.keys()].filter((answer) => !/^(?:20[01]|503 )/.test(answer))).toEqual([])
    await collecting.expectAllOnce(pair.database.pool)
    tally('kills of the database')
    console.log(
      `${name}: ${Math.round(collecting.longestPause(lost))} ms without payments; ${[...collecting.answers].join('; ')}`,
    )
  }
  await eventually(async () => (await fetch(`${server.url}/readyz`)).ok, 'the server is ready')
})

async function openAccount(place: number): Promise<string> {
  const body = {
    customer: { external_reference: `killed-${place}` },
    external_reference: `killed-${place}`,
    currency: 'ZAR',
    balance: 10_000_000,
  }
  return (await server.api('POST', '/billing/accounts', body)).body.id
}
