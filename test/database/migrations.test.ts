import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Migration, MigrationError, readMigrations } from '../../src/database/migrations.ts'
import { temporaryDirectory } from '../support/temporary.ts'

let directory: Awaited<ReturnType<typeof temporaryDirectory>>
beforeAll(async () => {
  directory = await temporaryDirectory()
})
afterAll(() => directory.remove())

/** Reads one migration file of these lines. */
async function read(...lines: string[]): Promise<Migration> {
  await writeFile(join(directory.path, '0001_one.sql'), `${lines.join('\n')}\n`)
  return readMigrations(pathToFileURL(`${directory.path}/`))[0] as Migration
}
const purpose = '-- purpose: something'
const breaking = '-- breaking: no'
const alone = '-- transaction: no'

describe('the header of a migration', () => {
  test('says whether it is breaking, and may say that it needs no transaction', async () => {
    expect(await read(purpose, breaking, 'select 1;')).toMatchObject({ breaking: false, index_statements: null })
    expect(await read(purpose, '-- breaking: yes', '-- transaction: yes')).toMatchObject({
      breaking: true,
      index_statements: null,
    })
    expect(await read(purpose, breaking, alone)).toMatchObject({ breaking: false, index_statements: [] })
  })

  test('may be followed by a comment', async () => {
    expect(await read(purpose, breaking, '-- Two tables: one for each.')).toMatchObject({ index_statements: null })
  })

  test('is refused when it is missing or says what is not known', async () => {
    const refused = [
      { lines: ['select 1;'], message: '0001_one.sql has no header' },
      { lines: [purpose, '-- breaking: perhaps'], message: '0001_one.sql has no header' },
      { lines: [purpose, breaking, '-- transaction: perhaps'], message: 'unknown header "-- transaction: perhaps"' },
      { lines: [purpose, breaking, '-- transactions: no'], message: 'unknown header "-- transactions: no"' },
    ]
    for (const { lines, message } of refused) {
      const reading = read(...lines)
      await expect(reading).rejects.toThrow(message)
      await expect(reading).rejects.toBeInstanceOf(MigrationError)
    }
  })

  test('is right in every migration of ours', () => {
    expect(readMigrations().map(({ name }) => name)).toContain('0001_environment.sql')
  })
})

describe('a migration that needs no transaction', () => {
  test('is read statement by statement', async () => {
    const { index_statements } = await read(
      purpose,
      breaking,
      alone,
      '-- Found by its name; see elsewhere.',
      'create unique index concurrently if not exists thing_name',
      '  on thing (lower(name))',
      "  where name <> '';",
      '',
      'drop index concurrently if exists thing_old;',
    )
    expect(index_statements).toEqual([
      {
        kind: 'create',
        index: 'thing_name',
        text: "create unique index concurrently if not exists thing_name\n  on thing (lower(name))\n  where name <> ''",
      },
      { kind: 'drop', index: 'thing_old', text: 'drop index concurrently if exists thing_old' },
    ])
  })

  test.each([
    'create table thing (id integer);',
    'create index if not exists thing_name on thing (name);',
    'create index concurrently thing_name on thing (name);',
    'create index concurrently if not exists on thing (name);',
    'create index concurrently if not exists "Thing" on thing (name);',
    'create index concurrently if not exists thing_name on thing (name)',
    'create index concurrently if not exists thing_name on thing (name); drop table thing;',
    'create index concurrently if not exists thing_name on thing (name); -- at last',
    'drop index concurrently thing_name;',
    'drop index concurrently if exists thing_name, thing_old;',
    'drop index concurrently if exists thing_name cascade;',
  ])('may not hold: %s', async (statement) => {
    const reading = read(purpose, breaking, alone, statement)
    await expect(reading).rejects.toThrow(`0001_one.sql runs without a transaction, so it may only contain`)
    await expect(reading).rejects.toBeInstanceOf(MigrationError)
  })
})
