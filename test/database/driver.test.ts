import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import pg, { type PoolClient } from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type TestDatabase, testDatabase } from '../support/database.ts'

// A group of statements reaches into the driver further than its documentation goes. What it relies on is held here, so that another
// version of the driver is taken on with open eyes.
const root = join(import.meta.dirname, '../..')
const read = (file: string) => JSON.parse(readFileSync(join(root, file), 'utf8'))

type Wire = { parsedStatements: Record<string, string>; submittedNamedStatements: Record<string, string> }
type Driver = PoolClient & { pipeline: boolean; connection: pg.Connection & Wire }

describe('the driver', () => {
  test('is the one version that was looked at', () => {
    const { version } = createRequire(import.meta.url)('pg/package.json') as { version: string }
    expect(read('package.json').dependencies.pg).toBe(version)
    const { packages } = read('package-lock.json')
    expect(packages[''].dependencies.pg).toBe(version)
    expect(packages['node_modules/pg'].version).toBe(version)
  })

  test('has the methods of a query that a group calls, with their parameters', () => {
    const methods = Object.getOwnPropertyDescriptors(pg.Query.prototype) as Record<string, PropertyDescriptor>
    const parameters = (name: string) => methods[name]?.value?.length
    expect({
      submit: parameters('submit'),
      prepare: parameters('prepare'),
      handleRowDescription: parameters('handleRowDescription'),
      handleDataRow: parameters('handleDataRow'),
      handleCommandComplete: parameters('handleCommandComplete'),
      handleError: parameters('handleError'),
      handleReadyForQuery: parameters('handleReadyForQuery'),
    }).toEqual({
      submit: 1,
      prepare: 1,
      handleRowDescription: 1,
      handleDataRow: 1,
      handleCommandComplete: 2,
      handleError: 2,
      handleReadyForQuery: 1,
    })
  })

  test('has the members of a query that a group sets', () => {
    const query = new pg.Query({ name: 'one', text: 'select $1', values: [1] })
    expect(query).toMatchObject({ name: 'one', text: 'select $1', values: [1], _result: {} })
    expect('_types' in (query as unknown as { _result: object })._result).toBe(true)
  })

  test('tells a query of no other messages than a group knows', () => {
    const told = [...String(pg.Client).matchAll(/\bactiveQuery\.(handle\w+)\(/g)].map(([, name]) => name)
    expect([...new Set(told)].sort()).toEqual([
      'handleCommandComplete',
      // These four no group meets: it copies nothing, sends no empty statement and asks for all rows at once.
      'handleCopyData',
      'handleCopyInResponse',
      'handleDataRow',
      'handleEmptyQuery',
      'handleError',
      'handlePortalSuspended',
      'handleReadyForQuery',
      'handleRowDescription',
    ])
  })
})

describe('a connection of the driver', () => {
  let database: TestDatabase
  let client: Driver
  beforeAll(async () => {
    database = await testDatabase()
    client = (await database.pool.connect()) as Driver
  })
  afterAll(async () => {
    client.release()
    await database.drop()
  })

  test('is pipelined, and can be written to as a group does', () => {
    const { connection } = client
    expect(client.pipeline).toBe(true)
    expect(connection).toBeInstanceOf(pg.Connection)
    expect(connection.sync).toBeTypeOf('function')
    for (const method of ['cork', 'uncork', 'destroy'] as const)
      expect(connection.stream[method]).toBeTypeOf('function')
  })

  test('keeps a note of what was sent to be parsed, and of what was parsed', async () => {
    const { parsedStatements, submittedNamedStatements } = client.connection
    const query = new pg.Query({ name: 'noted', text: 'select 1' })
    const ended = new Promise((resolve) => query.on('end', resolve))
    client.query(query)
    expect([submittedNamedStatements.noted, parsedStatements.noted]).toEqual(['select 1', undefined])
    await ended
    expect([submittedNamedStatements.noted, parsedStatements.noted]).toEqual([undefined, 'select 1'])
  })

  test('forgets the note of what could not be parsed', async () => {
    const { parsedStatements, submittedNamedStatements } = client.connection
    const query = new pg.Query({ name: 'wrong', text: 'select wrong' })
    const failed = new Promise((resolve) => query.on('error', resolve))
    client.query(query)
    expect(submittedNamedStatements.wrong).toBe('select wrong')
    await failed
    expect([submittedNamedStatements.wrong, parsedStatements.wrong]).toEqual([undefined, undefined])
  })
})
