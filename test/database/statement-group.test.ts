import type { PoolClient } from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { types } from '../../src/database/pool.ts'
import { StatementGroup } from '../../src/database/statement-group.ts'
import { type TestDatabase, testDatabase } from '../support/database.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await testDatabase()
})
afterAll(() => database.drop())

type Statement = { name?: string; text: string }

const insert = (slug: string) => `insert into merchant (slug, name, created_at) values ('${slug}', 'One', now())`
const isThere = async (slug: string) => {
  const { rowCount } = await database.pool.query('select 1 from merchant where slug = $1', [slug])
  return rowCount === 1
}
const begin = { text: 'begin' }
const commit = { text: 'commit' }
const which = (n: number) => ({ name: 'which', text: `select ${n} as n` })

/** Sends statements as one group, under just the names that they have. What came of each: its rows, or the message of its error. */
function send(client: PoolClient, ...statements: Statement[]): Promise<unknown[]> {
  const group = new StatementGroup(types)
  const added = statements.map((statement) =>
    group.add(statement).then(
      ({ rows }) => rows,
      ({ message }: Error) => message,
    ),
  )
  client.query(group)
  return Promise.all(added)
}

async function onOneConnection(work: (client: PoolClient) => Promise<void>): Promise<void> {
  const client = await database.pool.connect()
  let failure: unknown
  await work(client).catch((error) => {
    failure = error
  })
  // Not given back: the names on it are this test's.
  client.release(true)
  if (failure) throw failure
}

const refusal = "Prepared statements must be unique: 'which' was sent with another text before."

describe('a name that comes again with another text', () => {
  test('in one group: nothing of it is carried out, nor the commit behind it', async () => {
    await onOneConnection(async (client) => {
      const sent = [begin, { text: insert('in-one') }, which(1), which(2), commit]
      expect(await send(client, ...sent)).toEqual(sent.map(() => refusal))
    })
    expect(await isThere('in-one')).toBe(false)
  })

  test('in a group behind one that is not answered yet: nor the commit in a third group', async () => {
    await onOneConnection(async (client) => {
      const groups = [
        send(client, begin, which(1), { text: insert('under-way') }),
        send(client, { text: insert('under-way-too') }, which(2)),
        send(client, commit),
      ]
      const [, second, third] = await Promise.all(groups)
      expect(second).toEqual([refusal, refusal])
      expect(third).toEqual([expect.any(String)])
    })
    expect(await isThere('under-way')).toBe(false)
    expect(await isThere('under-way-too')).toBe(false)
  })

  test('in a group behind one that was answered', async () => {
    await onOneConnection(async (client) => {
      expect(await send(client, begin, which(1), { text: insert('answered') })).toEqual([[], [{ n: 1 }], []])
      expect(await send(client, which(2), commit)).toEqual([refusal, refusal])
    })
    expect(await isThere('answered')).toBe(false)
  })

  test('behind a group that failed after the name was parsed', async () => {
    await onOneConnection(async (client) => {
      const failed = await send(client, which(1), { text: 'select 1 / 0' })
      expect(failed).toEqual(['division by zero', 'division by zero'])
      expect(await send(client, which(2))).toEqual([refusal])
    })
  })
})

describe('a name that is free', () => {
  test('again, since what had it was passed over: the text that is sent is the one that is carried out', async () => {
    await onOneConnection(async (client) => {
      const failed = await send(client, { text: 'select 1 / 0' }, which(1))
      expect(failed).toEqual(['division by zero', 'division by zero'])
      expect(await send(client, which(2), which(2))).toEqual([[{ n: 2 }], [{ n: 2 }]])
      expect(await send(client, which(2))).toEqual([[{ n: 2 }]])
    })
  })

  test('or stands for the same text, may come as often as it likes, before and after an answer', async () => {
    await onOneConnection(async (client) => {
      const groups = [send(client, which(1), which(1)), send(client, which(1))]
      expect(await Promise.all(groups)).toEqual([[[{ n: 1 }], [{ n: 1 }]], [[{ n: 1 }]]])
      expect(await send(client, which(1))).toEqual([[{ n: 1 }]])
    })
  })
})
