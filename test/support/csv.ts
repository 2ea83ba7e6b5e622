/** Reads CSV as RFC 4180 has it, and throws on what it does not have. */
export function readCsv(text: string): string[][] {
  const lines: string[][] = []
  let line: string[] = []
  let rest = text
  while (rest !== '') {
    const [whole = '', quoted, plain = '', end = ''] = /^(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/.exec(rest) ?? []
    if (whole === '') throw new Error(`This is no CSV: ${rest.slice(0, 60)}`)
    line.push(quoted === undefined ? plain : quoted.replaceAll('""', '"'))
    rest = rest.slice(whole.length)
    if (end === ',') continue
    lines.push(line)
    line = []
  }
  if (line.length > 0) throw new Error('The last line has no end.')
  return lines
}

/** The lines below the header, by the names of their columns. */
export function readTable(text: string): Record<string, string>[] {
  const [header = [], ...lines] = readCsv(text)
  return lines.map((cells) => {
    if (cells.length !== header.length) throw new Error('A line has another number of cells than the header.')
    return Object.fromEntries(header.map((name, at) => [name, cells[at] ?? '']))
  })
}
