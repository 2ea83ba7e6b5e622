import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openPool, type Pool } from '../../src/database/pool.ts'
import { inOrder, transaction } from '../../src/database/transaction.ts'
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
/** Gives a pool of one connection to some work. */
async function withOne(work: (pool: Pool) => Promise<void>): Promise<void> {
  const pool = openPool({ connectionString: database.url }, 1, () => {})
  try {
    await work(pool)
  } finally {
    await pool.end()
  }
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
    await expect(late).rejects.toThrow('nothing is sent after the end of a transaction')
    expect(await slugs()).not.toContain('five')
    expect((await database.pool.query('select 1 as one')).rows).toEqual([{ one: 1 }])
  })
})

describe('statements that are sent together', () => {
  const conflict = "do $$ begin raise exception 'changed meanwhile' using errcode = '40001'; end $$"

  test('fail with the error of the first that failed, and so the transaction is tried again', async () => {
    let tries = 0
    await transaction(database.pool, async (connection) => {
      tries += 1
      const sent = [insert('seven'), { text: tries === 1 ? conflict : 'select 1' }, insert('eight')]
      await inOrder(sent.map((statement) => connection.query(statement)))
    })
    expect(tries).toBe(2)
    expect(await slugs()).toEqual(expect.arrayContaining(['seven', 'eight']))
  })

  test('fail with that error too when a refusal behind it is heard of first', async () => {
    const failing = transaction(
      database.pool,
      (connection) => {
        const deeper = async () => {
          await Promise.all([connection.query(conflict)])
        }
        return Promise.all([deeper(), connection.query('select 1')])
      },
      { tries_max: 1 },
    )
    await expect(failing).rejects.toMatchObject({ code: '40001' })
  })

  test('each have their own answer, of whatever kind', async () => {
    const answers = await transaction(database.pool, (connection) =>
      Promise.all([
        connection.query('select n, n::bigint * 10 as amount from generate_series(1, 2) as n'),
        connection.query(insert('ten')),
        connection.query('select 1 where false'),
        connection.query({ name: 'one', text: 'select $1::text as one', values: ['1'] }),
        connection.query({ name: 'one', text: 'select $1::text as one', values: [null] }),
      ]),
    )
    const rows = [
      { n: 1, amount: 10n },
      { n: 2, amount: 20n },
    ]
    expect(answers.map((answer) => answer.rows)).toEqual([rows, [], [], [{ one: '1' }], [{ one: null }]])
    expect(answers.map(({ rowCount }) => rowCount)).toEqual([2, 1, 0, 1, 1])
  })

  test('prepare a statement again that was skipped', async () => {
    const named = { name: 'later', text: 'select 2 as two' }
    await withOne(async (pool) => {
      const failing = transaction(pool, (connection) =>
        Promise.all([connection.query(insert('NOT A SLUG')), connection.query(named)]),
      )
      await expect(failing).rejects.toThrow(/merchant_slug_check/)
      for (let time = 0; time < 2; time++) {
        const { rows } = await transaction(pool, (connection) => connection.query(named))
        expect(rows).toEqual([{ two: 2 }])
      }
    })
  })

  test('with a value that cannot be made into text, undo the transaction although its commit was asked for', async () => {
    const circular: { self?: object } = {}
    circular.self = circular
    const failing = transaction(database.pool, (connection, sendCommit) => {
      const sent = Promise.all([
        connection.query(insert('eleven')),
        connection.query({ text: 'select $1', values: [circular] }),
      ])
      sendCommit()
      return sent
    })
    await expect(failing).rejects.toThrow(/circular/)
    expect(await slugs()).not.toContain('eleven')
  })
})

describe('a transaction that failed', () => {
  test('sends nothing more, and leaves its connection as it was', async () => {
    await withOne(async (pool) => {
      let late: () => unknown = () => undefined
      const failing = transaction(pool, (connection) => {
        connection.query(insert('twelve')).catch(() => {})
        late = () => connection.query(insert('thirteen'))
        throw new Error('changed its mind')
      })
      await expect(failing).rejects.toThrow('changed its mind')
      await expect(late()).rejects.toThrow('nothing is sent after the end of a transaction')
      const { rows } = await pool.query('select now() = statement_timestamp() as outside')
      expect(rows).toEqual([{ outside: true }])
    })
    expect(await slugs()).not.toContain('twelve')
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

test('a migration that adds a column beneath a prepared statement is not noticed by the work', async () => {
  await database.owner.query('create table widened (number integer); grant select on widened to tallystick_server')
  await withOne(async (pool) => {
    const read = () =>
      transaction(pool, async (connection) => {
        const { rows } = await connection.query({ name: 'read-widened', text: 'select * from widened' })
        return rows
      })
    await read()
    await database.owner.query('alter table widened add column name text; insert into widened values (1, $$one$$)')
    expect(await read()).toEqual([{ number: 1, name: 'one' }])
  })
  await database.owner.query('drop table widened')
})
