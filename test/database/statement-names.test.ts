import { globSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openPool } from '../../src/database/pool.ts'
import { withUniqueName } from '../../src/database/sql.ts'
import { transaction } from '../../src/database/transaction.ts'
import { type TestDatabase, testDatabase } from '../support/database.ts'

const source = join(import.meta.dirname, '../../src')

const modules = globSync('**/*.ts', { cwd: source }).map((file) => ({
  file: file.replaceAll('\\', '/'),
  text: readFileSync(join(source, file), 'utf8'),
}))

/** A statement that stands in a module: what is given as its name, if anything is, and its text. */
type Inline = { file: string; names: string[]; text: string }

const inline: Inline[] = modules.flatMap(({ file, text }) =>
  [...text.matchAll(/(?:\bname: ([^\n]+),\s+(?:\/\/.*\s+)?)?\btext:\s+(`[^`]*`|'[^'\n]*'|"[^"\n]*"|\w+)/g)].map(
    ([, name, statement]) => ({
      file,
      names: [...(name ?? '').matchAll(/(['`])([^'`]+)\1/g)].map(([, , one]) => one as string),
      text: statement as string,
    }),
  ),
)

/** The names under which src keeps statements: those of its `.sql` files, and those given in its modules. */
function givenNames(): string[] {
  const files = globSync('**/*.sql', { cwd: source }).filter((file) => !file.includes('migrations'))
  return [...files.map((file) => basename(file, '.sql')), ...inline.flatMap(({ names }) => names)]
}

/** Where statements are sent once, several in one text, or on a connection of their own: nothing is gained by preparing them. */
const unprepared =
  /^database\/(backup\/|bundled\/|local\.ts|pooler\.ts|migrat[^/]*\.ts)|^distribution\/run\.ts|^ledger\/verify\//

describe('a statement of src', () => {
  test('is sent as an object, never as a bare text', () => {
    const bare = modules
      .filter(({ file }) => !unprepared.test(file))
      .flatMap(({ file, text }) =>
        [...text.matchAll(/\.query(?:<[^()]*>)?\(\s*['"`].*/g)].map(([found]) => [file, found]),
      )
    expect(bare).toEqual([])
  })

  // A list is put together of the conditions that were asked for: thousands of texts, of which none is worth keeping.
  test('is named, unless it is composed for each request', () => {
    const unnamed = inline.filter(({ names, text }) => names.length === 0 && /^[`'"]/.test(text))
    expect(unnamed.filter(({ text }) => !/\$\{conditions\.text\}/.test(text))).toEqual([])
    expect(unnamed.map(({ file }) => file).sort()).toEqual([
      'billing/object/list/store.ts',
      'billing/obligation/list.ts',
      'payments/checkout/store.ts',
      'payments/dispute/routes.ts',
      'payments/notice/store.ts',
      'payments/recorded/list.ts',
      'payments/refund/list.ts',
      'payments/settlement/list-lines.ts',
      'payments/settlement/list.ts',
    ])
  })

  test('stands in a file of its own when it is longer than five lines, unless it is composed', () => {
    const long = inline.filter(({ text }) => text.split('\n').length > 5 && !/\$\{/.test(text))
    expect(long).toEqual([])
  })

  test('of the ledger stands in a file of its own', () => {
    expect(inline.filter(({ file, text }) => file.startsWith('ledger/') && /^[`'"]/.test(text))).toEqual([])
  })
})

describe('the name of a statement', () => {
  test('is given once in all of src, so that a list of slow statements says which one is meant', () => {
    const names = givenNames()
    expect(names).toEqual(expect.arrayContaining(['claim-keys', 'begin', 'find-payment']))
    expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([])
  })

  test('leaves room for the hash among the 63 bytes that PostgreSQL looks at', () => {
    expect(givenNames().filter((name) => name.length > 63 - '-12345678'.length)).toEqual([])
  })

  test('tells the text too', () => {
    const one = withUniqueName({ name: 'count', text: 'select 1', values: [1] })
    expect(one).toEqual({ name: 'count-822ae07d', text: 'select 1', values: [1] })
    expect(withUniqueName({ name: 'count', text: 'select 2' }).name).toMatch(/^count-(?!822ae07d)[0-9a-f]{8}$/)
    expect(withUniqueName({ text: 'select 1' })).toEqual({ text: 'select 1' })
  })
})

describe('statements of one given name', () => {
  let database: TestDatabase
  beforeAll(async () => {
    database = await testDatabase()
  })
  afterAll(() => database.drop())

  test('are told apart by their texts, and one text is prepared once whichever way it is sent', async () => {
    const one = { name: 'which', text: 'select 1 as n' }
    const two = { name: 'which', text: 'select 2 as n' }
    const pool = openPool({ connectionString: database.url }, 1, () => {})
    try {
      const inside = await transaction(pool, (connection) => Promise.all([one, two].map((of) => connection.query(of))))
      const outside = await Promise.all([two, one].map((of) => pool.query(of)))
      expect([...inside, ...outside].map(({ rows }) => rows[0].n)).toEqual([1, 2, 2, 1])
      const { rows } = await pool.query<{ text: string }>(
        "select statement as text from pg_prepared_statements where name like 'which-%' order by statement",
      )
      expect(rows.map(({ text }) => text)).toEqual([one.text, two.text])
    } finally {
      await pool.end()
    }
  })
})
