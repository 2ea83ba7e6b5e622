import pg from 'pg'
import { afterAll, beforeAll, describe, expect, inject, onTestFinished, test } from 'vitest'
import { answered, endConnection } from '../../src/database/backup/answered.ts'
import { copyIn, copyOut } from '../../src/database/backup/copy.ts'
import { type TestDatabase, testDatabase } from '../support/database.ts'
import { silentProxy } from '../support/silent-proxy.ts'

let database: TestDatabase
let client: pg.Client
beforeAll(async () => {
  database = await testDatabase()
  client = new pg.Client({ connectionString: database.ownerUrl })
  await client.connect()
})
afterAll(async () => {
  await client.end()
  await database.drop()
})

// More pieces than may wait, all of which come in one packet with the end of the answer.
test.each([10, 300, 900, 20_000])('a stream of %i pieces leaves a connection that answers', async (rows) => {
  let pieces = 0
  for await (const _ of copyOut(client, `copy (select n from generate_series(1, ${rows}) as n) to stdout`)) pieces += 1
  expect(pieces).toBe(rows)
  const { rows: after } = await client.query('select 1 as one')
  expect(after).toEqual([{ one: 1 }])
})

test('a stream that falls silent is given up', async () => {
  const silent = new pg.Client({ connectionString: database.ownerUrl })
  silent.on('error', () => {})
  await silent.connect()
  const pieces = copyOut(silent, 'copy (select pg_sleep(60)) to stdout', 100)
  await expect(pieces.next()).rejects.toThrow('The database did not answer in time.')
})

describe('a way to the database that falls silent', () => {
  const late = 'The database did not answer in time.'

  /** A connection whose way can be silenced. */
  async function throughProxy() {
    const proxy = await silentProxy()
    const { password } = inject('postgres')
    const address = { host: '127.0.0.1', port: proxy.port, user: 'tallystick_owner', password, database: database.name }
    const asking = new pg.Client(address)
    asking.on('error', () => {})
    await asking.connect()
    onTestFinished(() => proxy.close())
    return { proxy, asking }
  }

  test('ends a question that it would have answered, and the connection with it', async () => {
    const { proxy, asking } = await throughProxy()
    expect((await answered(asking, asking.query('select 1 as one'), 20_000)).rows).toEqual([{ one: 1 }])
    proxy.swallow()
    await expect(answered(asking, asking.query('select 1 as one'), 100)).rejects.toThrow(late)
    await expect(asking.query('select 1')).rejects.toThrow()
    await endConnection(asking)
  })

  test('ends rows that are on their way into a table', async () => {
    const { proxy, asking } = await throughProxy()
    await asking.query('create temporary table taken (row text)')
    const rows = async function* () {
      yield Buffer.from('first\n')
      proxy.swallow()
      // More than lies in the buffers of any socket.
      for (let sent = 0; sent < 64; sent++) yield Buffer.from(`${'x'.repeat(1_000_000)}\n`)
    }
    await expect(copyIn(asking, 'copy taken from stdin', rows(), 500)).rejects.toThrow(late)
    await endConnection(asking)
  })

  test('ends rows of which all are sent and none is acknowledged', async () => {
    const { proxy, asking } = await throughProxy()
    await asking.query('create temporary table taken (row text)')
    const rows = async function* () {
      yield Buffer.from('first\n')
      proxy.swallow()
    }
    await expect(copyIn(asking, 'copy taken from stdin', rows(), 100)).rejects.toThrow(late)
    await endConnection(asking)
  })

  test('does not keep whoever says goodbye', async () => {
    const { proxy, asking } = await throughProxy()
    proxy.swallow()
    await endConnection(asking)
  })

  test('is not what rows are that break off: their own error is told, and the connection answers', async () => {
    const { asking } = await throughProxy()
    await asking.query('create temporary table taken (row text)')
    const rows = async function* () {
      yield Buffer.from('first\n')
      throw new Error('its digest is another')
    }
    await expect(copyIn(asking, 'copy taken from stdin', rows(), 20_000)).rejects.toThrow('its digest is another')
    expect((await answered(asking, asking.query('select count(*)::int as n from taken'))).rows).toEqual([{ n: 0 }])
    await expect(copyIn(asking, 'copy nowhere from stdin', rows(), 20_000)).rejects.toThrow('nowhere')
    await endConnection(asking)
  })
})
