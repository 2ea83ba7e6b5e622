import { readFileSync, writeFileSync } from 'node:fs'
import { makeHistory, makeTemplate, sizeOf, type Verification, verify } from './databases.ts'
import { Fixtures } from './fixtures.ts'
import { startChild } from './http/child.ts'
import { describeMachine } from './machine.ts'
import { watchMemory } from './memory.ts'
import { help, type Options, readOptions } from './options.ts'
import { openPostgres, type Postgres } from './postgres.ts'
import { type Findings, failures, render } from './report.ts'
import { type Measured, measureRounds, type Named } from './rounds.ts'
import { quietWorkloads, type Row, rows, type WorkloadName, workloadsOf } from './rows.ts'
import { measureSpread, notMeasured } from './spread.ts'

const say = (text: string) => process.stderr.write(`${text}\n`)

async function main(): Promise<void> {
  const args = process.argv.slice(2)
  const options = readOptions(args)
  if (options === undefined) {
    process.stdout.write(help)
    return
  }
  const postgres = await openPostgres(process.env.DATABASE_URL || undefined)
  try {
    const findings = await measure(postgres, options, commandOf(args))
    const text = render(findings)
    process.stdout.write(`${text}\n`)
    if (options.write) writeDocument(text)
    const failed = failures(findings)
    for (const failure of failed) say(failure)
    if (failed.length > 0) process.exitCode = 1
  } finally {
    await postgres.close()
  }
  if (options.only === undefined) await measureOnCitus(options)
}

/** The machines of a Citus, where there is one. */
async function measureOnCitus({ rounds, slice_s }: Options): Promise<void> {
  const url = process.env.CITUS_URL
  if (url === undefined) say(notMeasured)
  else await measureSpread(url, { pairs: rounds, slice_s, shards: undefined, accounts: 2_000 })
}

/** The command that repeats this run; the path of the pgledger checkout is left out. */
function commandOf(args: string[]): string {
  return [
    ...(process.env.PGLEDGER_DIR ? ['PGLEDGER_DIR=…'] : []),
    'npm run bench',
    ...(args.length > 0 ? ['--', ...args] : []),
  ].join(' ')
}

async function measure(postgres: Postgres, options: Options, command: string): Promise<Findings> {
  const pgledgerDir = process.env.PGLEDGER_DIR || undefined
  const chosen = rows.filter(
    ({ id }) => (options.only?.includes(id) ?? true) && (id !== 'P2' || pgledgerDir !== undefined),
  )
  const machine = await describeMachine(postgres.admin)
  const { child: receiver, ready } = await startChild<object, { port: number }>('receiver', {})
  const receiverUrl = `http://127.0.0.1:${ready.port}/hook`
  try {
    const template = await makeTemplate(postgres, receiverUrl)
    const history = needsHistory(chosen) ? await makeHistory(postgres, receiverUrl, options.history, say) : undefined
    const fixtures = new Fixtures({
      postgres,
      template: template.database.name,
      key: template.key,
      receiver_url: receiverUrl,
      tpcb_scale: options.tpcb_scale,
      history: history?.database,
      pgledger_dir: pgledgerDir,
    })
    try {
      const found = await measureAll(postgres, fixtures, chosen, options)
      const verifications = await verifyAll(postgres, fixtures.databases)
      const notes = notesOf(options, pgledgerDir)
      return { command, date: new Date(), machine, notes, rows: chosen, history, verifications, ...found }
    } finally {
      await fixtures.close()
    }
  } finally {
    await receiver.stop()
  }
}

function needsHistory(chosen: readonly Row[]): boolean {
  return chosen.some(({ id }) => id === 'P12' || id === 'P13')
}

async function measureAll(postgres: Postgres, fixtures: Fixtures, chosen: readonly Row[], options: Options) {
  const workloads: Named[] = []
  for (const name of workloadsOf(chosen)) {
    say(`preparing ${name}`)
    workloads.push(await fixtures.make(name))
  }
  const measured = new Map<WorkloadName, Measured>()
  fixtures.peak = () => measured.get('payments, delivered')?.rates.at(-1) ?? 0
  const size = await diskOf(postgres, fixtures)
  for (const quiet of [true, false]) {
    const group = workloads.filter(({ name }) => quietWorkloads.has(name) === quiet)
    await measureRounds(postgres.admin, group, options.rounds, options.slice_s, measured, say)
  }
  const after = await diskOf(postgres, fixtures)
  const payments = after.payments - size.payments
  const memory = options.memory_min > 0 ? await watchMemory(fixtures, options.memory_min, say) : undefined
  return { measured, disk_per_payment: payments > 0 ? (after.bytes - size.bytes) / payments : undefined, memory }
}

async function diskOf(postgres: Postgres, fixtures: Fixtures): Promise<{ bytes: number; payments: number }> {
  const name = 'bench_payments'
  if (!fixtures.databases.includes(name)) return { bytes: 0, payments: 0 }
  const found = await postgres.on(name, (pool) =>
    pool.query<{ count: bigint }>('select count(*) as count from payment'),
  )
  return { bytes: await sizeOf(postgres, name), payments: Number(found.rows[0]?.count) }
}

async function verifyAll(postgres: Postgres, names: string[]): Promise<Map<string, Verification>> {
  const found = new Map<string, Verification>()
  for (const name of names) found.set(name, await postgres.on(name, (pool) => verify(pool, say)))
  return found
}

function notesOf({ rounds, slice_s, tpcb_scale }: Options, pgledgerDir: string | undefined): string[] {
  return [
    `${rounds} rounds, slices of ${slice_s} s, TPC-B-like at scale ${tpcb_scale} with 32 clients`,
    'Callers, load and receiver run on the same processors as the server and the database',
    ...(pgledgerDir === undefined ? ['P2 was not measured: PGLEDGER_DIR names no checkout of pgledger'] : []),
  ]
}

const begin = '<!-- bench: begin -->'
const end = '<!-- bench: end -->'

/** Puts the table between the two marks of docs/performance.md; the text around them is written by hand and stays. */
function writeDocument(text: string): void {
  const file = new URL('../docs/performance.md', import.meta.url)
  const document = readFileSync(file, 'utf8')
  const [before, rest = ''] = document.split(begin)
  const after = rest.split(end)[1]
  if (after === undefined) throw new Error('docs/performance.md has lost its marks')
  writeFileSync(file, `${before}${begin}\n\n${text}\n${end}${after}`)
}

await main()
