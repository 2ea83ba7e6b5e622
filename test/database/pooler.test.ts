import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, writeFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { migrate } from '../../src/database/migrate.ts'
import { readMigrations } from '../../src/database/migrations.ts'
import { databaseAddress, openPool, type Pool, servingLimits } from '../../src/database/pool.ts'
import { checkPooler } from '../../src/database/pooler.ts'
import { freePort } from '../support/child-server.ts'
import { type TestDatabase, testDatabase } from '../support/database.ts'
import { eventually } from '../support/eventually.ts'
import { testServer } from '../support/server.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await testDatabase()
})
afterAll(() => database.drop())

test('no pooler is found where there is none', async () => {
  expect(await checkPooler(database.pool)).toBeUndefined()
})

// The path of a PgBouncer: it is not part of what is installed.
const PGBOUNCER = process.env.PGBOUNCER
const version =
  PGBOUNCER === undefined ? '' : execFileSync(PGBOUNCER, ['--version'], { encoding: 'utf8' }).split('\n')[0]
// Those before 1.21 do not know the setting.
const prepared = /\b1\.(1\d|20)\./.test(version ?? '')
  ? ['']
  : ['', 'max_prepared_statements = 0', 'max_prepared_statements = 200']

if (PGBOUNCER) describe('through PgBouncer in transaction mode', throughPgBouncer)

function throughPgBouncer() {
  const ignored =
    'ignore_startup_parameters = statement_timeout, lock_timeout, idle_in_transaction_session_timeout, options'
  let folder: string
  const bouncers: ChildProcess[] = []
  const pools: Pool[] = []

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'tallystick-test-'))
    chmodSync(folder, 0o755)
  })
  afterAll(async () => {
    for (const pool of pools) await pool.end()
    for (const bouncer of bouncers) {
      const ended = once(bouncer, 'exit')
      bouncer.kill('SIGKILL')
      await ended
    }
    await rm(folder, { recursive: true, force: true })
  })

  async function poolThrough(...settings: string[]): Promise<Pool> {
    const { host, port, password } = inject('postgres')
    const own = await freePort()
    const file = join(folder, `${own}.ini`)
    const users = join(folder, 'users')
    writeFileSync(users, '"tallystick_server" ""\n')
    const lines = [
      '[databases]',
      `${database.name} = host=${host} port=${port} user=tallystick_server password=${password}`,
      '[pgbouncer]',
      ...['listen_addr = 127.0.0.1', `listen_port = ${own}`, 'unix_socket_dir =', 'pool_mode = transaction'],
      ...['auth_type = trust', `auth_file = ${users}`, 'default_pool_size = 5', 'max_client_conn = 100', ...settings],
    ]
    writeFileSync(file, `${lines.join('\n')}\n`)
    const asNobody =
      process.getuid?.() === 0 ? ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups', '--'] : []
    const [command = '', ...words] = [...asNobody, PGBOUNCER as string, file]
    bouncers.push(
      spawn(command, words, { stdio: ['ignore', 'ignore', process.env.SHOW_PGBOUNCER ? 'inherit' : 'ignore'] }),
    )
    const url = `postgresql://tallystick_server@127.0.0.1:${own}/${database.name}`
    const pool = openPool(databaseAddress(url), 12, () => {}, servingLimits)
    pools.push(pool)
    const isThere = (error: { code?: string }) => error.code !== 'ECONNREFUSED'
    await eventually(() => pool.query('select 1').then(() => true, isThere), 'PgBouncer answers')
    return pool
  }

  test('one that refuses startup parameters is told how to be set', async () => {
    const pool = await poolThrough()
    await expect(checkPooler(pool)).rejects.toThrow(ignored)
  })

  test('the settings that do not come through are to be given to the role', async () => {
    const pool = await poolThrough(ignored)
    await expect(checkPooler(pool)).rejects.toThrow(
      "alter role ROLE set statement_timeout = '4000ms'; alter role ROLE set lock_timeout = '2000ms'; alter role ROLE set idle_in_transaction_session_timeout = '4000ms'; alter role ROLE set enable_seqscan = 'off'; alter role ROLE set enable_hashjoin = 'off'; alter role ROLE set enable_mergejoin = 'off'; alter role ROLE set enable_material = 'off';",
    )
  })

  async function giveSettings() {
    const { host, port, password } = inject('postgres')
    const client = new pg.Client({ host, port, password, user: 'postgres', database: 'postgres' })
    await client.connect()
    const settings = [
      ...["statement_timeout = '4000ms'", "lock_timeout = '2000ms'", "idle_in_transaction_session_timeout = '4000ms'"],
      ...['enable_seqscan', 'enable_hashjoin', 'enable_mergejoin', 'enable_material'].map((name) => `${name} = off`),
    ]
    for (const one of settings) {
      await client.query(`alter role tallystick_server in database ${database.name} set ${one}`)
    }
    await client.end()
  }

  test.each(prepared)('it serves, with "%s"', async (setting) => {
    await giveSettings()
    const pool = await poolThrough(ignored, setting)
    const warning = await checkPooler(pool)
    console.log(`${version}, with "${setting}": ${warning ?? 'statements are named'}`)
    const name = `pooled-${prepared.indexOf(setting)}`
    const server = await testServer({ database: { ...database, pool } })
    const customer = { external_reference: `${name}-c` }
    const account = await server.api('POST', '/billing/accounts', {
      ...{ customer, external_reference: name, currency: 'ZAR', balance: 1_000_000 },
    })
    const pay = (reference: string) => {
      const body = { amount: 3, currency: 'ZAR', channel: 'till', reference, account: account.body.id }
      return server.api('POST', '/billing/payments', body, { 'idempotency-key': reference })
    }
    for (let round = 0; round < 10; round++) {
      const names = Array.from({ length: 40 }, (_, place) => `${name}-${round}-${place}`)
      const paid = await Promise.all([...names, ...names].map(pay))
      expect(new Set(paid.map(({ status }) => status))).toEqual(new Set([201]))
    }
    const { body } = await server.api('GET', `/billing/accounts/${account.body.id}`)
    expect(body.balance).toBe(1_000_000 - 400 * 3)
    expect((await fetch(`${server.url}/readyz`)).status).toBe(200)
    await server.stop()
  })

  test('migrations are not run through it', async () => {
    const pool = await poolThrough(ignored)
    const unknown = { name: '9999_new', text: 'select 1', checksum: 'x', breaking: false, index_statements: null }
    await expect(migrate(pool, new Date(), undefined, { migrations: [...readMigrations(), unknown] })).rejects.toThrow(
      'leads through a pooler',
    )
  })
}
