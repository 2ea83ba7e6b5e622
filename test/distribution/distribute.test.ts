import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openPool, type Pool } from '../../src/database/pool.ts'
import { onCoordinator } from '../../src/distribution/classify.ts'
import { DistributionError } from '../../src/distribution/refuse.ts'
import { distribute } from '../../src/distribution/run.ts'
import { areTablesSpread } from '../../src/distribution/serving.ts'
import { readSnapshot } from '../../src/distribution/snapshot.ts'
import { childServer } from '../support/child-server.ts'
import { runTallystick } from '../support/command.ts'
import { type TestDatabase, testDatabase } from '../support/database.ts'
import { eventually } from '../support/eventually.ts'
import { encryptionKey, testServer } from '../support/server.ts'
import { installCitusStandIn } from './citus-stand-in.ts'

const testKey = `sk_test_${'5'.repeat(48)}`

let database: TestDatabase
let serving: Pool
let owner: Pool
beforeAll(async () => {
  database = await testDatabase()
  serving = openPool({ connectionString: database.url }, 5, () => {})
  await takePayments()
})
afterAll(async () => {
  await owner?.end()
  await database.drop()
})

async function takePayments(): Promise<void> {
  const server = await testServer({ database: { ...database, pool: serving } })
  for (const reference of ['one', 'two']) {
    const bill = {
      account: { external_reference: `A-${reference}`, customer: { external_reference: reference } },
      external_reference: `bill-${reference}`,
      currency: 'ZAR',
      amount_due: 500,
      bill_date: '2026-01-01',
      due_date: '2026-02-01',
    }
    const raised = await server.api('POST', '/billing/bills', bill)
    expect([raised.status, raised.text]).toEqual([201, expect.anything()])
    const payment = {
      customer: raised.body.customer_id,
      policy: 'oldest_first',
      amount: 300,
      currency: 'ZAR',
      channel: 'till',
      reference,
    }
    const paid = await server.api('POST', '/billing/payments', payment)
    expect([paid.status, paid.text]).toEqual([201, expect.anything()])
  }
  await server.stop()
}

const command = (...args: string[]) => runTallystick(['distribute', ...args], { DATABASE_URL: database.ownerUrl })

/** PostgreSQL takes a moment to end a session. */
async function noneServes(): Promise<boolean> {
  const { server_roles } = await readSnapshot(database.owner)
  return server_roles.every(({ sessions }) => sessions === 0)
}

/** All that distributing takes away for a moment: foreign keys, rights and functions. */
async function catalogue(): Promise<unknown[]> {
  const { rows } = await database.owner.query(`
    select conrelid::regclass::text as of, conname as name, pg_get_constraintdef(oid) as is from pg_constraint
      where connamespace = 'public'::regnamespace
    union all select relname, 'rights', relacl::text from pg_class where relnamespace = 'public'::regnamespace
    union all select oid::regprocedure::text, 'rights', proacl::text from pg_proc where pronamespace = 'public'::regnamespace
    order by 1, 2`)
  return rows
}

describe('distribute refuses', () => {
  test('a database without Citus, and says how it is got; nothing is changed', async () => {
    const before = await catalogue()
    const { code, stderr } = await command()
    expect([code, stderr.trim().split('\n')]).toEqual([
      1,
      [expect.stringMatching(/^This database has no Citus: install Citus 12\.1 or newer .+ create extension citus/)],
    ])
    expect((await command('--check')).stderr).toMatch(/^This database has no Citus/)
    expect(await catalogue()).toEqual(before)
  })

  test('local mode, which is on one machine', async () => {
    const { code, stderr } = await runTallystick(['distribute', '--check'])
    expect([code, stderr]).toEqual([1, expect.stringMatching(/^Set DATABASE_URL to the coordinator of Citus: .+\n$/)])
  })

  test('a database that a server is connected to', async () => {
    await installCitusStandIn(database)
    const { code, stderr } = await command()
    expect([code, stderr]).toEqual([
      1,
      expect.stringMatching(/^tallystick_server has \d+ other sessions? .+ stop every server/),
    ])
  })
})

describe('distribute', () => {
  test('goes on where it was interrupted, wherever that was', async () => {
    await serving.end()
    await eventually(noneServes, 'the sessions of the server are gone', 20_000)
    owner = openPool({ connectionString: database.ownerUrl }, 1, () => {})
    const before = await catalogue()
    expect(await areTablesSpread(database.owner)).toBe(false)
    // At the first of these nothing has its place yet, and only foreign keys are missing.
    const steps = [
      'clearing_place',
      'environment',
      'customer',
      'bill',
      'webhook_replay',
      'new_id(timestamp with time zone,integer)',
      'truncating customer',
    ]
    for (const what of steps) {
      await database.owner.query('insert into stand_in.failing values ($1)', [what])
      await expect(distribute(owner, 4, () => {})).rejects.toThrow(`interrupted at ${what}`)
      await expect(areTablesSpread(owner)).rejects.toThrow(
        /^Some tables of this database are spread over machines and others not/,
      )
      await database.owner.query('delete from stand_in.failing')
    }
    const findings = await distribute(owner, undefined, () => {})
    expect(findings.filter(({ checked, faults }) => faults.length > 0 && !checked.startsWith('the settings'))).toEqual(
      [],
    )
    expect(await catalogue()).toEqual(before)
  })

  test('leaves each table in its place, and no hidden copy', async () => {
    const { tables, citus } = await readSnapshot(owner)
    expect(tables.filter(({ has_local_rows }) => has_local_rows).map(({ name }) => name)).toEqual([
      'feed_place',
      'schema_migration',
    ])
    const placeOf = new Map(citus?.tables.map(({ name, place, shards }) => [name, `${place} ${shards}`]))
    expect([placeOf.get('customer'), placeOf.get('ledger_entry'), placeOf.get('environment'), placeOf.size]).toEqual([
      'distributed 4',
      'distributed 4',
      'reference 0',
      tables.length - onCoordinator.length,
    ])
  })

  test('run again, does nothing but to give the rights', async () => {
    const again: string[] = []
    await distribute(owner, undefined, (line) => again.push(line))
    expect(again.length).toBeLessThan(10)
    expect(again.slice(1)).toEqual(
      again.slice(1).map(() => expect.stringMatching(/Gives tallystick_server its rights|Lets not everybody call/)),
    )
  })

  test('says first that there is no way back, and exits 1 for settings that are not as they should be', async () => {
    const { code, stdout } = await command()
    const lines = stdout.split('\n')
    expect(lines[0]).toBe('There is no way back but a backup.')
    expect([code, stdout]).toEqual([1, expect.stringMatching(/^ok {4}no hidden copy is left on the coordinator$/m)])
    expect(stdout).toMatch(/^WRONG the settings of every node\n {6}node 1: max_prepared_transactions is 0/m)
  })

  test('keeps every row', async () => {
    await database.owner.query('select stand_in.put_back()')
    const { rows } = await database.owner.query('select sum(balance)::text as owed from receivable')
    expect(rows).toEqual([{ owed: '400' }])
  })

  test('leaves a database that a server takes payments on, by the map of its machines', async () => {
    const settings = { DATABASE_URL: database.url, TALLYSTICK_ENCRYPTION_KEY: encryptionKey }
    const server = await childServer({ ...settings, TALLYSTICK_LOG_LEVEL: 'info', TALLYSTICK_TEST_KEY: testKey })
    const headers = {
      authorization: `Bearer ${testKey}`,
      'content-type': 'application/json',
      'idempotency-key': 'once',
    }
    const pay = async () => {
      const body = { unidentified: true, amount: 300, currency: 'ZAR', channel: 'till', reference: 'three' }
      const options = { method: 'POST', headers, body: JSON.stringify(body) }
      const answer = await fetch(`${server.url}/billing/payments`, options)
      return [answer.status, ((await answer.json()) as { id: string }).id]
    }
    const [status, id] = await pay()
    expect([[status, id], await pay()]).toEqual([
      [201, expect.stringMatching(/^pay_/)],
      [201, id],
    ])
    expect(server.output()).toMatch(/"machines":2/)
    expect(await server.stop()).toBe(0)
    // Names are reserved where rows lie on several machines, and only there: by both requests.
    const { rows } = await database.owner.query("select holders from payment_reference where reference = 'three'")
    expect(rows).toEqual([{ holders: 2 }])
  })

  test('--check changes nothing, and finds what is wrong; a server does not start on that', async () => {
    await database.owner.query("delete from stand_in.pg_dist_partition where logicalrelid = 'receipt'::regclass")
    const { code, stdout } = await command('--check')
    expect([code, stdout]).toEqual([
      1,
      expect.stringMatching(/^WRONG every table has its place\n {6}receipt is local, not distributed$/m),
    ])
    const started = await runTallystick(['start', '--port', '0'], {
      DATABASE_URL: database.url,
      TALLYSTICK_ENCRYPTION_KEY: encryptionKey,
    })
    expect([started.code, started.stderr]).toEqual([1, expect.stringMatching(/run tallystick distribute/)])
    await expect(areTablesSpread(owner)).rejects.toThrow(DistributionError)
  })
})
