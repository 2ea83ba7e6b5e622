import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { chmod, mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { isPostgresOn } from '../src/database/bundled/processes.ts'
import type { Tried } from './faults.ts'

const ownRoot = resolve(import.meta.dirname, '..')

/** How often something was counted while a fault was tried. */
export type Counts = Record<string, number>

/** What came of a fault. */
export type Result = { tests: number; counts: Counts; violations: string[]; seconds: number }

// Longer than any row takes on a slow machine, so that what hangs ends, too.
const fullDeadline_ms = 40 * 60_000
const quickDeadline_ms = 10 * 60_000

/** `root` is where the tests are, and `node_modules` with what runs them. */
export type TryOptions = { variables: Record<string, string>; quick: boolean; root?: string }

/** Runs the tests of a fault in a process of their own. A test that fails is a violation, and so is one that does not end. */
export async function tryFault({ tests }: Tried, { variables, quick, root = ownRoot }: TryOptions): Promise<Result> {
  const begun = performance.now()
  const missing = tests.filter((path) => !existsSync(join(root, path)))
  const folder = await mkdtemp(join(tmpdir(), 'tallystick-torture-'))
  // Whoever PostgreSQL runs as may pass, as in the place for temporary files.
  await chmod(folder, 0o711)
  const report = join(folder, 'report.json')
  const tally = join(folder, 'tally')
  try {
    const ended = await runTests(
      root,
      tests,
      { ...variables, TALLY: tally, TMPDIR: folder },
      report,
      quick ? quickDeadline_ms : fullDeadline_ms,
    )
    const { passed, failed } = await readReport(report)
    const violations = [...missing.map((path) => `${path} is missing`), ...failed]
    if (failed.length === 0 && (passed === 0 || !ended.well))
      violations.push(`The tests did not end well. ${ended.said}`)
    return { tests: passed, counts: await readTally(tally), violations, seconds: (performance.now() - begun) / 1_000 }
  } finally {
    await endPostgres(folder)
    await rm(folder, { recursive: true, force: true, maxRetries: 50, retryDelay: 100 })
  }
}

async function runTests(
  root: string,
  tests: string[],
  variables: Record<string, string>,
  report: string,
  deadline_ms: number,
): Promise<{ well: boolean; said: string }> {
  const vitest = join(root, 'node_modules/vitest/vitest.mjs')
  const args = ['run', ...tests, '--reporter=json', `--outputFile=${report}`, `--testTimeout=${deadline_ms}`]
  const child = spawn(process.execPath, [vitest, ...args], {
    cwd: root,
    env: { ...process.env, ...variables },
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let said = ''
  child.stderr.on('data', (chunk: Buffer) => {
    said = (said + chunk.toString('utf8')).slice(-2_000)
  })
  const stop = () => child.kill('SIGTERM')
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, stop)
  const tooLong = setTimeout(stop, deadline_ms)
  const [code] = await once(child, 'exit')
  clearTimeout(tooLong)
  for (const signal of ['SIGINT', 'SIGTERM']) process.off(signal, stop)
  return { well: code === 0, said }
}

/**
 * Ends what tests that were ended have left below their folder for temporary files: a PostgreSQL is in no group with the process that
 * started it, and has a file that names it. The file outlives one that was killed, and may be about another process by now, which is let
 * alone. What it holds is thrown away.
 */
async function endPostgres(folder: string): Promise<void> {
  const files = await readdir(folder, { recursive: true })
  for (const file of files.filter((one) => one.endsWith('postmaster.pid'))) {
    const pid = Number.parseInt(await readFile(join(folder, file), 'utf8'), 10)
    if (!isPostgresOn(pid, dirname(join(folder, file)))) continue
    try {
      process.kill(pid, 'SIGQUIT')
      // One that a test has stopped hears nothing until it goes on.
      process.kill(pid, 'SIGCONT')
    } catch {
      // It has ended by itself.
    }
  }
}

type Report = { testResults: { assertionResults: { status: string; fullName: string; failureMessages: string[] }[] }[] }

/** How many tests passed, and the names of those that failed with the first line of why. */
async function readReport(file: string): Promise<{ passed: number; failed: string[] }> {
  if (!existsSync(file)) return { passed: 0, failed: [] }
  const { testResults } = JSON.parse(await readFile(file, 'utf8')) as Report
  const all = testResults.flatMap(({ assertionResults }) => assertionResults)
  const failed = all.filter(({ status }) => status === 'failed')
  return {
    passed: all.filter(({ status }) => status === 'passed').length,
    failed: failed.map(({ fullName, failureMessages: [why = ''] }) => `${fullName}: ${why.split('\n')[0]}`),
  }
}

async function readTally(file: string): Promise<Counts> {
  if (!existsSync(file)) return {}
  const counts: Counts = {}
  for (const line of (await readFile(file, 'utf8')).trim().split('\n')) {
    const [what, times] = JSON.parse(line) as [string, number]
    counts[what] = (counts[what] ?? 0) + times
  }
  return counts
}
