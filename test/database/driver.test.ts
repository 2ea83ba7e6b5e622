import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import pg, { type PoolClient } from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type TestDatabase, testDatabase } from '../support/database.ts'

// Transactions rest on what the driver does on a pipelined connection, which its documentation says little of. It is held here, so
// that another version of the driver is taken on with open eyes.
const root = join(import.meta.dirname, '../..')
const read = (file: string) => JSON.parse(readFileSync(join(root, file), 'utf8'))

let database: TestDatabase
beforeAll(async () => {
  database = await testDatabase()
})
afterAll(() => database.drop())

const isThere = async (slug: string) => {
  const { rowCount } = await database.pool.query('select 1 from merchant where slug = $1', [slug])
  return rowCount === 1
}

/** Gives work a connection of the driver's own class, without the unique names that the pool's have. */
async function onPlainClient(work: (client: pg.Client) => Promise<void>): Promise<void> {
  const client = new pg.Client({ connectionString: database.url, pipeline: true } as pg.ClientConfig)
  await client.connect()
  try {
    await work(client)
  } finally {
    await client.end()
  }
}

const which = (n: number) => ({ name: 'which', text: `select ${n} as n` })

describe('the driver', () => {
  test('is the one version that was looked at', () => {
    const { version } = createRequire(import.meta.url)('pg/package.json') as { version: string }
    expect(read('package.json').dependencies.pg).toBe(version)
    const { packages } = read('package-lock.json')
    expect(packages[''].dependencies.pg).toBe(version)
    expect(packages['node_modules/pg'].version).toBe(version)
  })

  test('has pipelined connections, as the pool asks for', async () => {
    const client = (await database.pool.connect()) as PoolClient & { pipeline?: boolean }
    expect(client.pipeline).toBe(true)
    client.release()
  })

  test('refuses a name that comes again with another text, before and after the first was answered', async () => {
    await onPlainClient(async (client) => {
      const sent = [client.query(which(1)), client.query(which(2))]
      await expect(sent[1]).rejects.toThrow(/Prepared statements must be unique/)
      expect((await sent[0])?.rows).toEqual([{ n: 1 }])
      await expect(client.query(which(2))).rejects.toThrow(/Prepared statements must be unique/)
    })
  })

  test('fails what stands behind a failure, and answers ROLLBACK to the commit', async () => {
    await onPlainClient(async (client) => {
      const sent = [
        'begin',
        "insert into merchant (slug, name, created_at) values ('behind', 'B', now())",
        'select 1 / 0',
        'select 1',
        'commit',
      ]
      const answers = await Promise.allSettled(sent.map((text) => client.query(text)))
      expect(answers.map((one) => (one.status === 'fulfilled' ? one.value.command : one.reason.code))).toEqual([
        'BEGIN',
        'INSERT',
        '22012',
        '25P02',
        'ROLLBACK',
      ])
    })
    expect(await isThere('behind')).toBe(false)
  })

  test('prepares a statement again that could not be parsed', async () => {
    await onPlainClient(async (client) => {
      await expect(client.query({ name: 'later', text: 'select from nothing' })).rejects.toThrow(/nothing/)
      await client.query('create temporary table nothing (n integer)')
      expect((await client.query({ name: 'later', text: 'select from nothing' })).rowCount).toBe(0)
    })
  })
})
