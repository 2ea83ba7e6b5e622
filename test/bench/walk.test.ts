import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { reachableFiles } from '../../scripts/reachable.ts'
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
export function handle(queue: Queue, log: Log) {
  log.say(shape.payment)
  return queue.add(first)
}
const first = 1
export function other() {
  return [helper(), unused()]
}
`,
  'src/shape.ts': `import { base } from './helper.ts'\nexport const payment = base\n`,
  'src/helper.ts': `export const base = 1\nexport function helper() {}\n`,
  'src/unused.ts': `export function unused() {}\n`,
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
  expect(reachableFiles(project.path, ['src/route.ts#handle'])).toEqual([
    { path: 'src/helper.ts', lines: 2, leads_to: [] },
    { path: 'src/queue.ts', lines: 4, leads_to: [] },
    { path: 'src/route.ts', lines: 13, leads_to: ['src/shape.ts', 'src/queue.ts'] },
    { path: 'src/shape.ts', lines: 2, leads_to: ['src/helper.ts'] },
  ])
})

test('an entry that does not exist is refused', () => {
  expect(() => reachableFiles(project.path, ['src/route.ts#nothing'])).toThrow('There is no src/route.ts#nothing.')
})
