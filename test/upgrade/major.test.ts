import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { chmodSync, chownSync, existsSync, mkdirSync, readdirSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import pg from 'pg'
import { afterAll, expect, test, vi } from 'vitest'
import { upgradeDatabase } from '../../src/database/backup/upgrade.ts'
import {
  type Binaries,
  binariesIn,
  findBinaries,
  majorOf,
  runningServer,
  startBundledServer,
} from '../../src/database/bundled/index.ts'
import { openLocalDatabase } from '../../src/database/local.ts'
import { type ChildServer, childServer } from '../support/child-server.ts'
import { runNode, runTallystick } from '../support/command.ts'
import { eventually } from '../support/eventually.ts'
import { temporaryDirectory } from '../support/temporary.ts'
import { oldProgram, releaseBefore } from './release-before.ts'

// Two databases are made, filled and read whole: on a busy disk that takes longer than other tests may.
vi.setConfig({ testTimeout: 240_000, hookTimeout: 120_000 })

// The programs of an older PostgreSQL make the long form: OLD_POSTGRES_BINDIR=/usr/lib/postgresql/17/bin. Without them the
// installed one stands for the older one, and the new database is of the same major version.
const bindir = process.env.OLD_POSTGRES_BINDIR
const old: Binaries = bindir === undefined ? findBinaries() : binariesIn(bindir)
const settings = {
  TALLYSTICK_ENCRYPTION_KEY: 'an encryption key of the upgrade only',
  TALLYSTICK_TEST_KEY: 'sk_test_of_the_upgrade',
  TALLYSTICK_HOST: '127.0.0.1',
}
const undo: (() => Promise<unknown>)[] = []
afterAll(async () => {
  for (const one of undo.reverse()) await one()
})

async function place(): Promise<string> {
  const { path, remove } = await temporaryDirectory()
  undo.push(remove)
  // PostgreSQL runs as somebody else where this is root.
  chmodSync(path, 0o711)
  return path
}

async function serve(more: Record<string, string>, program?: string): Promise<ChildServer> {
  const server = await childServer({ ...settings, ...more }, program)
  undo.push(() => server.kill())
  return server
}

async function call(server: ChildServer, path: string, body?: object) {
  const headers = { authorization: `Bearer ${settings.TALLYSTICK_TEST_KEY}`, 'content-type': 'application/json' }
  const sent = body && { method: 'POST', body: JSON.stringify(body) }
  const response = await fetch(server.url + path, { headers, ...sent })
  // biome-ignore lint/suspicious/noExplicitAny: the test looks into answers of every shape
  return { status: response.status, body: (await response.json()) as any }
}

/** As the release that brought that PostgreSQL made its database: before 17 there was no locale of its own in it. */
async function makeDatabase(data_dir: string): Promise<void> {
  const password = randomBytes(24).toString('hex')
  writeFileSync(join(data_dir, 'password'), `${password}\n`, { mode: 0o600 })
  if (majorOf(old) >= 17) return
  const owner = process.getuid?.() === 0 ? { uid: 65534, gid: 65534 } : undefined
  const pwfile = join(data_dir, 'pwfile')
  const pgdata = join(data_dir, 'postgres')
  writeFileSync(pwfile, password, { mode: 0o600 })
  mkdirSync(pgdata, { mode: 0o700 })
  if (owner) for (const path of [pwfile, pgdata]) chownSync(path, owner.uid, owner.gid)
  const words = ['-D', pgdata, '--username=postgres', `--pwfile=${pwfile}`, '--auth=scram-sha-256', '--encoding=UTF8']
  await promisify(execFile)(join(old.native, 'bin/initdb'), [...words, '--locale=C'], { cwd: data_dir, ...owner })
}

/** A database that the release before has filled, in the older PostgreSQL. */
async function filledByOldRelease(data_dir: string): Promise<{ account: string }> {
  const { main, remove } = await oldProgram(await releaseBefore())
  undo.push(remove)
  // The release before did not start on a PostgreSQL before 17.
  const program = majorOf(old) < 17 ? undefined : main
  await makeDatabase(data_dir)
  const bundled = await startBundledServer({ data_dir, binaries: old, log: () => {} })
  try {
    const { owner, server: address, serverRole } = await openLocalDatabase(bundled)
    const urlOf = ({ user, password, database, host, port }: pg.ClientConfig) =>
      `postgresql://${user}:${password}@/${database}?host=${encodeURIComponent(host ?? '')}&port=${port}`
    const migrated = await runNode(program ?? 'src/main.ts', ['migrate', '--grant-to', serverRole], {
      DATABASE_URL: urlOf(owner as pg.ClientConfig),
    })
    expect([migrated.code, migrated.stderr]).toEqual([0, ''])
    const server = await serve({ DATABASE_URL: urlOf(address as pg.ClientConfig) }, program)
    await call(server, '/billing/customers', { external_reference: 'payer', name: 'Zoë Ålesund' })
    const owed = { customer: 'payer', external_reference: 'debt', currency: 'ZAR', balance: 1000 }
    const account = await call(server, '/billing/accounts', owed)
    const paid = { amount: 300, currency: 'ZAR', channel: 'till', reference: 'before', account: 'debt' }
    expect((await call(server, '/billing/payments', paid)).status).toBe(201)
    expect(await server.stop()).toBe(0)
    return { account: new URL(account.body.presentment_url).pathname }
  } finally {
    await bundled.stop()
  }
}

test('a database of an older PostgreSQL and an older release goes on in the new ones, and the old one is kept', async () => {
  const data_dir = await place()
  const { account } = await filledByOldRelease(data_dir)
  const before = readdirSync(data_dir).sort()
  const kept = join(data_dir, `postgres-${majorOf(old)}`)
  const options = { data_dir, old, backup_dir: undefined, progress: () => {} }

  // One that goes wrong at the very end changes nothing, and nobody can write or start meanwhile.
  let seen: unknown[] = []
  const refused = upgradeDatabase({
    ...options,
    async check() {
      const client = new pg.Client(runningServer(data_dir)?.connection('tallystick'))
      await client.connect()
      const writing = await client
        .query("insert into merchant (slug, name) values ('x', 'x')")
        .catch(({ code }) => code)
      await client.end()
      const starting = await startBundledServer({ data_dir, log: () => {} }).catch(({ message }) => message)
      seen = [writing, starting]
      throw new Error('the books are not right')
    },
  })
  await expect(refused).rejects.toThrow('the books are not right')
  expect(seen).toEqual(['25006', expect.stringMatching(/is in use by process/)])
  expect(readdirSync(data_dir).sort()).toEqual(before)

  if (bindir === undefined) {
    let checked = ''
    const check = async () => {
      checked = 'checked'
    }
    expect([await upgradeDatabase({ ...options, check }), checked]).toEqual([kept, 'checked'])
    // As a kill between its last two renames would leave it: the next start finishes.
    renameSync(join(data_dir, 'postgres'), join(data_dir, 'postgres.next'))
  } else {
    const command = ['upgrade-database', '--old-bindir', bindir]
    const { code, stdout, stderr } = await runTallystick(command, { TALLYSTICK_DATA_DIR: data_dir })
    expect([code, stderr]).toEqual([0, ''])
    expect(stdout).toMatch(/invariants hold\nThe database is of PostgreSQL 18 now\./)
    console.info(stdout)
  }

  const server = await serve({ TALLYSTICK_DATA_DIR: data_dir })
  const again = { amount: 300, currency: 'ZAR', channel: 'till', reference: 'before', account: 'debt' }
  expect((await call(server, '/billing/payments', again)).status).toBe(200)
  expect((await call(server, '/billing/payments', { ...again, reference: 'after' })).status).toBe(201)
  expect((await call(server, '/billing/accounts/debt')).body.balance).toBe(400)
  expect((await fetch(server.url + account)).status).toBe(200)
  // The feed goes on where it was.
  const applied = async () => {
    const { data } = (await call(server, '/events?types=obligation.amount_applied')).body
    return data.length === 2 && data
  }
  await eventually(applied, 'both payments are in the feed')
  expect(await server.stop()).toBe(0)
  const verified = await runTallystick(['verify'], { TALLYSTICK_DATA_DIR: data_dir })
  expect([verified.code, verified.stdout]).toEqual([0, expect.stringContaining('The books are right.')])
  const leaves = ['postgres', `postgres-${majorOf(old)}`]
  expect(readdirSync(data_dir)).toEqual(expect.arrayContaining(leaves))
  expect(readdirSync(data_dir).filter((name) => /^(upgrading|postgres\.next)/.test(name))).toEqual([])
  expect(existsSync(join(kept, 'PG_VERSION'))).toBe(true)
})

test('the command says what is missing, and that there is nothing to do', async () => {
  const data_dir = await place()
  const run = async (...args: string[]) => {
    const { code, stdout, stderr } = await runTallystick(['upgrade-database', ...args], {
      TALLYSTICK_DATA_DIR: data_dir,
    })
    return [code, stdout + stderr]
  }
  const installed = join(findBinaries().native, 'bin')
  expect(await run()).toEqual([2, expect.stringMatching(/^tallystick upgrade-database needs --old-bindir DIRECTORY/)])
  expect(await run('--old-bindir', installed)).toEqual([1, expect.stringMatching(/^There is no database in/)])
  mkdirSync(join(data_dir, 'postgres'), { mode: 0o700 })
  const writtenBy = (major: number) => writeFileSync(join(data_dir, 'postgres/PG_VERSION'), `${major}\n`)
  writtenBy(majorOf(findBinaries()))
  expect(await run('--old-bindir', installed)).toEqual([0, expect.stringMatching(/^Nothing to do: /)])
  writtenBy(17)
  expect(await run('--old-bindir', installed)).toEqual([
    1,
    expect.stringMatching(/ was written by PostgreSQL 17, and that in .* is \d+\.\d+\.0: name the folder of 17\.\n$/),
  ])
  expect(await run('--old-bindir', data_dir)).toEqual([
    1,
    expect.stringMatching(/^There is no PostgreSQL that starts in .*: name the folder that has its programs/),
  ])
})
