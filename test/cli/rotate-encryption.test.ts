import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type ChildServer, childServer } from '../support/child-server.ts'
import { runTallystick } from '../support/command.ts'
import { type TestDatabase, testDatabase } from '../support/database.ts'
import { temporaryDirectory } from '../support/temporary.ts'

const [first, second, third] = ['first', 'second', 'third'].map((name) => `the ${name} encryption key of this test`)
const previous = 'TALLYSTICK_ENCRYPTION_KEY_PREVIOUS'

let database: TestDatabase
beforeAll(async () => {
  database = await testDatabase()
})
afterAll(() => database.drop())

const keyed = (key = '', more: Record<string, string> = {}) => ({
  DATABASE_URL: database.url,
  TALLYSTICK_HOST: '127.0.0.1',
  TALLYSTICK_ENCRYPTION_KEY: key,
  TALLYSTICK_TEST_KEY: 'sk_test_rotation_of_keys',
  ...more,
})

const rotate = (settings: Record<string, string>, ...args: string[]) =>
  runTallystick(['keys', 'rotate-encryption', ...args], settings)

async function call(server: ChildServer, path: string, body?: object) {
  const response = await fetch(`${server.url}${path}`, {
    method: body ? 'POST' : 'GET',
    headers: { authorization: 'Bearer sk_test_rotation_of_keys', 'content-type': 'application/json' },
    ...(body && { body: JSON.stringify(body) }),
  })
  return { status: response.status, body: (await response.json()) as { id: string; presentment_url: string } }
}

/** The status of a page of the payer. */
const opens = async (server: ChildServer, link: string) =>
  (await fetch(`${server.url}${new URL(link).pathname}`)).status

/** What hangs on the keys: a link that was sent, and a secret that is stored. */
async function leave(server: ChildServer) {
  const made = { external_reference: 'payer', currency: 'ZAR', balance: 500 }
  const customer = await call(server, '/billing/customers', made)
  const endpoint = await call(server, '/webhooks/endpoints', { url: 'https://example.com/hook' })
  expect([customer.status, endpoint.status]).toEqual([201, 201])
  return { link: customer.body.presentment_url, endpoint: endpoint.body.id }
}

/** A test send signs with the stored secret; nobody is called, since the address is not resolved here. */
async function holds(server: ChildServer, { link, endpoint }: { link: string; endpoint: string }) {
  expect(await opens(server, link)).toBe(200)
  expect((await call(server, `/webhooks/endpoints/${endpoint}/secret_rotations`, {})).status).toBe(201)
}

describe('the encryption key is exchanged while servers serve', () => {
  // Four starts of a server.
  test('either key opens the database until the previous one is dropped, with the links and secrets of before', {
    timeout: 120_000,
  }, async () => {
    const old = await childServer(keyed(first))
    const left = await leave(old)
    // The settings of every server are changed one by one: this one has the new key and knows the other.
    const next = await childServer(keyed(second, { [previous]: first as string }))
    expect(next.output()).toContain('only TALLYSTICK_ENCRYPTION_KEY_PREVIOUS opens the database')
    await holds(next, left)
    const wrapped = await rotate(keyed(second, { [previous]: first as string }))
    expect([wrapped.code, wrapped.stdout]).toEqual([0, expect.stringContaining('opens this database from now on')])
    expect(await opens(old, left.link)).toBe(200)
    await Promise.all([old.stop(), next.stop()])

    const either = await childServer(keyed(first))
    expect(await opens(either, left.link)).toBe(200)
    await either.stop()

    const dropped = await rotate(keyed(second), '--drop-previous')
    expect(dropped.stdout).toContain('No other key opens it any more.')
    expect((await runTallystick(['start', '--port', '0'], keyed(first))).stderr).toMatch(/is a different key than/)
    const last = await childServer(keyed(second))
    expect(await opens(last, left.link)).toBe(200)
    expect(last.output()).not.toContain('PREVIOUS')
    await last.stop()
  })

  test('again and again is once, and a key that opens nothing changes nothing', async () => {
    expect((await rotate(keyed(second))).stdout).toContain('already')
    expect((await rotate(keyed(second), '--drop-previous')).stdout).toContain('No other key opened it.')
    const wrong = await rotate(keyed(third, { [previous]: first as string }), '--drop-previous')
    expect([wrong.code, wrong.stderr]).toEqual([1, expect.stringMatching(/is a different key than/)])
    const { rows } = await database.pool.query('select fingerprint from data_key_wrap')
    expect(rows).toHaveLength(1)
  })

  test('what is stored cannot be derived from the encryption key alone', async () => {
    const { rows } = await database.pool.query<{ wrapped: Buffer }>('select wrapped from data_key_wrap')
    // A nonce, a tag, and two keys of 32 bytes.
    expect(rows.map(({ wrapped }) => wrapped.length)).toEqual([12 + 16 + 64])
  })
})

// Three starts of PostgreSQL.
test('the key of local mode gets a new file; the one of before opens nothing any more', {
  timeout: 120_000,
}, async () => {
  const local = await temporaryDirectory()
  const settings = { TALLYSTICK_DATA_DIR: local.path, TALLYSTICK_TEST_KEY: 'sk_test_rotation_of_keys' }
  const file = join(local.path, 'encryption-key')
  const server = await childServer(settings)
  const left = await leave(server)
  const before = await readFile(file, 'utf8')
  expect(await rotate(settings)).toMatchObject({ code: 0, stderr: '' })
  expect(await opens(server, left.link)).toBe(200)
  await server.stop()
  const after = await readFile(file, 'utf8')
  expect(after).toMatch(/^[0-9a-f]{64}\n$/)
  expect(after).not.toBe(before)
  const restarted = await childServer(settings)
  await holds(restarted, left)
  await restarted.stop()
  await writeFile(file, before)
  expect((await runTallystick(['start'], settings)).stderr).toMatch(/is a different key than/)
  await local.remove()
})
