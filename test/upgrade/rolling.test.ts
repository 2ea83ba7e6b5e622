import { randomBytes } from 'node:crypto'
import pg from 'pg'
import { afterAll, expect, inject, test } from 'vitest'
import { readMigrations } from '../../src/database/migrations.ts'
import { openPool } from '../../src/database/pool.ts'
import { type ChildServer, childServer } from '../support/child-server.ts'
import { runNode } from '../support/command.ts'
import { eventually } from '../support/eventually.ts'
import { webhookReceiver } from '../support/receiver.ts'
import { expectCleanBooks } from '../support/verify.ts'
import { Load } from './load.ts'
import { type OldProgram, oldProgram, releaseBefore } from './release-before.ts'

// How long each stage lasts. UPGRADE_STAGE_MS and UPGRADE_FROM (a commit) make the long form.
const stage_ms = Number(process.env.UPGRADE_STAGE_MS ?? 400)

const { host, port, password } = inject('postgres')
const name = `test_${randomBytes(6).toString('hex')}`
const addressOf = (user: string) => ({ host, port, password, user, database: name })
const urlOf = (user: string) =>
  host.startsWith('/')
    ? `postgresql://${user}:${password}@/${name}?host=${encodeURIComponent(host)}&port=${port}`
    : `postgresql://${user}:${password}@${host}:${port}/${name}`
const key = 'sk_test_of_the_upgrade'

let old: OldProgram | undefined
let receiver: Awaited<ReturnType<typeof webhookReceiver>> | undefined
afterAll(async () => {
  for (const server of servers) await server.kill()
  await receiver?.close()
  await asAdmin(`drop database if exists ${name} with (force)`)
  await old?.remove()
})

async function asAdmin(statement: string): Promise<void> {
  const client = new pg.Client({ ...addressOf('postgres'), database: 'postgres' })
  await client.connect()
  await client.query(statement).finally(() => client.end())
}

const migrateBy = (program: string) =>
  runNode(program, ['migrate', '--grant-to', 'tallystick_server'], { DATABASE_URL: urlOf('tallystick_owner') })
const servers: ChildServer[] = []
async function start(program?: string): Promise<ChildServer> {
  const server = await childServer(
    {
      DATABASE_URL: urlOf('tallystick_server'),
      TALLYSTICK_HOST: '127.0.0.1',
      TALLYSTICK_ENCRYPTION_KEY: 'an encryption key of the upgrade only',
      TALLYSTICK_TEST_KEY: key,
      TALLYSTICK_WEBHOOK_ALLOWED_HOSTS: '127.0.0.1',
    },
    program,
  )
  servers.push(server)
  return server
}
const stage = () => new Promise((done) => setTimeout(done, stage_ms))

test('an upgrade under load loses nothing, and back again: what fails on the way succeeds when it is sent again', async () => {
  const commit = await releaseBefore()
  old = await oldProgram(commit)
  receiver = await webhookReceiver()
  await asAdmin(`create database ${name} owner tallystick_owner`)
  expect((await migrateBy(old.main)).stderr).toBe('')
  const load = new Load(key)
  const before = await start(old.main)
  load.goTo(before.url)
  await load.call('/webhooks/endpoints', { url: receiver.url })
  await load.start()
  await stage()

  // The tables change while the release before serves.
  const migrated = await migrateBy('src/main.ts')
  expect([migrated.code, migrated.stdout]).toEqual([0, expect.stringMatching(/^ran \d/)])
  await stage()
  // Both serve.
  const after = await start()
  load.goTo(before.url, after.url)
  await stage()
  // The old one is told to stop while requests still come to it.
  expect(await before.stop()).toBe(0)
  load.goTo(after.url)
  await stage()
  // And back: the release before starts on the tables of the new one.
  const back = await start(old.main)
  load.goTo(back.url, after.url)
  await stage()
  expect(await back.stop()).toBe(0)
  load.goTo(after.url)
  await load.stop()

  expect(servers.map(({ url }) => (load.answered.get(url) ?? 0) > 0)).toEqual([true, true, true])
  const failures = load.failures()
  expect(failures.filter((one) => !isPassing(one))).toEqual([])
  await load.mend()
  console.info(
    `From ${commit.slice(0, 7)}: ${load.sent.length} requests, ${load.pages.paid} pages paid, ${failures.length} errors, all mended by a retry.`,
  )
  await expectExactlyOnce(load, after, receiver.received)
  expect(await after.stop()).toBe(0)
}, 300_000)

/** What a caller is told to send again: the server stops, or is gone, or the database is busy. */
const isPassing = (failure: string) => /: 503 |^no answer: |^A page of the payment returned 503/.test(failure)

/** Every payment that was ever sent is there once, every event has arrived, and the books are right. */
async function expectExactlyOnce(load: Load, server: ChildServer, received: { id: string }[]): Promise<void> {
  const pool = openPool(addressOf('tallystick_server'), 4, () => {})
  try {
    const { rows } = await pool.query<{ reference: string; applied: bigint }>(
      `select reference, applied_amount as applied from payment where reference is not null`,
    )
    const references = load.sent.flatMap(({ path, body }) =>
      path === '/billing/payments' && 'reference' in body ? [body.reference] : [],
    )
    expect(rows.map(({ reference }) => reference).sort()).toEqual(references.sort())
    for (const account of load.recorded.keys()) {
      const response = await fetch(`${server.url}/billing/accounts/${account}`, {
        headers: { authorization: `Bearer ${key}` },
      })
      expect([account, await response.json()]).toMatchObject([account, { balance: load.owed(account) }])
    }
    const events = await pool.query<{ body: string }>('select body from event')
    const ids = events.rows.map(({ body }) => JSON.parse(body).id as string)
    const seen = () => new Set(received.map(({ id }) => id))
    await eventually(() => ids.every((id) => seen().has(id)), 'the receiver has every event', 60_000)
    await expectCleanBooks({ pool })
    const run = await pool.query<{ name: string }>('select name from schema_migration order by name')
    expect(run.rows.map((row) => row.name)).toEqual(readMigrations().map((one) => one.name))
  } finally {
    await pool.end()
  }
}
