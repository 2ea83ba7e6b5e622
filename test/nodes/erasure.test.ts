import { afterAll, beforeAll, expect, test } from 'vitest'
import type { RequestContext, RequestEnvironment } from '../../src/context.ts'
import { transaction } from '../../src/database/transaction.ts'
import { eraseLeft } from '../../src/privacy/erase-events.ts'
import { pseudonymise } from '../../src/privacy/pseudonymise.ts'
import { type TestDatabase, testDatabase } from '../support/database.ts'
import { type TestServer, testServer } from '../support/server.ts'
import { shardOfTests } from '../support/two-nodes.ts'

let database: TestDatabase
let server: TestServer
beforeAll(async () => {
  database = await testDatabase({ shardOf: shardOfTests })
  server = await testServer({ database })
})
afterAll(async () => {
  await server.stop()
  await database.drop()
})

const namesOf = async () => {
  const { rows } = await database.pool.query<{ type: string; personal: string | null }>(
    'select type, personal from event order by created_at, id',
  )
  return rows.map(({ type, personal }) => [type, personal?.includes('Thandi') ?? false, personal !== null])
}

test('what a process that died behind the commit has not erased of a customer, the job erases, and nothing that tells of it', async () => {
  const body = { external_reference: 'c1', name: 'Thandi', currency: 'ZAR', balance: 100 }
  expect((await server.api('POST', '/billing/customers', body)).status).toBe(201)
  const { rows } = await database.pool.query<RequestEnvironment>("select * from environment where mode = 'test'")
  const context: RequestContext = {
    environment: rows[0] as RequestEnvironment,
    actor: 'command:test',
    request_id: 'req_1',
    instance: '/',
    now: new Date(),
  }
  // The change without what comes behind its commit.
  await transaction(database.pool, (connection) => pseudonymise(connection, { app: server.app, context }, 'c1'))
  expect(await namesOf()).toEqual([
    ['customer.created', true, true],
    ['customer.pseudonymised', false, true],
  ])
  await eraseLeft(server.app)
  const erased = [
    ['customer.created', false, false],
    ['customer.pseudonymised', false, true],
  ]
  expect(await namesOf()).toEqual(erased)
  expect((await database.pool.query('select 1 from unerased_customer')).rows).toEqual([])
  await eraseLeft(server.app)
  expect(await namesOf()).toEqual(erased)
})
