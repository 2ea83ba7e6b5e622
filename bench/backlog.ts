import { setTimeout as delay } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import type { Pool } from '../src/database/pool.ts'
import { beginWaking } from '../src/webhooks/delivery/waking.ts'
import { makeTemplate, verify, withPools } from './databases.ts'
import { generateBacklog, vacuumTables } from './generate/generate.ts'
import { startChild } from './http/child.ts'
import { databaseCpu } from './machine.ts'
import { makeMerchant, readMerchants, readTargets, type Target } from './merchants.ts'
import { positive } from './options.ts'
import { type Database, openPostgres, type Postgres } from './postgres.ts'
import { openProduct } from './product.ts'
import { count, line, shownSpread } from './report.ts'
import { spread } from './statistics.ts'
import { deliveryWorkload } from './workloads/deliveries.ts'
import { callersOfPayments, newRequest, pay } from './workloads/payments.ts'
import { closedLoop } from './workloads/workload.ts'

// What a long backlog of one merchant's dead endpoint costs the payments of another, and how fast it is sent once the endpoint is
// enabled again. Without: nothing waits. Paused: it waits for good. Failing: the endpoint refuses and is not paused yet, so that
// all of it is due again and again, as a burst of events leaves it: 200 a second.
const kinds = ['without', 'paused', 'failing'] as const
type Kind = (typeof kinds)[number]

const help = `Measures what the backlog of a dead endpoint costs, in alternating slices, and how fast it is sent at last.

  --deliveries N     how many deliveries wait (1,000,000)
  --pairs N          rounds of slices, one of each kind (20)
  --slice-s S        the length of a slice in seconds (4)
  --only paused      only this endpoint beside none: paused or failing
`

const dayMs = 86_400_000
// The dispatcher's own pace (endpoint-limiter.ts), and what it is below that number.
const dueAgainPerS = 200
const dueAgainS = 450
const deadUrl = 'http://127.0.0.1:9/hook'
const resumedMaxS = 120

const say = (text: string) => process.stderr.write(`${text}\n`)

type Options = { deliveries: number; pairs: number; slice_s: number; kinds: Kind[] }
type Side = { kind: Kind; database: Database; targets: Target[] }
/** Payments a second, and the processor time of the database and of the program for one, in µs. */
type Slice = { rate: number; cpu_us: number }

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      deliveries: { type: 'string', default: '1000000' },
      pairs: { type: 'string', default: '20' },
      'slice-s': { type: 'string', default: '4' },
      only: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) return void process.stdout.write(help)
  const options = {
    kinds: kinds.filter((kind) => kind === 'without' || kind === (values.only ?? kind)),
    deliveries: positive(values.deliveries, 'deliveries'),
    pairs: positive(values.pairs, 'pairs'),
    slice_s: positive(values['slice-s'], 'slice-s'),
  }
  const postgres = await openPostgres(process.env.DATABASE_URL || undefined)
  const { child, ready } = await startChild<object, { port: number }>('receiver', {})
  try {
    await measure(postgres, `http://127.0.0.1:${ready.port}/hook`, options)
  } finally {
    await child.stop()
    await postgres.close()
  }
}

async function measure(postgres: Postgres, receiverUrl: string, options: Options): Promise<void> {
  const template = await makeTemplate(postgres, receiverUrl)
  const sides: Side[] = []
  for (const kind of options.kinds)
    sides.push(await makeSide(postgres, template.database.name, kind, options.deliveries))
  const rates = await measureRounds(postgres.admin, sides, options)
  process.stdout.write(table(rates, options))
  const paused = sides.find(({ kind }) => kind === 'paused')
  if (paused) await compareResumed(sides[0] as Side, paused, receiverUrl, options)
  for (const { database } of sides) await withPools(database, (server) => verify(server, say))
}

/** How fast a backlog is sent once its endpoint is enabled, beside one that is due at once (P8). */
async function compareResumed(without: Side, paused: Side, receiverUrl: string, { slice_s }: Options): Promise<void> {
  const sent = await deliveryWorkload(() => openProduct(without.database.server), without.targets).run(slice_s)
  const resumed = await measureResumed(paused, receiverUrl)
  const perSecond = ({ done, seconds }: { done: number; seconds: number }) => count(Math.round(done / seconds))
  process.stdout.write(
    `\nSent after the resume: ${count(resumed.done)} in ${resumed.seconds.toFixed(0)} s, ${perSecond(resumed)}/s; what is due at once (P8): ${perSecond(sent)}/s\n`,
  )
}

async function makeSide(postgres: Postgres, template: string, kind: Kind, deliveries: number): Promise<Side> {
  const database = await postgres.createDatabase(`bench_backlog_${kind}`, template)
  const targets = await withPools(database, async (server, owner) => {
    if (kind !== 'without') {
      const { environment } = await makeMerchant(server, 'dead', deadUrl)
      const endpoint_id = await endpointOf(server, environment.id)
      const due_within_s = kind === 'failing' ? Math.max(dueAgainS, Math.ceil(deliveries / dueAgainPerS)) : undefined
      await generateBacklog(owner, {
        environment_id: environment.id,
        endpoint_id,
        count: deliveries,
        duration_ms: dayMs,
        due_within_s,
      })
      if (kind === 'paused')
        await server.query(
          `update webhook_endpoint set disabled_at = now(), disabled_reason = 'failing' where id = $1`,
          [endpoint_id],
        )
    }
    await vacuumTables(owner)
    return readTargets(server, await readMerchants(server, 'single'))
  })
  say(`prepared ${kind}`)
  return { kind, database, targets }
}

async function endpointOf(pool: Pool, environmentId: number): Promise<string> {
  const { rows } = await pool.query<{ id: string }>('select id from webhook_endpoint where environment_id = $1', [
    environmentId,
  ])
  return rows[0]?.id as string
}

/**
 * One slice of each kind in a round; every second round goes in the opposite order. Each slice begins after a checkpoint, so that
 * none pays for the pages of the one before.
 */
async function measureRounds(admin: Pool, sides: Side[], { pairs, slice_s }: Options): Promise<Map<Kind, Slice[]>> {
  const databaseCpuS = (await databaseCpu(admin)) ?? (() => Number.NaN)
  const slices = new Map<Kind, Slice[]>(kinds.map((kind) => [kind, []]))
  for (let round = 1; round <= pairs; round++) {
    for (const side of round % 2 === 1 ? sides : sides.toReversed()) {
      await admin.query('checkpoint')
      const slice = await paySlice(side, slice_s, databaseCpuS)
      slices.get(side.kind)?.push(slice)
      const shown = `${Math.round(slice.rate)}/s, ${Math.round(slice.cpu_us)} µs`
      say(`round ${round} of ${pairs}  ${side.kind.padEnd(8)} ${shown}`)
    }
  }
  return slices
}

/** Payments through the service while their events are sent. The dispatcher of the other sides is stopped meanwhile. */
async function paySlice({ database, targets }: Side, seconds: number, databaseCpuS: () => number): Promise<Slice> {
  const usedS = () => databaseCpuS() + process.cpuUsage().user / 1e6 + process.cpuUsage().system / 1e6
  const product = openProduct(database.server)
  product.startDispatcher()
  try {
    await settle(product.pool)
    const before = usedS()
    const sample = await closedLoop(callersOfPayments, seconds, async () => {
      await pay(product, newRequest(targets[Math.floor(Math.random() * targets.length)] as Target))
    })
    if (sample.errors > 0) throw new Error(`${sample.errors} payments failed: ${sample.error}`)
    return { rate: sample.done / sample.seconds, cpu_us: ((usedS() - before) / sample.total) * 1e6 }
  } finally {
    await product.close()
  }
}

/** Waits until the endpoint is found dead that is, and what became due while no dispatcher ran has been put off again. */
async function settle(pool: Pool): Promise<void> {
  for (let tries = 0; tries < 60; tries++) {
    await delay(500)
    const { rows } = await pool.query<{ due: number }>(
      `select count(*)::integer as due from webhook_delivery where status = 'pending' and next_attempt_at <= now()`,
    )
    if ((rows[0]?.due ?? 0) < dueAgainPerS) return
  }
  throw new Error('what is due was not put off within 30 s')
}

/** Enables the endpoint and waits until it has all that waited for it; for two minutes at most. */
async function measureResumed({ database }: Side, receiverUrl: string): Promise<{ done: number; seconds: number }> {
  return withPools(database, async (server) => {
    const [environment] = await readMerchants(server, 'dead')
    const environmentId = environment?.id as number
    const endpoint = await endpointOf(server, environmentId)
    await server.query('update webhook_endpoint set url = $2 where id = $1', [endpoint, receiverUrl])
    const product = openProduct(database.server)
    product.startDispatcher()
    await product.delivered()
    const started = performance.now()
    await server.query('update webhook_endpoint set disabled_at = null, disabled_reason = null where id = $1', [
      endpoint,
    ])
    await beginWaking(server, environmentId, endpoint, new Date())
    for (;;) {
      await delay(1_000)
      const { rows } = await server.query<{ waking: boolean }>(
        'select waking_since is not null as waking from webhook_endpoint where id = $1',
        [endpoint],
      )
      if (!rows[0]?.waking || performance.now() - started > resumedMaxS * 1000) break
    }
    const seconds = (performance.now() - started) / 1000
    await product.close()
    const { rows } = await server.query<{ sent: number }>(
      `select count(*)::integer as sent from webhook_attempt where endpoint_id = $1 and status_code = 204`,
      [endpoint],
    )
    return { done: rows[0]?.sent ?? 0, seconds }
  })
}

function table(slices: Map<Kind, Slice[]>, { deliveries, pairs, kinds: measured }: Options): string {
  const without = slices.get('without') as Slice[]
  const lines = measured.map((kind) => {
    const own = slices.get(kind) as Slice[]
    const ratios = (of: keyof Slice) => own.map((slice, round) => slice[of] / (without[round] as Slice)[of])
    const shown = (of: keyof Slice) => shownSpread(spread(ratios(of)), (value) => `${value.toFixed(3)}×`)
    const medianOf = (of: keyof Slice) => count(Math.round(spread(own.map((slice) => slice[of])).median))
    const compared = kind === 'without' ? ['', ''] : [shown('rate'), shown('cpu_us')]
    return line([kind, medianOf('rate'), compared[0] as string, `${medianOf('cpu_us')} µs`, compared[1] as string])
  })
  return [
    `Payments while their events are sent, beside ${count(deliveries)} deliveries of a dead endpoint; ${pairs} rounds`,
    '',
    line(['the endpoint', 'payments per second', '÷ without', 'processor time of one', '÷ without']),
    '|---|---:|---|---:|---|',
    ...lines,
    '',
  ].join('\n')
}

await main()
