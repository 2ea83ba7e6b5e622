import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { reachableFiles } from '../../scripts/reachable.ts'
import { entriesOfPayment, walkedFiles } from '../../scripts/walked-files.ts'
import { temporaryDirectory } from '../support/temporary.ts'

const files = {
  'tsconfig.json': JSON.stringify({
    compilerOptions: { module: 'nodenext', allowImportingTsExtensions: true, noEmit: true, types: [] },
    include: ['src'],
  }),
  'src/route.ts': `import type { Log } from './log.ts'
import type { Queue } from './queue-type.ts'
import * as shape from './shape.ts'
import { helper } from './helper.ts'
import { unused } from './unused.ts'
import { end } from './end.ts'
export function handle(queue: Queue, log: Log) {
  log.say(shape.payment)
  answers.done()
  return queue.add(first)
}
const first = 1
const answers = { done: () => finish() }
function finish() {
  return end()
}
export function other() {
  return [helper(), unused()]
}
`,
  'src/shape.ts': `import { base, helper } from './helper.ts'\nexport const payment = [base, helper()]\n`,
  'src/helper.ts': `export const base = 1\nexport function helper() {}\n`,
  'src/unused.ts': `export function unused() {}\n`,
  'src/end.ts': `export const end = () => {}\n`,
  'src/queue-type.ts': `export type Queue = { add(value: number): void }\n`,
  'src/queue.ts': `import type { Queue } from './queue-type.ts'\nexport function createQueue(): Queue {\n  return { add() {} }\n}\n`,
  'src/log.ts': `export type Log = { say(value: number): void }\nexport const one: Log = { say() {} }\nexport const two: Log = one\n`,
}

let project: Awaited<ReturnType<typeof temporaryDirectory>>

beforeAll(async () => {
  project = await temporaryDirectory()
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(project.path, path)), { recursive: true })
    writeFileSync(join(project.path, path), text)
  }
})

afterAll(() => project.remove())

test('a walk follows the values that a declaration names, and a method to what alone makes its object', () => {
  expect(reachableFiles(project.path, ['src/route.ts#handle']).map(({ path, lines }) => [path, lines])).toEqual([
    ['src/end.ts', 1],
    ['src/helper.ts', 2],
    ['src/queue.ts', 4],
    ['src/route.ts', 19],
    ['src/shape.ts', 2],
  ])
})

test('steps lead on to steps; what only a constant names is a part of the data that it is', () => {
  const files = reachableFiles(project.path, ['src/route.ts#handle'])
  expect(files.map(({ path, has_steps, leads_to }) => [path, has_steps, leads_to])).toEqual([
    ['src/end.ts', true, []],
    ['src/helper.ts', false, []],
    ['src/queue.ts', true, []],
    ['src/route.ts', true, ['src/end.ts', 'src/queue.ts']],
    ['src/shape.ts', false, []],
  ])
})

test('an entry that does not exist is refused', () => {
  expect(() => reachableFiles(project.path, ['src/route.ts#nothing'])).toThrow('There is no src/route.ts#nothing.')
})

test('a file is passed through, a leaf, data or left out', () => {
  const kinds = (without: string[]) =>
    Object.fromEntries(
      walkedFiles(project.path, ['src/route.ts#handle'], without).map(({ path, kind }) => [path.slice(4, -3), kind]),
    )
  expect(kinds([])).toEqual({ end: 'leaf', helper: 'data', queue: 'leaf', route: 'passed through', shape: 'data' })
  expect(kinds(['end', 'queue.ts'])).toMatchObject({ end: 'left out', queue: 'left out', route: 'leaf' })
})

// Of one machine: what is done on several besides is apart.
test('one payment passes through no more files than were agreed, none of them long', {
  timeout: 60_000,
}, () => {
  const passed = walkedFiles(resolve(import.meta.dirname, '../..'), entriesOfPayment, [
    'core',
    'ledger/payments/reservations',
    'webhooks/delivery/several-machines.ts',
  ]).filter(({ kind }) => kind === 'passed through')
  expect(passed.length).toBeLessThanOrEqual(45)
  expect(passed.filter(({ lines }) => lines > 300)).toEqual([])
})
