import { execFile } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, onTestFinished, test } from 'vitest'
import { faults, type Tried } from '../../torture/faults.ts'
import { readOptions } from '../../torture/options.ts'
import { render, violationsOf } from '../../torture/report.ts'
import { tryFault } from '../../torture/try-fault.ts'
import { eventually } from '../support/eventually.ts'
import { temporaryDirectory } from '../support/temporary.ts'

const root = resolve(import.meta.dirname, '../..')
const tried = faults.filter((fault): fault is Extract<typeof fault, Tried> => 'tests' in fault)

/** The sources of the tests of a fault. */
function sourcesOf({ tests }: Tried): string {
  const files = tests.flatMap((path) =>
    statSync(join(root, path)).isDirectory() ? readdirSync(join(root, path)).map((file) => join(path, file)) : [path],
  )
  return files
    .filter((file) => file.endsWith('.ts'))
    .map((file) => readFileSync(join(root, file), 'utf8'))
    .join('\n')
}

describe('the table of faults', () => {
  test('has each number once, and says why where something is not tried', () => {
    const ids = faults.map(({ id }) => id)
    const numbers = (letter: string, to: number, without: number[]) =>
      Array.from({ length: to }, (_, index) => index + 1)
        .filter((number) => !without.includes(number))
        .map((number) => `${letter}${number}`)
    // F14 is of imports and S15 of erasure, which are no faults.
    expect(ids).toEqual([...numbers('F', 21, [14]), ...numbers('S', 16, [15])])
    for (const fault of faults) if ('not_tried' in fault) expect(fault.not_tried).toMatch(/\w+.*\.$/)
  })

  test.each(tried)('$id has its tests, which read what it sets', (fault) => {
    expect(fault.tests.filter((path) => !existsSync(join(root, path)))).toEqual([])
    const sources = sourcesOf(fault)
    for (const name of Object.keys(fault.full ?? {})) expect(sources).toContain(`process.env.${name} ??`)
  })
})

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

describe('a fault', () => {
  /** A checkout of one test. */
  async function checkout(source: string) {
    const { path, remove } = await temporaryDirectory()
    onTestFinished(remove)
    symlinkSync(join(root, 'node_modules'), join(path, 'node_modules'))
    writeFileSync(join(path, 'fault.test.ts'), source)
    return path
  }

  test('that is survived has no violation, and what was counted', { timeout: 120_000 }, async () => {
    const own = await checkout(`import { appendFileSync } from 'node:fs'
      import { test } from 'vitest'
      test('it holds', () => appendFileSync(process.env.TALLY, '["storms",' + process.env.FAULT_SEED + ']\\n["storms",1]\\n'))`)
    const result = await tryFault(
      { tests: ['fault.test.ts'] },
      { variables: { FAULT_SEED: '7' }, quick: true, root: own },
    )
    expect(result).toMatchObject({ tests: 1, counts: { storms: 8 }, violations: [] })
  })

  test('that leaves a PostgreSQL behind leaves none in the end', { timeout: 120_000 }, async () => {
    // Any process will do that is started as one is on a folder for temporary files; the other has only got the number of one.
    const own = await checkout(`import { spawn } from 'node:child_process'
      import { mkdirSync, writeFileSync } from 'node:fs'
      import { tmpdir } from 'node:os'
      import { test } from 'vitest'
      const waits = ['-e', 'setTimeout(() => {}, 60_000)']
      const leave = (name, argv0) => {
        const data = tmpdir() + '/' + name
        mkdirSync(data)
        const left = spawn(process.execPath, [...waits, data], { argv0, detached: true, stdio: 'ignore' })
        writeFileSync(data + '/postmaster.pid', left.pid + '\\n')
        return left.pid
      }
      test('two are left', () => {
        writeFileSync(process.env.LEFT, leave('ours', '/x/postgres') + ' ' + leave('stale', '/x/other'))
      })`)
    const left = join(own, 'left')
    await tryFault({ tests: ['fault.test.ts'] }, { variables: { LEFT: left }, quick: true, root: own })
    const [ours, other] = readFileSync(left, 'utf8').split(' ').map(Number) as [number, number]
    onTestFinished(() => void process.kill(other))
    await eventually(() => !isRunning(ours), 'it has ended')
    expect(isRunning(other)).toBe(true)
  })

  test('that is not is named with why, and so is a test that is not there', { timeout: 120_000 }, async () => {
    const own = await checkout(`import { expect, test } from 'vitest'
      test('a cent is lost', () => expect(99).toBe(100))`)
    const row = { tests: ['fault.test.ts', 'nowhere.test.ts'] }
    const result = await tryFault(row, { variables: {}, quick: true, root: own })
    expect(result.violations).toEqual([
      'nowhere.test.ts is missing',
      expect.stringContaining('a cent is lost: AssertionError: expected 99 to be 100'),
    ])
    const fault = { id: 'F0', fault: 'a cent is lost', ...row }
    expect(violationsOf([{ fault, result }])).toEqual(result.violations.map((one) => `F0: ${one}`))
  })
})

test('the report says what was tried, how often, and what repeats it', () => {
  const result = {
    tests: 2,
    counts: { 'kills of the server': 1_200, 'clean verifies': 3 },
    violations: ['x'],
    seconds: 61.4,
  }
  const rows = [
    { fault: { id: 'F1', fault: 'It is killed', tests: [] }, result },
    { fault: { id: 'F5', fault: 'It burns', not_tried: 'No fire.' }, result: undefined },
  ]
  const text = render({
    rows,
    command: 'npm run torture -- --seed 1',
    commit: 'abc',
    date: '2026-11-27',
    machine: '2 cores',
  })
  expect(text.split('\n')).toEqual([
    '`npm run torture -- --seed 1`, at commit `abc`, on 2026-11-27, 2 cores.',
    '',
    '| | fault | times | violations | seconds |',
    '|---|---|---|---:|---:|',
    '| F1 | It is killed | kills of the server: 1,200; clean verifies: 3; tests: 2 | 1 | 61 |',
    '| F5 | It burns | not tried: No fire. | | |',
    '',
    'In all: kills of the server: 1,200; clean verifies: 3; **violations: 1**.',
  ])
})

test('the options are read, and one that is none is refused in a line', () => {
  expect(readOptions(['--quick', '--seed', '5', '--only', 'f1, S3', '--restores', '2'])).toEqual({
    quick: true,
    write: false,
    seed: 5,
    only: ['F1', 'S3'],
    restores: 2,
  })
  expect(readOptions(['--help'])).toBeUndefined()
  expect(() => readOptions(['--seed', 'x'])).toThrow('--seed should be a whole number.')
})

test('a row that there is not is refused', async () => {
  const run = promisify(execFile)(process.execPath, ['torture/main.ts', '--only', 'F99'], { cwd: root })
  await expect(run).rejects.toMatchObject({ code: 1, stderr: expect.stringContaining('There is no row F99.') })
})
