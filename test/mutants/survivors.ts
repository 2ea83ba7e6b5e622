/** A change that no test can see, and why. */
export type Equivalent = { file: string; line: string; replaced: string; replacement: string; reason: string }

/** A change of a source that the tests did not see. */
export type Survivor = { file: string; line: string; replaced: string; replacement: string; at: number }

type Position = { line: number; column: number }
type Mutant = { status: string; replacement?: string; location: { start: Position; end: Position } }
/** What Stryker writes: https://github.com/stryker-mutator/mutation-testing-elements, its report schema. */
export type MutationReport = { files: Record<string, { source: string; mutants: Mutant[] }> }

/** How many mutants came to which end, and those that the tests did not see. Words (words.ts) are no mutants. */
export type Outcome = { counts: Record<string, number>; survivors: Survivor[] }

// A test failed, or did not end; or the file could not be loaded any more, which fails every test of it.
const seen = ['Killed', 'Timeout', 'RuntimeError']

/** Reads a report. A mutant that no test reaches has survived too: nothing looked at what it does. */
export function readOutcome({ files }: MutationReport): Outcome {
  const counts: Record<string, number> = {}
  const survivors: Survivor[] = []
  for (const [file, { source, mutants }] of Object.entries(files)) {
    const lines = source.split('\n')
    for (const { status, replacement = '', location } of mutants) {
      if (status === 'Ignored') continue
      counts[status] = (counts[status] ?? 0) + 1
      if (seen.includes(status)) continue
      const { start, end } = location
      const line = lines[start.line - 1] ?? ''
      const replaced =
        start.line === end.line ? line.slice(start.column - 1, end.column - 1) : line.slice(start.column - 1)
      survivors.push({ file, line: line.trim(), replaced, replacement, at: start.line })
    }
  }
  return { counts, survivors }
}

/** Those that nobody has named, and the names that no survivor has any more. */
export function compare(survivors: readonly Survivor[], named: readonly Equivalent[]) {
  const matches = (one: Survivor, name: Equivalent) =>
    one.file === name.file &&
    one.line === name.line &&
    one.replaced === name.replaced &&
    one.replacement === name.replacement
  return {
    unnamed: survivors.filter((one) => !named.some((name) => matches(one, name))),
    stale: named.filter((name) => !survivors.some((one) => matches(one, name))),
  }
}
