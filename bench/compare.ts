import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { type Checkout, openCheckout, root } from './compare/checkout.ts'
import { type CompareOptions, help, readCompareOptions } from './compare/options.ts'
import { type Answer, type Kind, kinds, type Open, type Result, type Run } from './compare/protocol.ts'
import { type Child, startChild } from './http/child.ts'
import { openPostgres, type Postgres } from './postgres.ts'
import { count, line, shownSpread } from './report.ts'
import { spread } from './statistics.ts'

/** The two processes, the base first. */
type Sides = { base: Child<Run, Answer>; current: Child<Run, Answer> }

/** The results of one pair of slices. */
type Pair = { base: Result; current: Result }

const say = (text: string) => process.stderr.write(`${text}\n`)

async function main(): Promise<void> {
  const prepared = prepare(process.argv.slice(2))
  if (prepared === undefined) return
  const { checkout, options } = prepared
  try {
    const measured = await measure(checkout, options)
    process.stdout.write(table(measured))
    const failed = [...measured].flatMap(([kind, pairs]) => failures(kind, pairs))
    for (const failure of failed) say(failure)
    if (failed.length > 0) process.exitCode = 1
  } finally {
    checkout.remove()
  }
}

/** What to compare; undefined after help, or after a sentence that says why the arguments are refused. */
function prepare(args: string[]): { checkout: Checkout; options: CompareOptions } | undefined {
  try {
    const options = readCompareOptions(args)
    if (options !== undefined) return { checkout: openCheckout(options.base), options }
    process.stdout.write(help)
  } catch (error) {
    say((error as Error).message)
    process.exitCode = 1
  }
  return undefined
}

async function measure(checkout: Checkout, options: CompareOptions): Promise<Map<Kind, Pair[]>> {
  const postgres = await openPostgres(process.env.DATABASE_URL || undefined)
  try {
    say(`preparing ${checkout.name}`)
    const base = await startSide(postgres, 'base', checkout.folder, options.kinds)
    try {
      say('preparing this working tree')
      const current = await startSide(postgres, 'current', root, options.kinds)
      try {
        return await measurePairs({ base, current }, options)
      } finally {
        await current.stop()
      }
    } finally {
      await base.stop()
    }
  } finally {
    await postgres.close()
  }
}

/** Starts a side with the code in a folder, on a database of its own. */
async function startSide(
  postgres: Postgres,
  name: keyof Sides,
  folder: string,
  chosen: Kind[],
): Promise<Child<Run, Answer>> {
  const start: Open = { open: { address: postgres.addressOf(`compare_${name}`), kinds: chosen } }
  const { child } = await startChild<Run, Answer>('side', start, join(folder, 'bench/compare'))
  return child
}

async function measurePairs(sides: Sides, { kinds, pairs, slice_s }: CompareOptions): Promise<Map<Kind, Pair[]>> {
  const measured = new Map<Kind, Pair[]>()
  for (const kind of kinds) {
    const results: Pair[] = []
    measured.set(kind, results)
    for (let number = 1; number <= pairs; number++) {
      const pair = await measurePair(sides, { kind, seconds: slice_s }, number % 2 === 1)
      results.push(pair)
      const { base, current } = pair
      const rates = `${count(Math.round(rate(base)))}/s, ${count(Math.round(rate(current)))}/s`
      say(`${kind.padEnd(14)} pair ${number} of ${pairs}: ${rates}, ${ratio(pair).toFixed(3)}×`)
    }
  }
  return measured
}

/** Both orders are measured in turn: background work that the first slice causes slows the second one. */
async function measurePair(sides: Sides, run: Run['run'], baseFirst: boolean): Promise<Pair> {
  const slice = async (side: Child<Run, Answer>) => {
    const result = (await side.ask({ run })) as Result
    // Gives background work that the slice has caused a moment to end before the next one.
    await delay(200)
    return result
  }
  if (baseFirst) {
    const base = await slice(sides.base)
    return { base, current: await slice(sides.current) }
  }
  const current = await slice(sides.current)
  return { base: await slice(sides.base), current }
}

function table(measured: Map<Kind, Pair[]>): string {
  const lines = [...measured].map(([kind, pairs]) => {
    const rates = (side: keyof Sides) => count(Math.round(spread(pairs.map((pair) => rate(pair[side]))).median))
    const ratios = shownSpread(spread(pairs.map(ratio)), (value) => `${value.toFixed(3)}×`)
    return line([kinds[kind].join(', '), kind, ratios, rates('base'), rates('current'), String(pairs.length)])
  })
  return [
    line(['#', 'workload', 'current ÷ base, median [range]', 'base per second', 'current per second', 'pairs']),
    '|---|---|---|---:|---:|---:|',
    ...lines,
    '',
  ].join('\n')
}

function failures(kind: Kind, pairs: Pair[]): string[] {
  return (['base', 'current'] as const).flatMap((side) => {
    const errors = pairs.reduce((sum, pair) => sum + pair[side].errors, 0)
    const first = pairs.find((pair) => pair[side].error !== undefined)?.[side].error
    return errors > 0 ? [`${kind}: ${errors} errors of ${side}, the first: ${first}`] : []
  })
}

function rate({ done, seconds }: Result): number {
  return done / seconds
}

function ratio({ base, current }: Pair): number {
  return rate(current) / rate(base)
}

await main()
