import type { Fault } from './faults.ts'
import type { Counts, Result } from './try-fault.ts'

/** A row that was tried, or why it was not. */
export type Row = { fault: Fault; result: Result | undefined }

/** What was run, so that anybody can run it again. */
export type Run = { rows: Row[]; command: string; commit: string; date: string; machine: string }

/** How counts are written: `kills of the server: 200`. */
function listed(counts: Counts): string {
  return Object.entries(counts)
    .map(([what, times]) => `${what}: ${times.toLocaleString('en')}`)
    .join('; ')
}

const countsOf = ({ counts, tests }: Result) => listed({ ...counts, tests })

/** One line of the table on the terminal, when a fault has been tried. */
export function lineOf({ fault, result }: Row): string {
  const { id } = fault
  if (!result) return `${id.padEnd(4)} not tried: ${'not_tried' in fault ? fault.not_tried : ''}`
  const violations = result.violations.length
  return `${id.padEnd(4)} ${violations === 0 ? 'holds' : `VIOLATIONS: ${violations}`}, ${countsOf(result)}, ${Math.round(result.seconds)} s`
}

/** What all rows counted together. */
export function sumOf(rows: readonly Row[]): Counts {
  const sums: Counts = {}
  for (const { result } of rows) {
    for (const [what, times] of Object.entries(result?.counts ?? {})) sums[what] = (sums[what] ?? 0) + times
  }
  return sums
}

/** The violations of all rows, each with the row that it is of. */
export function violationsOf(rows: readonly Row[]): string[] {
  return rows.flatMap(({ fault, result }) => (result?.violations ?? []).map((one) => `${fault.id}: ${one}`))
}

/** The table as Markdown, with what repeats it. */
export function render({ rows, command, commit, date, machine }: Run): string {
  const lines = rows.map(({ fault, result }) =>
    result
      ? `| ${fault.id} | ${fault.fault} | ${countsOf(result)} | ${result.violations.length} | ${Math.round(result.seconds)} |`
      : `| ${fault.id} | ${fault.fault} | not tried: ${'not_tried' in fault ? fault.not_tried : ''} | | |`,
  )
  return [
    `\`${command}\`, at commit \`${commit}\`, on ${date}, ${machine}.`,
    '',
    '| | fault | times | violations | seconds |',
    '|---|---|---|---:|---:|',
    ...lines,
    '',
    `In all: ${listed(sumOf(rows))}; **violations: ${violationsOf(rows).length}**.`,
  ].join('\n')
}
