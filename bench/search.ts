import { parseArgs } from 'node:util'
import { formatId, type IdKind } from '../src/core/id/id.ts'
import { withPools } from './databases.ts'
import { generateAccounts, generatePayments, nameAccounts, vacuumTables } from './generate/generate.ts'
import { makeMerchant } from './merchants.ts'
import { positive } from './options.ts'
import { openPostgres } from './postgres.ts'
import { count, line } from './report.ts'
import { percentiles } from './statistics.ts'
import { startServer } from './workloads/http.ts'

// How long `GET /search` takes at many customers: 200 queries of all kinds, with many hits, few and none, one after the other.
const p99Ms = 50
const dayMs = 86_400_000

const help = `Measures GET /search over HTTP: 200 queries of all kinds, again and again.

  --customers N      customers, each with an account and a payment (1000000)
  --rounds N         how often each query is sent (5)
`

const say = (text: string) => process.stderr.write(`${text}\n`)

type Query = { kind: string; q: string }
/** The id of one of the first objects of a kind. */
type Shown = (kind: IdKind, index: number) => string

/** Names that many have, few, or nobody; with what they begin and what they hold; and everything that is found exactly. */
function queriesOf(shown: Shown, references: string[], customers: number): Query[] {
  const at = (index: number) => 100 + ((index * 7_919) % (customers - 100))
  const many = [
    'joh',
    'john',
    'smith',
    'wat',
    'water supply',
    'maria jose',
    'van der merwe',
    'obrien',
    'anna',
    'fibre li',
  ]
  const twice = [
    'john smith',
    'smith john',
    'nkosi thandiwe',
    'merwe john',
    'peter dlamini',
    'anna nkosi',
    'fees school',
  ]
  const none = ['zzz', 'xylophone', 'johnny appleseed', 'qqqqqqqqqqqqqqqqqqqq', 'smith qqq', 'van der zzz', 'water zzz']
  const made: ((index: number) => Query)[] = [
    (index) => ({ kind: 'name, many hits', q: many[index % many.length] as string }),
    (index) => ({ kind: 'names apart', q: twice[index % twice.length] as string }),
    (index) => ({ kind: 'name, no hit', q: none[index % none.length] as string }),
    (index) => ({
      kind: 'name, few hits',
      q: `${'abcdefghijklmnopqrstuvwxyz'[index % 26]}${'aeiou'[index % 5]}${'lnrst'[index % 5]}`,
    }),
    (index) => ({
      kind: 'id',
      q: shown((['customer', 'account', 'bill', 'payment'] as const)[index % 4] as IdKind, index),
    }),
    (index) => ({ kind: 'external reference', q: `${'CA'[index % 2]}${at(index)}` }),
    (index) => ({ kind: 'payment reference', q: references[index] as string }),
    (index) => ({ kind: 'e-mail', q: `Person${at(index)}@example.com` }),
    (index) => ({ kind: 'phone', q: `+2782${String(at(index)).padStart(7, '0')}` }),
    (index) => ({
      kind: 'amount',
      q: [`R ${10 + index}.5${index % 10}`, String(1_000 + index), '125.00'][index % 3] as string,
    }),
  ]
  return Array.from({ length: 200 }, (_, index) =>
    (made[index % made.length] as (index: number) => Query)(Math.floor(index / 10)),
  )
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      customers: { type: 'string', default: '1000000' },
      rounds: { type: 'string', default: '5' },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) return void process.stdout.write(help)
  const customers = positive(values.customers, 'customers')
  const rounds = positive(values.rounds, 'rounds')
  const postgres = await openPostgres(process.env.DATABASE_URL || undefined)
  try {
    const database = await postgres.createDatabase('bench_search')
    const { key, ids, references } = await withPools(database, async (server, owner) => {
      const { environment, key } = await makeMerchant(server, 'single', 'http://127.0.0.1:9/hook')
      const start = new Date(Date.now() - 2 * dayMs)
      await generateAccounts(owner, { environment_id: environment.id, from: 1, to: customers, start })
      await generatePayments(owner, { environment_id: environment.id, start, duration_ms: dayMs, now: start })
      await nameAccounts(owner, environment.id)
      await vacuumTables(owner)
      const ids = new Map<string, string[]>()
      for (const kind of ['customer', 'account', 'bill', 'payment']) {
        const { rows } = await server.query<{ id: string }>(`select id from ${kind} order by id limit 50`)
        ids.set(
          kind,
          rows.map(({ id }) => id),
        )
      }
      const { rows } = await server.query<{ reference: string }>('select reference from payment_reference limit 50')
      return { key, ids, references: rows.map(({ reference }) => reference) }
    })
    say(`${count(customers)} customers are there`)
    const server = await startServer({ address: database.server, dispatcher: false })
    const shown = (kind: IdKind, index: number) => formatId(kind, ids.get(kind)?.[index] as string)
    try {
      const latencies = await measure(
        `http://127.0.0.1:${server.port}`,
        key,
        queriesOf(shown, references, customers),
        rounds,
      )
      process.stdout.write(`${table(latencies, customers, rounds)}\n`)
      if (percentiles([...latencies.values()].flat()).p99 > p99Ms) process.exitCode = 1
    } finally {
      await server.stop()
    }
  } finally {
    await postgres.close()
  }
}

/** How long each query took, in ms, by its kind. */
async function measure(origin: string, key: string, queries: Query[], rounds: number): Promise<Map<string, number[]>> {
  const latencies = new Map<string, number[]>()
  // One more at first, so that none pays for what is read and prepared once.
  for (let round = 0; round <= rounds; round++) {
    for (const { kind, q } of queries) {
      const began = performance.now()
      const response = await fetch(`${origin}/search?${new URLSearchParams({ q })}`, {
        headers: { authorization: `Bearer ${key}` },
      })
      await response.text()
      if (!response.ok) throw new Error(`${q}: ${response.status}`)
      if (round > 0) latencies.set(kind, [...(latencies.get(kind) ?? []), performance.now() - began])
    }
  }
  return latencies
}

function table(latencies: Map<string, number[]>, customers: number, rounds: number): string {
  const row = (kind: string, of: number[]) => {
    const { p50, p99 } = percentiles(of)
    return line([kind, p50.toFixed(1), p99.toFixed(1), Math.max(...of).toFixed(1)])
  }
  return [
    `GET /search at ${count(customers)} customers, 200 queries ${rounds} times, one after the other`,
    '',
    line(['what is sought', 'p50 ms', 'p99 ms', 'slowest ms']),
    '|---|---:|---:|---:|',
    ...[...latencies].map(([kind, of]) => row(kind, of)),
    row('all', [...latencies.values()].flat()),
  ].join('\n')
}

await main()
