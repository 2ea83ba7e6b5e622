import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { allOf, transaction } from '../../src/database/transaction.ts'
import { type TestDatabase, testDatabase } from '../support/database.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await testDatabase()
})
afterAll(() => database.drop())

const slugs = async () => {
  const { rows } = await database.pool.query<{ slug: string }>('select slug from merchant order by slug')
  return rows.map(({ slug }) => slug)
}
const insert = (slug: string) => ({
  text: 'insert into merchant (slug, name, created_at) values ($1, $1, now())',
  values: [slug],
})

describe('a commit that is sent behind the last statement', () => {
  test('holds what was sent before it', async () => {
    const written = await transaction(database.pool, (connection, sendCommit) => {
      const inserting = Promise.all([connection.query(insert('one')), connection.query(insert('two'))])
      sendCommit()
      return inserting
    })
    expect(written.map(({ rowCount }) => rowCount)).toEqual([1, 1])
    expect(await slugs()).toEqual(expect.arrayContaining(['one', 'two']))
  })

  test('holds nothing when one of the statements before it fails, whichever it is', async () => {
    for (const order of [
      ['three', 'NOT A SLUG'],
      ['NOT A SLUG', 'three'],
    ]) {
      const failing = transaction(database.pool, (connection, sendCommit) => {
        const inserting = Promise.all(order.map((slug) => connection.query(insert(slug))))
        sendCommit()
        return inserting
      })
      await expect(failing).rejects.toThrow(/merchant_slug_check/)
    }
    expect(await slugs()).not.toContain('three')
  })

  test('is not reported as done when a failure was passed over', async () => {
    const passing = transaction(database.pool, async (connection) => {
      await connection.query(insert('four'))
      await connection.query(insert('NOT A SLUG')).catch(() => {})
    })
    await expect(passing).rejects.toThrow('what was reported as done is committed')
    expect(await slugs()).not.toContain('four')
  })

  test('is the last that may be sent', async () => {
    const late = transaction(database.pool, async (connection, sendCommit) => {
      sendCommit()
      await connection.query(insert('five'))
    })
    await expect(late).rejects.toThrow('nothing is sent behind the commit')
    expect(await slugs()).not.toContain('five')
    expect((await database.pool.query('select 1 as one')).rows).toEqual([{ one: 1 }])
  })
})

describe('a conflict among statements that were sent together', () => {
  test('is tried again, although the failures of those behind it come up first', async () => {
    let tries = 0
    await transaction(database.pool, async (connection) => {
      tries += 1
      const conflict = "do $$ begin raise exception 'changed meanwhile' using errcode = '40001'; end $$"
      const first = connection.query(tries === 1 ? conflict : 'select 1')
      const behind = connection.query(insert('seven'))
      const firstAfterwards = first.catch(async (failure: Error) => {
        await behind.catch(() => {})
        throw failure
      })
      await allOf([firstAfterwards, behind])
    })
    expect(tries).toBe(2)
    expect(await slugs()).toContain('seven')
  })
})

describe('a number of rows that a statement has to touch', () => {
  test('undoes the transaction when it touches fewer', async () => {
    const short = transaction(database.pool, (connection, sendCommit) => {
      const sent = Promise.all([
        connection.query(insert('six')),
        connection.query("select assert_rows(1, 2, 'every locked receivable is still there')"),
      ])
      sendCommit()
      return sent
    })
    await expect(short).rejects.toThrow('every locked receivable is still there: 1 of 2 rows')
    expect(await slugs()).not.toContain('six')
  })
})
