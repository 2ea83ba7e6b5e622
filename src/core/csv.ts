/** What a cell holds. Text is made safe; numbers are written as they are. */
export type CsvCell = string | number | bigint | null | undefined

// What a spreadsheet takes for the beginning of a formula, at the beginning of a cell or of a line in it, also behind spaces.
const formula = /^(?=[ \u00a0\u3000]*[\t\r\n])|(?<![^\r\n])(?=[ \t\u00a0\u3000]*[=+\-@＝＋－＠])/g
const quoted = /[",\r\n]/

/** One line as RFC 4180 has it. A text that a spreadsheet would run as a formula gets an apostrophe before it. */
export function csvLine(cells: readonly CsvCell[]): string {
  return `${cells.map(writeCell).join(',')}\r\n`
}

function writeCell(cell: CsvCell): string {
  if (cell === null || cell === undefined) return ''
  if (typeof cell !== 'string') return String(cell)
  const safe = cell.replaceAll(formula, "'")
  return quoted.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}
