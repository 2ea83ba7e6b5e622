import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { loggedError } from '../../src/cli/log.ts'
import { type TestServer, testServer } from '../support/server.ts'

let server: TestServer
beforeAll(async () => {
  server = await testServer()
})
afterAll(() => server.stop())

test('what PostgreSQL quotes of the rows in an error is not logged; what went wrong and where is', async () => {
  const { pool } = server.app
  const insert = 'insert into external_reference (environment_id, kind, reference, entity_id, bucket)'
  const values = "values (1, 'customer', 'reference-of-a-payer', gen_random_uuid(), 1)"
  await pool.query(`${insert} ${values}`)
  const error = await pool.query(`${insert} ${values}`).catch((caught) => caught)
  await pool.query("delete from external_reference where reference = 'reference-of-a-payer'")
  expect(JSON.stringify({ ...error })).toContain('reference-of-a-payer')
  const logged = loggedError(new Error('a job failed', { cause: error }))
  expect(JSON.stringify(logged)).not.toContain('reference-of-a-payer')
  expect(logged).toMatchObject({
    message: 'a job failed',
    stack: expect.stringContaining('log.test.ts'),
    cause: { code: '23505', table: 'external_reference', message: expect.stringContaining('duplicate key') },
  })
})

test('of the forms that come from other origins one a minute is told of, and no more than where from', async () => {
  const customer = { external_reference: 'C1' }
  const account = { customer, external_reference: 'A1', currency: 'ZAR', balance: 500 }
  const link = (await server.api('POST', '/billing/accounts', account)).body.presentment_url
  const warn = vi.spyOn(console, 'warn').mockImplementation(() => {})
  const origins = [`https://user:secret@evil.example/p/a-link?key=${'x'.repeat(500)}`, 'https://other.example', 'null']
  for (const origin of origins) {
    const headers = { origin, 'content-type': 'application/x-www-form-urlencoded' }
    expect((await fetch(link, { method: 'POST', headers, body: 'a=b' })).status).toBe(403)
  }
  const lines = warn.mock.calls
  warn.mockRestore()
  expect(lines).toEqual([
    [expect.stringContaining('from another origin'), { origin: 'https://evil.example', public_url: server.url }],
  ])
})
