import { existsSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { describe, expect, test } from 'vitest'
import { equivalent } from './equivalent.ts'
import { groups } from './groups.ts'
import { compare, readOutcome } from './survivors.ts'
import { shouldIgnore } from './words.ts'

const root = resolve(import.meta.dirname, '../..')

test('every source and every test of a group is there', () => {
  const paths = groups.flatMap(({ mutated, tests }) => [...mutated, ...tests])
  expect(paths.filter((path) => !existsSync(join(root, path)))).toEqual([])
  expect(new Set(groups.map(({ name }) => name)).size).toBe(groups.length)
})

test('every change that is named as making no difference is of a line that is there', () => {
  const mutated = groups.flatMap((group) => group.mutated)
  const gone = equivalent.filter(({ file, line }) => {
    const lines = mutated.includes(file) ? readFileSync(join(root, file), 'utf8').split('\n') : []
    return !lines.some((one) => one.trim() === line)
  })
  expect(gone).toEqual([])
})

describe('a text', () => {
  const node = { type: 'StringLiteral' }
  const root = (parent: { type: string }) => ({ node: parent, key: null, parentPath: null })

  test.each([
    ['assert', 1, true],
    ['required', 1, true],
    ['Problem', 1, true],
    ['Problem', 0, false],
    ['fieldProblem', 2, true],
    ['fieldProblem', 1, false],
    ['formatId', 1, false],
  ])('of %s, in place %d, is left as it is: %s', (name, key, left) => {
    const call = { type: 'CallExpression', callee: { type: 'Identifier', name } }
    expect(shouldIgnore({ node, key, listKey: 'arguments', parentPath: root(call) }) !== undefined).toBe(left)
  })

  test.each([
    [['name', 'text'], 'name', true],
    [['name', 'text'], 'text', false],
    [['name', 'kind'], 'name', false],
  ])('of an object with %j, as its %s, is left as it is: %s', (names, name, left) => {
    const properties = names.map((one) => ({ type: 'ObjectProperty', key: { type: 'Identifier', name: one } }))
    const property = { type: 'ObjectProperty', key: { type: 'Identifier', name } }
    const object = root({ type: 'ObjectExpression', ...{ properties } })
    const place = { node: property, key: 0, parentPath: object }
    expect(shouldIgnore({ node, key: 'value', parentPath: place }) !== undefined).toBe(left)
    const choice = { node: { type: 'ConditionalExpression' }, key: 'value', parentPath: place }
    expect(shouldIgnore({ node, key: 'consequent', parentPath: choice }) !== undefined).toBe(left)
  })
})

describe('a report', () => {
  const mutant = (status: string, replacement: string, from: number, to: number) => ({
    status,
    replacement,
    location: { start: { line: 1, column: from }, end: { line: 1, column: to } },
  })
  const files = {
    'a.ts': {
      source: '  const a = b < c\n',
      mutants: [
        mutant('Killed', 'b > c', 13, 18),
        mutant('Survived', 'b <= c', 13, 18),
        mutant('NoCoverage', 'true', 13, 18),
        mutant('RuntimeError', 'false', 13, 18),
        mutant('Timeout', 'b >= c', 13, 18),
        mutant('Ignored', '""', 13, 18),
      ],
    },
  }

  test('has as survivors what the tests did not see and what they do not reach', () => {
    const survivor = { file: 'a.ts', line: 'const a = b < c', replaced: 'b < c', at: 1 }
    expect(readOutcome({ files })).toEqual({
      counts: { Killed: 1, Survived: 1, NoCoverage: 1, RuntimeError: 1, Timeout: 1 },
      survivors: [
        { ...survivor, replacement: 'b <= c' },
        { ...survivor, replacement: 'true' },
      ],
    })
  })

  test('is compared with what is named: by file, line, what is replaced and by what', () => {
    const { survivors } = readOutcome({ files })
    const name = { file: 'a.ts', line: 'const a = b < c', replaced: 'b < c', replacement: 'true', reason: 'x' }
    const stale = { ...name, replaced: 'b' }
    const { unnamed, stale: old } = compare(survivors, [name, stale])
    expect([unnamed.map(({ replacement }) => replacement), old]).toEqual([['b <= c'], [stale]])
  })
})
