/** A value of a report: `undefined` is an empty cell. An actor is an object of one member. */
export type ReportCell = string | number | Readonly<Record<string, string>> | undefined

// What a spreadsheet takes for the beginning of a formula.
const formula = /^[=+\-@＝＋－＠\t\r]/

/** One line of a CSV file (RFC 4180). A text that a spreadsheet would calculate gets an apostrophe before it; numbers are left alone. */
export function csvLine(cells: readonly ReportCell[]): string {
  return `${cells.map(csvCell).join(',')}\r\n`
}

function csvCell(cell: ReportCell): string {
  if (cell === undefined) return ''
  if (typeof cell === 'number') return String(cell)
  const text =
    typeof cell === 'string'
      ? cell
      : Object.entries(cell)
          .map((pair) => pair.join(':'))
          .join()
  const safe = formula.test(text) ? `'${text}` : text
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}
