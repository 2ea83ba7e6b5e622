import type { History, Verification } from './databases.ts'
import type { Measured } from './rounds.ts'
import type { Row, WorkloadName } from './rows.ts'
import { percentiles, type Spread, spread } from './statistics.ts'

/** The results of a run. */
export type Findings = {
  command: string
  date: Date
  machine: [string, string][]
  notes: string[]
  rows: readonly Row[]
  measured: Map<WorkloadName, Measured>
  history: Omit<History, 'database'> | undefined
  disk_per_payment: number | undefined
  verifications: Map<string, Verification>
  memory: string | undefined
}

/** One line of the table of rows, and whether its floor and its goal are met. */
export type Evaluation = { cells: string[]; floor_met: boolean; goal_met: boolean }

/** What is wrong with a run: rows below their floor, errors, and books that do not verify. */
export function failures(findings: Findings): string[] {
  const floors = findings.rows.flatMap((row) => {
    const evaluated = evaluate(row, findings)
    return evaluated && !evaluated.floor_met ? [`${row.id}: ${evaluated.cells.join(' ')} is below the floor`] : []
  })
  const errors = [...findings.measured.values()]
    .filter((one) => one.errors > 0)
    .map(({ name, errors: count, error }) => `${name}: ${count} errors, the first: ${error}`)
  const books = [...findings.verifications].flatMap(([name, { broken }]) => broken.map((line) => `${name}: ${line}`))
  return [...floors, ...errors, ...books]
}

/** The results as Markdown. */
export function render(findings: Findings): string {
  const { command, date, machine, notes, verifications, memory } = findings
  const facts: [string, string][] = [
    ['Date', date.toISOString().slice(0, 10)],
    ['Command', `\`${command}\``],
    ...machine,
  ]
  return [
    ...facts.map(([name, value]) => `- ${name}: ${value}`),
    ...notes.map((note) => `- ${note}`),
    '',
    '| # | operation | dispatcher | measured, median [range] | floor | goal | goal met |',
    '|---|---|---|---|---:|---:|---|',
    ...findings.rows.map((row) => evaluate(row, findings)).map((evaluated) => (evaluated ? line(evaluated.cells) : '')),
    '',
    'What each workload did, with the median and the range of its rounds:',
    '',
    '| workload | per second | p50 ms | p99 ms | p99.9 ms | WAL per operation | database CPU | product CPU | errors |',
    '|---|---|---:|---:|---:|---:|---:|---:|---:|',
    ...[...findings.measured.values()].map(workloadLine),
    '',
    ...batchLines(findings.measured),
    ...historyLines(findings),
    ...(memory === undefined ? [] : [memory, '']),
    'After the run `verify` was clean unless it says otherwise:',
    '',
    ...[...verifications].map(
      ([name, { payments, seconds, broken }]) =>
        `- \`${name}\`: ${count(payments)} payments in ${seconds.toFixed(1)} s, ${broken.length === 0 ? 'clean' : broken.join('; ')}`,
    ),
    '',
  ]
    .filter((text, index, all) => text !== '' || all[index - 1] !== '')
    .join('\n')
}

/** Compares a row with its floor and its goal; undefined if it was not measured. */
export function evaluate(row: Row, findings: Findings): Evaluation | undefined {
  if (row.kind === 'verify') return evaluateVerify(row, findings.history)
  if (row.kind === 'latency') return evaluateLatency(row, findings.measured.get(row.of))
  const over = findings.measured.get(row.over)
  const under = findings.measured.get(row.under)
  if (!over || !under) return undefined
  // Each ratio is of two slices of the same round, so that a disturbance of the machine affects both.
  const ratios = spread(over.rates.map((rate, round) => rate / (under.rates[round] as number)))
  const held = row.floor > 0
  return {
    cells: [
      row.id,
      row.what,
      row.dispatcher,
      shownSpread(ratios, (value) => `${value.toFixed(2)}×`),
      held ? `${row.floor}×` : '',
      held ? `${row.goal}×` : '',
      held ? met(ratios.median >= row.goal) : '',
    ],
    floor_met: ratios.median >= row.floor,
    goal_met: ratios.median >= row.goal,
  }
}

function evaluateVerify(row: Row & { kind: 'verify' }, history: Findings['history']): Evaluation | undefined {
  if (!history) return undefined
  const { seconds, payments } = row.run === 'whole' ? history.verify : history.incremental
  return {
    cells: [
      row.id,
      `${row.what} of ${count(payments)} payments`,
      row.dispatcher,
      `${seconds.toFixed(row.run === 'whole' ? 1 : 2)} s`,
      `${row.floor_s} s`,
      `${row.goal_s} s`,
      met(seconds <= row.goal_s),
    ],
    floor_met: seconds <= row.floor_s,
    goal_met: seconds <= row.goal_s,
  }
}

function evaluateLatency(row: Row & { kind: 'latency' }, measured: Measured | undefined): Evaluation | undefined {
  if (!measured || measured.latencies_ms.length === 0) return undefined
  const { p50, p99 } = percentiles(measured.latencies_ms)
  const goal = row.goal
  const goalMet = (goal.p50 === undefined || p50 <= goal.p50) && (goal.p99 === undefined || p99 <= goal.p99)
  const goals = [
    ...(goal.p50 === undefined ? [] : [`p50 ${goal.p50} ms`]),
    ...(goal.p99 === undefined ? [] : [`p99 ${goal.p99} ms`]),
  ]
  return {
    cells: [
      row.id,
      row.what,
      row.dispatcher,
      `p50 ${p50.toFixed(1)} ms, p99 ${p99.toFixed(1)} ms`,
      `p99 ${row.floor_p99_ms} ms`,
      goals.join(', '),
      met(goalMet),
    ],
    floor_met: p99 <= row.floor_p99_ms,
    goal_met: goalMet,
  }
}

function workloadLine(measured: Measured): string {
  const { name, rates, latencies_ms, total, wal_bytes, database_cpu_s, product_cpu_s, errors } = measured
  const latencies = latencies_ms.length > 0 ? percentiles(latencies_ms) : undefined
  const ms = (value: number | undefined) => (value === undefined ? '' : value.toFixed(1))
  const perOperation = (seconds: number | undefined) =>
    seconds === undefined || Number.isNaN(seconds) ? '' : `${Math.round((seconds / total) * 1e6)} µs`
  return line([
    name,
    shownSpread(spread(rates), (rate) => count(Math.round(rate))),
    ms(latencies?.p50),
    ms(latencies?.p99),
    ms(latencies?.p999),
    `${count(Math.round(wal_bytes / total))} B`,
    perOperation(database_cpu_s),
    perOperation(product_cpu_s),
    String(errors),
  ])
}

const batchBounds = [1, 2, 5, 10, 20, 50, 100, 150, 200]

function batchLines(measured: Findings['measured']): string[] {
  const batched = [...measured.values()].filter(({ batches }) => batches.length > 0)
  if (batched.length === 0) return []
  const labels = batchBounds.map((bound, index) => {
    const from = (batchBounds[index - 1] ?? 0) + 1
    return from === bound ? String(bound) : `${from}–${bound}`
  })
  const rows = batched.map(({ name, batches }) => {
    const payments = batches.reduce((sum, size) => sum + size, 0)
    const shares = batchBounds.map((bound, index) => {
      const inside = batches.filter((size) => size <= bound && size > (batchBounds[index - 1] ?? 0)).length
      return inside === 0 ? '' : `${((inside / batches.length) * 100).toFixed(0)} %`
    })
    return line([name, (payments / batches.length).toFixed(0), ...shares])
  })
  return [
    'Batches by size (payments committed together):',
    '',
    line(['workload', 'mean', ...labels]),
    `|---|---:|${labels.map(() => '---:|').join('')}`,
    ...rows,
    '',
  ]
}

function historyLines({ history, disk_per_payment: disk }: Findings): string[] {
  return [
    ...(disk === undefined
      ? []
      : [`Disk per payment, with all its rows and indexes: ${count(Math.round(disk))} B.`, '']),
    ...(history === undefined
      ? []
      : [
          `The history of P13: ${count(history.payments)} payments, ${(history.bytes / 2 ** 30).toFixed(1)} GiB on the disk (${count(Math.round(history.bytes / history.payments))} B per payment, accounts included).`,
          '',
        ]),
  ]
}

/** A median with its range, as the tables show them. */
export function shownSpread({ median, low, high }: Spread, show: (value: number) => string): string {
  return `${show(median)} [${show(low)}–${show(high)}]`
}

/** A line of a Markdown table. */
export function line(cells: string[]): string {
  return `| ${cells.join(' | ')} |`
}

function met(value: boolean): string {
  return value ? 'yes' : 'no'
}

/** A number with separators of thousands. */
export function count(value: number): string {
  return value.toLocaleString('en-US')
}
