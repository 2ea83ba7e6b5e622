import { readFileSync, writeFileSync } from 'node:fs'
import { makeHistory, makeTemplate, sizeOf, type Verification, verify } from './databases.ts'
import { Cast } from './fixtures.ts'
import { startChild } from './http/child.ts'
import { describeMachine } from './machine.ts'
import { watchMemory } from './memory.ts'
import { help, type Options, readOptions } from './options.ts'
import { openStage, type Stage } from './postgres.ts'
import { type Findings, failures, render } from './report.ts'
import { type Measured, measureRounds, type Named } from './rounds.ts'
import { type ContenderName, contendersOf, quietContenders, type Row, rows } from './rows.ts'

const say = (text: string) => process.stderr.write(`${text}\n`)

async function main(): Promise<void> {
  const args = process.argv.slice(2)
  const options = readOptions(args)
  if (options === undefined) {
    process.stdout.write(help)
    return
  }
  const stage = await openStage(process.env.DATABASE_URL || undefined)
  try {
    const findings = await measure(stage, options, commandOf(args))
    const text = render(findings)
    process.stdout.write(`${text}\n`)
    if (options.write) writeDocument(text)
    const failed = failures(findings)
    for (const failure of failed) say(failure)
    if (failed.length > 0) process.exitCode = 1
  } finally {
    await stage.close()
  }
}

/** What repeats this run; where the checkout of pgledger lies is the reader's own. */
function commandOf(args: string[]): string {
  return [
    ...(process.env.PGLEDGER_DIR ? ['PGLEDGER_DIR=…'] : []),
    'npm run bench',
    ...(args.length > 0 ? ['--', ...args] : []),
  ].join(' ')
}

async function measure(stage: Stage, options: Options, command: string): Promise<Findings> {
  const pgledgerDir = process.env.PGLEDGER_DIR || undefined
  const chosen = rows.filter(
    ({ id }) => (options.only?.includes(id) ?? true) && (id !== 'P2' || pgledgerDir !== undefined),
  )
  const machine = await describeMachine(stage.admin)
  const { child: receiver, ready } = await startChild<object, { port: number }>('receiver', {})
  const receiverUrl = `http://127.0.0.1:${ready.port}/hook`
  try {
    const template = await makeTemplate(stage, receiverUrl)
    const history = needsHistory(chosen) ? await makeHistory(stage, receiverUrl, options.history, say) : undefined
    const cast = new Cast({
      stage,
      template: template.name,
      key: template.key,
      receiver_url: receiverUrl,
      tpcb_scale: options.tpcb_scale,
      history: history?.database,
      pgledger_dir: pgledgerDir,
    })
    try {
      const found = await play(stage, cast, chosen, options)
      const verifications = await verifyAll(stage, cast.databases)
      const notes = notesOf(options, pgledgerDir)
      return { command, date: new Date(), machine, notes, rows: chosen, history, verifications, ...found }
    } finally {
      await cast.close()
    }
  } finally {
    await receiver.stop()
  }
}

function needsHistory(chosen: readonly Row[]): boolean {
  return chosen.some(({ id }) => id === 'P12' || id === 'P13')
}

async function play(stage: Stage, cast: Cast, chosen: readonly Row[], options: Options) {
  const contenders: Named[] = []
  for (const name of contendersOf(chosen)) {
    say(`preparing ${name}`)
    contenders.push(await cast.make(name))
  }
  const measured = new Map<ContenderName, Measured>()
  cast.peak = () => measured.get('payments, delivered')?.rates.at(-1) ?? 0
  const size = await diskOf(stage, cast)
  for (const quiet of [true, false]) {
    const group = contenders.filter(({ name }) => quietContenders.has(name) === quiet)
    await measureRounds(stage.admin, group, options.rounds, options.slice_s, measured, say)
  }
  const after = await diskOf(stage, cast)
  const payments = after.payments - size.payments
  const memory = options.memory_min > 0 ? await watchMemory(cast, options.memory_min, say) : undefined
  return { measured, disk_per_payment: payments > 0 ? (after.bytes - size.bytes) / payments : undefined, memory }
}

async function diskOf(stage: Stage, cast: Cast): Promise<{ bytes: number; payments: number }> {
  const name = 'bench_payments'
  if (!cast.databases.includes(name)) return { bytes: 0, payments: 0 }
  const found = await stage.on(name, (pool) => pool.query<{ count: bigint }>('select count(*) as count from payment'))
  return { bytes: await sizeOf(stage, name), payments: Number(found.rows[0]?.count) }
}

async function verifyAll(stage: Stage, names: string[]): Promise<Map<string, Verification>> {
  const found = new Map<string, Verification>()
  for (const name of names) found.set(name, await stage.on(name, (pool) => verify(pool, say)))
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

/** Puts the table between the two marks of docs/performance.md; what is written by hand around them stays. */
function writeDocument(text: string): void {
  const file = new URL('../docs/performance.md', import.meta.url)
  const document = readFileSync(file, 'utf8')
  const [before, rest = ''] = document.split(begin)
  const after = rest.split(end)[1]
  if (after === undefined) throw new Error('docs/performance.md has lost its marks')
  writeFileSync(file, `${before}${begin}\n\n${text}\n${end}${after}`)
}

await main()
