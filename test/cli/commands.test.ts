import { once } from 'node:events'
import { mkdir, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { serverSettings } from '../../src/config.ts'
import { type ChildServer, childServer } from '../support/child-server.ts'
import { type CommandResult, runTallystick } from '../support/command.ts'
import { type TestDatabase, testDatabase } from '../support/database.ts'
import { eventually } from '../support/eventually.ts'
import { temporaryDirectory } from '../support/temporary.ts'

let directory: Awaited<ReturnType<typeof temporaryDirectory>>
let server: ChildServer
let database: TestDatabase
beforeAll(async () => {
  database = await testDatabase()
  directory = await temporaryDirectory()
  server = await childServer({ TALLYSTICK_DATA_DIR: directory.path })
})
afterAll(async () => {
  await server.stop()
  await directory.remove()
  await database.drop()
})

const encryption = { TALLYSTICK_ENCRYPTION_KEY: 'an encryption key of the tests only' }

/** One plain line that says what is wrong, and exit code 1, or 2 for a wrong call: no stack, nothing on stdout. */
function expectOneLine(result: CommandResult, line: RegExp, code = 1): void {
  expect([result.code, result.stdout, result.stderr.trim().split('\n').length]).toEqual([code, '', 1])
  expect(result.stderr).toMatch(line)
}

describe('help', () => {
  test('names every setting', async () => {
    const { code, stdout } = await runTallystick(['--help'])
    expect(code).toBe(0)
    for (const name of Object.keys(serverSettings)) expect(stdout).toContain(name)
  })
})

test('a wrong call is one line that says what to type, and exit code 2', async () => {
  expectOneLine(
    await runTallystick(['strat']),
    /^There is no command strat: did you mean start\? See tallystick --help\.\n$/,
    2,
  )
  expectOneLine(await runTallystick(['start', 'extra']), /^tallystick start does not take "extra"\. See /, 2)
})

describe('the first start', () => {
  test('prints the test key that it made, once, and that key opens the test environment', async () => {
    const key = /shown only once: (sk_test_\w+)/.exec(server.output())?.[1]
    const open = (path: string) => fetch(server.url + path, { headers: { authorization: `Bearer ${key}` } })
    expect((await open('/billing/customers/none')).status).toBe(404)
  })

  test('has books that a command beside it checks and seals, with the key of the data directory', async () => {
    const { code, stdout } = await runTallystick(['verify', '--incremental'], { TALLYSTICK_DATA_DIR: directory.path })
    expect(stdout).toMatch(/^Everything was checked\. (Nothing is sealed yet|The last seal is \d+)\.$/m)
    expect(stdout).not.toContain('key is not here')
    expect([code, stdout.trimEnd().split('\n').at(-1)]).toEqual([0, 'The books are right.'])
  })

  test('is alive and ready', async () => {
    expect(await (await fetch(`${server.url}/healthz`)).json()).toEqual({ status: 'ok' })
    const ready = (await (await fetch(`${server.url}/readyz`)).json()) as { status: string; jobs: { name: string }[] }
    expect(ready.status).toBe('ready')
    // It reports every job, and when each last succeeded.
    expect(ready.jobs.map(({ name }) => name)).toEqual([
      'note-key-uses',
      'sync-sessions',
      'sync-cancelled-sessions',
      'look-into-callbacks',
      'sync-refunds',
      'read-settlements',
      'total-clearing',
      'total-ledger',
      'sync-disputes',
      'sync-captures',
      'release-authorisations',
      'send-pushes',
      'expire-checkouts',
      'tell-overdue',
      'expire-notices',
      'send-receipts',
      'wake-deliveries',
      'replay-events',
      'settle-reservations',
      'erase-left-events',
      'verify-new',
      'verify-all',
      'maintain-database',
      'sequence-events',
      'deliver-webhooks',
      'back-up',
    ])
  })
})

describe('commands beside a running server', () => {
  const beside = () => ({ TALLYSTICK_DATA_DIR: directory.path })

  test('keys create makes a key that works at once, in its environment only', async () => {
    const { stdout } = await runTallystick(['keys', 'create', '--mode', 'live'], beside())
    const key = /shown only once: (sk_\w+)/.exec(stdout)?.[1] ?? ''
    expect(key).not.toMatch(/^sk_test_/)
    const answer = await fetch(`${server.url}/billing/customers`, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      body: '{"external_reference":"live-1"}',
    })
    expect(await answer.json()).toMatchObject({ mode: 'live' })
  })

  test('merchants create prints a key for each environment; the slug is taken then', async () => {
    const create = () => runTallystick(['merchants', 'create', '--name', 'Acme', '--slug', 'acme-water'], beside())
    expect((await create()).stdout).toMatch(/test: sk_test_\w+\nlive: sk_\w+\n/)
    expectOneLine(await create(), /There is already a merchant acme-water/)
  })

  test('keys are listed, rolled and taken back by what the list shows of them', async () => {
    const keys = (...args: string[]) => runTallystick(['keys', ...args], beside())
    const made = await keys('create', '--mode', 'live', '--expires', '2031-12-31')
    const [, secret = '', id = ''] =
      /once: (sk_\w+)\nIts id is (key_\w+), and it is valid until 2032-01-01T00:00:00.000Z/.exec(made.stdout) ?? []
    const served = (key: string) => fetch(`${server.url}/settings`, { headers: { authorization: `Bearer ${key}` } })
    expect((await served(secret)).status).toBe(200)
    const rolled = await keys('roll', id, '--overlap', '2h')
    expect(rolled.stdout).toMatch(new RegExp(`once: sk_\\w+\nIts id is key_\\w+\\.\n${id} \\(sk_.+\\) is valid until`))
    const listed = await keys('list', '--merchant', 'default')
    const line = listed.stdout.split('\n').find((one) => one.startsWith(id)) ?? ''
    const [, , mode, hint = ''] = line.split(/ {2,}/)
    expect([mode, hint, line]).toEqual([
      'live',
      `${secret.slice(0, 11)}…${secret.slice(-4)}`,
      expect.not.stringContaining(secret),
    ])
    const revoked = await keys('revoke', hint)
    expect([revoked.code, revoked.stdout]).toEqual([0, expect.stringMatching(`^${id} .+ was revoked at 2`)])
    await eventually(async () => (await served(secret)).status === 403, 'the key is refused')
    expect((await keys('list')).stdout).toMatch(new RegExp(`^${id} .+Z  .+Z$`, 'm'))
  })

  test('keys create limits what a key may do, and the list says so', async () => {
    const create = (...args: string[]) => runTallystick(['keys', 'create', '--mode', 'test', ...args], beside())
    const restricted = /once: (rk_test_\w+)\nIts id is (key_\w+)/.exec(
      (await create('--scopes', 'read,refunds')).stdout,
    )
    const open = /once: (pk_test_\w+)\nIts id is (key_\w+)/.exec((await create('--public')).stdout)
    const { stdout } = await runTallystick(['keys', 'list'], beside())
    const scopesOf = (id = '') =>
      stdout
        .split('\n')
        .find((line) => line.startsWith(id))
        ?.split(/ {2,}/)[4]
    expect([scopesOf(restricted?.[2]), scopesOf(open?.[2])]).toEqual(['read,refunds', 'public'])
    const answer = async (secret = '') => {
      const response = await fetch(`${server.url}/settings`, { headers: { authorization: `Bearer ${secret}` } })
      return response.status
    }
    expect([await answer(restricted?.[1]), await answer(open?.[1])]).toEqual([200, 403])
  })

  test('who or what is not there is said in one line', async () => {
    const nobody = ['--merchant', 'nobody']
    const asked = [
      ['create', '--mode', 'live', ...nobody],
      ['list', ...nobody],
    ]
    for (const args of asked) {
      expectOneLine(await runTallystick(['keys', ...args], beside()), /There is no merchant nobody/)
    }
    expectOneLine(await runTallystick(['keys', 'revoke', 'key_none'], beside()), /There is no key key_none/)
    expectOneLine(await runTallystick(['keys', 'roll', 'key_none'], beside()), /There is no key key_none/)
  })

  test('verify names the data directory that it looked at', async () => {
    const { stdout } = await runTallystick(['verify'], beside())
    expect(stdout.split('\n')[0]).toBe(`Looking at the data directory ${directory.path}.`)
  })
})

test('a backup or a restore that cannot be is one line that says why', async () => {
  const empty = await temporaryDirectory()
  const at = { TALLYSTICK_DATA_DIR: empty.path }
  expectOneLine(
    await runTallystick(['backup'], at),
    /^There is no database in the data directory .* set TALLYSTICK_DATA_DIR/,
  )
  const remote = { DATABASE_URL: 'postgresql://nobody@127.0.0.1:1/none' }
  expectOneLine(await runTallystick(['backup'], remote), /^This backs up the PostgreSQL that local mode brings/)
  expectOneLine(await runTallystick(['restore'], at), /needs either --into DIRECTORY or --drill/, 2)
  const soon = ['restore', '--drill', '--to-time', 'yesterday']
  expectOneLine(await runTallystick(soon, at), /^--to-time should be a moment in the past such as /, 2)
  expectOneLine(await runTallystick(['restore', '--drill'], at), /^There are no backups in .*: name their directory/)
  await empty.remove()
})

describe('what prevents a start is one line', () => {
  test('the data directory is in use', async () => {
    const result = await runTallystick(['start'], { TALLYSTICK_DATA_DIR: directory.path, PORT: '0' })
    expectOneLine(result, /in use|is used|locked/)
  })

  test('the port is taken', async () => {
    const blocker = createServer().listen(0, '127.0.0.1')
    await once(blocker, 'listening')
    const port = String((blocker.address() as AddressInfo).port)
    const result = await runTallystick(['start'], {
      DATABASE_URL: database.url,
      TALLYSTICK_HOST: '127.0.0.1',
      ...encryption,
      PORT: port,
    })
    blocker.close()
    expectOneLine(result, new RegExp(`Port ${port} is taken by another program: .* set PORT`))
  })

  test('the data directory is of another PostgreSQL', async () => {
    const other = await temporaryDirectory()
    await mkdir(join(other.path, 'postgres'))
    await writeFile(join(other.path, 'postgres', 'PG_VERSION'), '14\n')
    await writeFile(join(other.path, 'password'), 'x\n')
    expectOneLine(await runTallystick(['start'], { TALLYSTICK_DATA_DIR: other.path, PORT: '0' }), /PostgreSQL 14/)
    await other.remove()
  })

  test('the database is unavailable', async () => {
    const result = await runTallystick(['start'], {
      DATABASE_URL: 'postgresql://nobody@127.0.0.1:1/none',
      ...encryption,
      PORT: '0',
    })
    expectOneLine(result, /The database is unavailable .* check that it runs and that DATABASE_URL is right/)
  })

  test.each([
    [{ PORT: 'http' }, /^PORT should be a number from 0 to 65535/],
    [{ DATABASE_URL: 'postgresql://x' }, /^TALLYSTICK_ENCRYPTION_KEY should be set when DATABASE_URL is/],
    [{ DATABASE_URL: 'mysql://u:secret@db/x' }, /^DATABASE_URL should be the address of a PostgreSQL(?!.*secret)/],
    [{ DATABASE_URL: 'postgresql://u:se#cr@et@/:x', ...encryption }, /^DATABASE_URL is malformed(?!.*se#cr)/],
    [{ TALLYSTICK_ENCRYPTION_KEY: 'short' }, /^TALLYSTICK_ENCRYPTION_KEY should be at least 32 characters/],
    [{ TALLYSTICK_TEST_KEY: 'sk_live_12345678' }, /^TALLYSTICK_TEST_KEY should be/],
    [{ TALLYSTICK_PUBLIC_URL: 'pay.example.com' }, /^TALLYSTICK_PUBLIC_URL should be an address/],
    [{ TALLYSTICK_DRAIN_S: 'long' }, /^TALLYSTICK_DRAIN_S should be a number from 0 to 300/],
    [{ TALLYSTICK_BACKUP_EVERY: 'daily' }, /^TALLYSTICK_BACKUP_EVERY should be off, or a duration from 1h to 30d/],
    [{ TALLYSTICK_BACKUP_DISK_SHARE: '100' }, /^TALLYSTICK_BACKUP_DISK_SHARE should be a whole number from 1 to 90/],
    [{ TALLYSTICK_LOG_LEVEL: 'loud' }, /^TALLYSTICK_LOG_LEVEL should be one of/],
  ])('a setting that cannot be used: %j', async (settings, line) => {
    expectOneLine(await runTallystick(['start'], settings as unknown as Record<string, string>), line)
  })
})

describe('a clean stop', () => {
  test('SIGTERM ends with code 0, and the next start finds everything there', async () => {
    const other = await temporaryDirectory()
    const key = 'sk_test_of_this_test'
    const first = await childServer({ TALLYSTICK_DATA_DIR: other.path, TALLYSTICK_TEST_KEY: key })
    const call = (at: ChildServer, path: string, body?: string) =>
      fetch(at.url + path, {
        method: body === undefined ? 'GET' : 'POST',
        headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
        ...(body !== undefined && { body }),
      })
    expect((await call(first, '/billing/customers', '{"external_reference":"kept"}')).status).toBe(201)
    expect(await first.stop()).toBe(0)
    const second = await childServer({ TALLYSTICK_DATA_DIR: other.path, TALLYSTICK_TEST_KEY: key })
    expect((await call(second, '/billing/customers/kept')).status).toBe(200)
    expect(await second.stop()).toBe(0)
    await other.remove()
  })
})
