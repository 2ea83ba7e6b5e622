import { readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { version } from '../../src/core/version.ts'
import { createMerchant } from '../../src/merchant/merchant.ts'
import { childServer } from '../support/child-server.ts'
import { runTallystick } from '../support/command.ts'
import { type TestDatabase, testDatabase } from '../support/database.ts'
import { temporaryDirectory } from '../support/temporary.ts'

const key = 'an encryption key of this test only'
const publicUrl = 'https://pay.example.com'
let database: TestDatabase
let directory: Awaited<ReturnType<typeof temporaryDirectory>>
beforeAll(async () => {
  database = await testDatabase()
  directory = await temporaryDirectory()
})
afterAll(async () => {
  await database.drop()
  await directory.remove()
})

const serving = (more: Record<string, string> = {}) => ({
  DATABASE_URL: database.url,
  TALLYSTICK_HOST: '127.0.0.1',
  TALLYSTICK_ENCRYPTION_KEY: key,
  TALLYSTICK_LOG_LEVEL: 'info',
  ...more,
})

type Line = { level: number; msg: string; [name: string]: unknown }

/** Starts a server, stops it, and gives what it logged and what it printed. */
async function startAndStop(settings: Record<string, string>): Promise<{ log: Line[]; printed: string[] }> {
  const server = await childServer(settings)
  expect(await server.stop()).toBe(0)
  const lines = server.output().trimEnd().split('\n')
  const isLogged = (line: string) => line.startsWith('{')
  return {
    log: lines.filter(isLogged).map((line) => JSON.parse(line)),
    printed: lines.filter((line) => !isLogged(line)),
  }
}

const warnings = ({ log }: { log: Line[] }) => log.filter(({ level }) => level >= 40).map(({ msg }) => msg)

describe('the log of a normal run', () => {
  test('says what was opened, where it listens, and that it stopped; nothing of it is secret', async () => {
    const { host } = inject('postgres')
    const run = await startAndStop(serving({ TALLYSTICK_PUBLIC_URL: publicUrl }))
    expect(run.log.map(({ msg }) => msg)).toEqual(['the database is open', 'listening', 'stopping', 'stopped'])
    expect(run.log[0]).toMatchObject({
      level: 30,
      database: { version: expect.stringMatching(/^\d+\.\d+$/), name: database.name, host },
      migrations: [],
    })
    expect(run.log[1]).toMatchObject({ address: expect.stringMatching(/^http:/), version, mode: 'DATABASE_URL' })
    expect(run.log[2]).toMatchObject({ signal: 'SIGTERM', drain_s: 0 })
    expect(run.printed.map((line) => line.replace(/sk_test_\w+|http:\S+/, '…'))).toEqual([
      'Your test key, which is shown only once: …',
      'Tallystick is ready at …',
    ])
    const logged = JSON.stringify(run.log)
    expect(logged).not.toContain(key)
    expect(logged).not.toContain(inject('postgres').password)
    expect(logged).not.toMatch(/sk_test_/)
  })

  test('tells of what is most likely not meant', async () => {
    const run = await startAndStop(serving({ TALLYSTICK_PUBLC_URL: publicUrl, TALLYSTICK_WHATEVER: 'x' }))
    expect(warnings(run)).toEqual([
      'There is no setting TALLYSTICK_PUBLC_URL: did you mean TALLYSTICK_PUBLIC_URL?',
      'There is no setting TALLYSTICK_WHATEVER: see tallystick --help.',
      'TALLYSTICK_PUBLIC_URL is not set, so links contain this address, which payers may not reach',
    ])
  })

  test.each([
    ['tallystick_owner', 'owns the tables and can grant itself every right'],
    ['postgres', 'is a superuser, whose rights are not checked'],
  ])('tells of a role for whom the rights do not count: %s', async (role, why) => {
    const url = database.url.replace('tallystick_server', role)
    const run = await startAndStop(serving({ DATABASE_URL: url, TALLYSTICK_PUBLIC_URL: publicUrl }))
    expect(warnings(run)).toEqual([expect.stringMatching(`^The role of DATABASE_URL ${why}.+migrate --grant-to ROLE`)])
  })
})

describe('another encryption key than the database knows', () => {
  test('is refused at the start, by any process, and what is kept of the first one is not that key', async () => {
    await startAndStop(serving({ TALLYSTICK_PUBLIC_URL: publicUrl }))
    const result = await runTallystick(['start', '--port', '0'], serving({ TALLYSTICK_ENCRYPTION_KEY: `${key}!` }))
    expect(result).toEqual({
      code: 1,
      stdout: '',
      stderr:
        'TALLYSTICK_ENCRYPTION_KEY is a different key than the one that this database was first served with: restore that one.\n',
    })
    const { rows } = await database.pool.query<{ fingerprint: Buffer }>('select fingerprint from encryption_key_check')
    expect(rows).toHaveLength(1)
    expect(rows[0]?.fingerprint).toHaveLength(32)
  })

  test('is refused by the secrets of a database from before keys were noted and wrapped', async () => {
    const older = await testDatabase()
    // With a merchant it is no new database: its secrets hang on the encryption key itself.
    const { test } = await createMerchant(older.owner, { slug: 'default', name: 'Older' }, new Date())
    const server = await childServer(serving({ DATABASE_URL: older.url }))
    const made = await fetch(`${server.url}/webhooks/endpoints`, {
      method: 'POST',
      headers: { authorization: `Bearer ${test}`, 'content-type': 'application/json' },
      body: JSON.stringify({ url: 'https://example.com/hook' }),
    })
    expect(made.status).toBe(201)
    await server.stop()
    await older.owner.query('delete from encryption_key_check')
    await older.owner.query('delete from data_key_wrap')
    const start = (more: Record<string, string>) =>
      runTallystick(['start', '--port', '0'], serving({ DATABASE_URL: older.url, ...more }))
    expect((await start({ TALLYSTICK_ENCRYPTION_KEY: `${key}!` })).stderr).toMatch(/is a different key than/)
    // It was not noted by that.
    await startAndStop(serving({ DATABASE_URL: older.url }))
    await older.drop()
  })

  // Four starts of PostgreSQL.
  test('that is a file of local mode is named, and not made anew when it is gone', { timeout: 120_000 }, async () => {
    const local = await temporaryDirectory()
    const settings = { TALLYSTICK_DATA_DIR: local.path }
    await startAndStop(settings)
    const file = join(local.path, 'encryption-key')
    const kept = await readFile(file)
    await writeFile(file, `${'0'.repeat(64)}\n`)
    expect(await runTallystick(['start'], settings)).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(new RegExp(`^The key in ${file} is a different key .+\n$`)),
    })
    await rm(file)
    expect((await runTallystick(['start'], settings)).stderr).toMatch(
      /^The encryption key cannot be read from .+: restore that file .+\n$/,
    )
    expect(await readdir(local.path)).not.toContain('encryption-key')
    await writeFile(file, kept)
    const run = await startAndStop(settings)
    expect(run.log).toEqual([])
    await local.remove()
  })
})

describe('a command beside the server', () => {
  const commands = ['verify', 'keys list', 'keys create --mode test', 'keys roll key_x', 'keys revoke key_x']
  const made = 'merchants create --name Acme --slug acme'

  test.each([...commands, made, 'migrate'])('makes no database where there is none: %s', async (args) => {
    const dataDir = join(directory.path, 'none')
    const { code, stdout, stderr } = await runTallystick(args.split(' '), { TALLYSTICK_DATA_DIR: dataDir })
    expect([code, stdout]).toEqual([1, ''])
    expect(stderr).toMatch(
      args === 'migrate'
        ? /^Set DATABASE_URL: .+\n$/
        : new RegExp(`^No Tallystick schema was found in the data directory ${dataDir}: run tallystick start .+\n$`),
    )
    expect(await readdir(directory.path)).not.toContain('none')
  })

  test('makes no tables in an empty database', async () => {
    const url = database.url.replace(`/${database.name}`, '/postgres')
    const { code, stderr } = await runTallystick(['verify'], { DATABASE_URL: url })
    expect(code).toBe(1)
    expect(stderr).toMatch(/^No Tallystick schema was found in the database postgres on .+\n$/)
    expect(stderr).not.toContain(inject('postgres').password)
  })

  test('says in one line that the database cannot be reached as it should be', async () => {
    const { code, stderr } = await runTallystick(['verify'], {
      DATABASE_URL: `${database.url}${database.url.includes('?') ? '&' : '?'}sslmode=verify-full`,
    })
    expect(code).toBe(1)
    expect(stderr).toMatch(/^The database is unavailable \(The server does not support SSL connections\): .+\n$/)
  })

  test('needs no encryption key, and says what of the settings is most likely not meant', async () => {
    const settings = { DATABASE_URL: database.url, TALLYSTICK_LOGLEVEL: 'warn' }
    for (const args of [...commands.slice(0, 3), made, 'migrate']) {
      const { code, stderr } = await runTallystick(args.split(' '), settings)
      expect([args, code, stderr]).toEqual([
        args,
        0,
        'There is no setting TALLYSTICK_LOGLEVEL: did you mean TALLYSTICK_LOG_LEVEL?\n',
      ])
    }
  })
})
