import { setTimeout as delay } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { newId, randomBucket } from '../src/core/id/id.ts'
import type { Pool } from '../src/database/pool.ts'
import { makeTemplate, withPools } from './databases.ts'
import { startChild } from './http/child.ts'
import { readMerchants, readTargets, type Target } from './merchants.ts'
import { positive } from './options.ts'
import { type Database, openPostgres, type Postgres } from './postgres.ts'
import { openProduct } from './product.ts'
import { count, line } from './report.ts'
import { percentiles } from './statistics.ts'
import { firstAttempts, paySteadily } from './workloads/deliveries.ts'

// How long the events of one merchant wait for their first attempt while the endpoints of others are dead, or hang at the very host of
// its own. Both sides make the same payments; alone, the others have no endpoints.
const deadCount = 100
const hangingCount = 80
const p99Ms = 250
const dead = 'http://127.0.0.1:9/hook'

const help = `Measures what bad endpoints do to a good one, in alternating slices.

  --pairs N          pairs of slices, alone and beside the bad ones (5)
  --slice-s S        the length of a slice in seconds (10)
  --rate N           payments a second of the good endpoint, and as many of the others together (50)
`

const say = (text: string) => process.stderr.write(`${text}\n`)

type Options = { pairs: number; slice_s: number; rate: number }
type Side = { name: 'alone' | 'beside'; database: Database; own: Target[]; others: Target[]; latencies_ms: number[] }

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      pairs: { type: 'string', default: '5' },
      'slice-s': { type: 'string', default: '10' },
      rate: { type: 'string', default: '50' },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) return void process.stdout.write(help)
  const options = {
    pairs: positive(values.pairs, 'pairs'),
    slice_s: positive(values['slice-s'], 'slice-s'),
    rate: positive(values.rate, 'rate'),
  }
  const postgres = await openPostgres(process.env.DATABASE_URL || undefined)
  const { child, ready } = await startChild<object, { port: number }>('receiver', {})
  try {
    await measure(postgres, `http://127.0.0.1:${ready.port}`, options)
  } finally {
    await child.stop()
    await postgres.close()
  }
}

async function measure(postgres: Postgres, origin: string, options: Options): Promise<void> {
  const template = await makeTemplate(postgres, `${origin}/hook`)
  const sides = [
    await makeSide(postgres, template.database.name, 'alone', origin),
    await makeSide(postgres, template.database.name, 'beside', origin),
  ]
  for (let pair = 1; pair <= options.pairs; pair++) {
    for (const side of pair % 2 === 1 ? sides : sides.toReversed()) {
      const waits = await slice(side, options)
      for (const wait of waits) side.latencies_ms.push(wait)
      const { p50, p99 } = percentiles(waits)
      say(`pair ${pair} of ${options.pairs}  ${side.name.padEnd(6)} p50 ${p50.toFixed(0)} ms, p99 ${p99.toFixed(0)} ms`)
    }
  }
  process.stdout.write(table(sides, options))
  const [alone = 0, beside = 0] = sides.map(({ latencies_ms }) => percentiles(latencies_ms).p99)
  // What the dispatcher is held to.
  if (beside > Math.max(2 * alone, p99Ms)) {
    say(`p99 is ${beside.toFixed(0)} ms: more than twice ${alone.toFixed(0)} ms, and than ${p99Ms} ms`)
    process.exitCode = 1
  }
}

async function makeSide(postgres: Postgres, template: string, name: Side['name'], origin: string): Promise<Side> {
  const database = await postgres.createDatabase(`bench_${name}`, template)
  return withPools(database, async (server) => {
    const others = await readMerchants(server, 'spread-')
    const ids = others.map(({ id }) => id)
    if (name === 'beside') {
      await server.query('update webhook_endpoint set url = $2 where environment_id = any ($1)', [
        ids.slice(0, deadCount),
        dead,
      ])
      await addHanging(server, ids.slice(0, hangingCount), origin)
    } else {
      await server.query('update webhook_endpoint set deleted_at = now() where environment_id = any ($1)', [ids])
    }
    const own = await readTargets(server, await readMerchants(server, 'single'))
    return { name, database, own, others: await readTargets(server, others), latencies_ms: [] }
  })
}

/** Gives each of these environments one more endpoint, with the secret of its first, which never answers. */
async function addHanging(server: Pool, environmentIds: number[], origin: string): Promise<void> {
  for (const environmentId of environmentIds) {
    await server.query(
      `insert into webhook_endpoint (id, environment_id, url, secret, api_version, created_at, updated_at)
       select $2, environment_id, $3, secret, api_version, created_at, updated_at
       from webhook_endpoint where environment_id = $1`,
      [environmentId, newId(randomBucket(), Date.now()), `${origin}/hang/${environmentId}`],
    )
  }
}

/** The waits for the first attempt of the good endpoint's events. What is paid in the first two seconds does not count. */
async function slice({ database, own, others }: Side, { slice_s, rate }: Options): Promise<number[]> {
  const product = openProduct(database.server)
  product.startDispatcher()
  try {
    const noise = paySteadily(product, others, rate, slice_s + 2)
    await delay(2_000)
    const { answered, errors, error } = await paySteadily(product, own, rate, slice_s)
    await noise
    if (errors > 0) throw new Error(`${errors} payments failed: ${error}`)
    for (let tries = 0; tries < 100; tries++) {
      const waits = await firstAttempts(product, answered)
      if (waits.length >= answered.size) return waits
      await delay(200)
    }
    throw new Error('some events of the good endpoint have no attempt after 20 s')
  } finally {
    await product.close()
  }
}

function table(sides: Side[], { pairs, rate }: Options): string {
  const lines = sides.map(({ name, latencies_ms }) => {
    const { p50, p99 } = percentiles(latencies_ms)
    return line([name, count(latencies_ms.length), `${p50.toFixed(0)} ms`, `${p99.toFixed(0)} ms`])
  })
  return [
    `The wait of an event for its first attempt, at ${rate} payments a second, beside ${deadCount} endpoints that refuse and ${hangingCount} that hang at the same host; ${pairs} pairs`,
    '',
    line(['the good endpoint', 'events', 'p50', 'p99']),
    '|---|---:|---:|---:|',
    ...lines,
    '',
  ].join('\n')
}

await main()
