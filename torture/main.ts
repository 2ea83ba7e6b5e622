import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { join, resolve } from 'node:path'
import { type Fault, faults, type Tried } from './faults.ts'
import { help, type Options, readOptions } from './options.ts'
import { lineOf, type Row, type Run, render, violationsOf } from './report.ts'
import { tryFault } from './try-fault.ts'

const root = resolve(import.meta.dirname, '..')
const page = join(root, 'docs/reliability.md')
const say = (text: string) => process.stderr.write(`${text}\n`)

async function main(): Promise<void> {
  const options = readOptions(process.argv.slice(2))
  if (options === undefined) {
    process.stdout.write(help)
    return
  }
  const { only } = options
  const unknown = only?.filter((id) => !faults.some((fault) => fault.id === id)) ?? []
  if (unknown.length > 0) throw new Error(`There is no row ${unknown.join(', ')}. See docs/reliability.md.`)
  const chosen = faults.filter(({ id }) => only?.includes(id) ?? true)
  const rows = await tryAll(chosen, options)
  const text = render(describe(rows, options))
  process.stdout.write(`${text}\n`)
  if (options.write && rows.length === chosen.length) writePage(text)
  for (const violation of violationsOf(rows)) say(violation)
  if (violationsOf(rows).length > 0) process.exitCode = 1
}

/** One after the other: two faults at once would not say which of them broke something. */
async function tryAll(chosen: Fault[], options: Options): Promise<Row[]> {
  const rows: Row[] = []
  let stopped = false
  // Heard as often as it comes: what the row has started is ended first.
  for (const signal of ['SIGINT', 'SIGTERM']) {
    process.on(signal, () => {
      stopped = true
    })
  }
  for (const [index, fault] of chosen.entries()) {
    if (stopped) break
    say(`${index + 1} of ${chosen.length}: ${fault.fault}`)
    const result =
      'not_tried' in fault
        ? undefined
        : await tryFault(fault, { variables: variablesOf(fault, options), quick: options.quick })
    const row = { fault, result }
    say(lineOf(row))
    rows.push(row)
  }
  return rows
}

function variablesOf({ full = {} }: Tried, { quick, seed, restores }: Options): Record<string, string> {
  const often = quick ? {} : full
  const asked = restores !== undefined && 'RESTORES' in full ? { RESTORES: restores } : {}
  const all = { ...often, ...asked, SUITE_SEED: seed }
  return Object.fromEntries(Object.entries(all).map(([name, value]) => [name, String(value)]))
}

function describe(rows: Row[], { quick, seed, only, restores }: Options): Run {
  const args = [
    ...(quick ? ['--quick'] : []),
    `--seed ${seed}`,
    ...(only ? [`--only ${only.join(',')}`] : []),
    ...(restores === undefined ? [] : [`--restores ${restores}`]),
  ]
  return {
    rows,
    command: `npm run torture -- ${args.join(' ')}`,
    commit: execFileSync('git', ['rev-parse', '--short=10', 'HEAD'], { cwd: root, encoding: 'utf8' }).trim(),
    date: new Date().toISOString().slice(0, 10),
    machine: `${cpus().length} cores, Node ${process.versions.node}`,
  }
}

const [begins, ends] = ['<!-- the table begins -->', '<!-- the table ends -->']

/** Puts the table between its marks in the page. */
function writePage(text: string): void {
  const [before, rest = ''] = readFileSync(page, 'utf8').split(begins)
  writeFileSync(page, `${before}${begins}\n\n${text}\n\n${ends}${rest.split(ends)[1]}`)
}

await main().catch((error: Error) => {
  say(error.message)
  process.exitCode = 1
})
