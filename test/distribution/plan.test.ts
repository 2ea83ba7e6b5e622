import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { onCoordinator } from '../../src/distribution/classify.ts'
import { planDistribution } from '../../src/distribution/plan.ts'
import { refuseUnfit } from '../../src/distribution/refuse.ts'
import { type CatalogueSnapshot, type CitusFacts, readSnapshot } from '../../src/distribution/snapshot.ts'
import { type TestDatabase, testDatabase } from '../support/database.ts'

const citus: CitusFacts = { version: 'Citus 13.2.2', workers: 4, tables: [], functions: [], noted_keys: null }

let database: TestDatabase
/** The migrated schema, as Citus finds it. */
let migrated: CatalogueSnapshot
beforeAll(async () => {
  database = await testDatabase()
  const snapshot = await readSnapshot(database.owner)
  migrated = { ...snapshot, citus, server_roles: snapshot.server_roles.map(({ role }) => ({ role, sessions: 0 })) }
})
afterAll(() => database.drop())

const statements = (snapshot: CatalogueSnapshot) =>
  planDistribution(snapshot, { shards: 8 }).map(({ statement }) => statement)

/** The first words of each statement, each once where it repeats. */
const kinds = (all: string[]) =>
  all
    .map((one) => one.replace(/ ?[('].*$| (table|into|on|constraint|execute) .*$/, ''))
    .filter((kind, at, list) => kind !== list[at - 1])

/** What the first of some statements are called with. */
const calledWith = (all: string[], name: string) =>
  all.flatMap((one) => (one.startsWith(`select ${name}(`) ? [/'([^']+)'/.exec(one)?.[1]] : []))

describe('the plan of the migrated schema', () => {
  test('is not refused', () => {
    refuseUnfit(migrated)
  })

  test('has its steps in this order', () => {
    // Of what is truncated, what is only added to needs the right for a moment; that alternates, and is looked at below.
    const others = statements(migrated).filter((one) => !/truncate/.test(one))
    expect(kinds(others)).toEqual([
      'set citus.multi_shard_modify_mode =',
      'create',
      'insert',
      'select create_reference_table',
      'select create_distributed_table',
      'alter',
      'select create_distributed_function',
      'select grant_server_rights',
      'revoke',
      'drop',
    ])
  })

  test('drops the foreign keys between distributed tables, noted, and makes the same again', () => {
    const keys = migrated.foreign_keys.filter(({ references }) => !['environment', 'merchant'].includes(references))
    expect(keys.map(({ table, references }) => `${table} ${references}`)).toEqual([
      'account customer',
      'bill account',
      'bill customer',
      'earlier_particulars bill',
    ])
    const all = statements(migrated)
    for (const { table, name, definition, references } of keys) {
      expect(all).toContain(
        `insert into distribution_foreign_key values ('${table}', '${name}', '${references}', '${definition}', true); alter table ${table} drop constraint ${name}`,
      )
      expect(all).toContain(`alter table ${table} add constraint ${name} ${definition}`)
    }
    expect(all.filter((one) => one.includes('constraint'))).toHaveLength(2 * keys.length)
  })

  test('puts tables without a bucket on every machine, those first that others name', () => {
    const reference = calledWith(statements(migrated), 'create_reference_table')
    expect(reference.toSorted()).toEqual(
      migrated.tables.flatMap(({ name, has_bucket }) => (has_bucket || onCoordinator.includes(name) ? [] : [name])),
    )
    const place = (name: string) => reference.indexOf(name)
    expect(place('merchant')).toBeLessThan(place('environment'))
    expect(place('environment')).toBeLessThan(place('api_key'))
  })

  test('spreads the customers, and beside them every other table with a bucket, partitioned ones by their parent', () => {
    const all = statements(migrated).filter((one) => one.includes('create_distributed_table'))
    expect(all.slice(0, 2)).toEqual([
      "select create_distributed_table('customer', 'bucket', shard_count := 8)",
      expect.stringMatching(/^select create_distributed_table\('\w+', 'bucket', colocate_with := 'customer'\)$/),
    ])
    expect(calledWith(all, 'create_distributed_table').toSorted()).toEqual(
      migrated.tables.flatMap(({ name, has_bucket }) => (has_bucket ? [name] : [])),
    )
    expect(all.join()).not.toMatch(/_20\d\d_|_default/)
  })

  test('makes each function on every machine, and lets not everybody call those that nobody may', () => {
    const all = statements(migrated)
    expect(calledWith(all, 'create_distributed_function')).toEqual(migrated.functions.map(({ signature }) => signature))
    expect(all.slice(-8)).toEqual([
      "select grant_server_rights('tallystick_server')",
      'revoke execute on function drop_old_events(timestamp with time zone) from public',
      'revoke execute on function ensure_partitions(timestamp with time zone,integer) from public',
      'revoke execute on function erase_customer_events(integer,uuid) from public',
      'revoke execute on function grant_server_rights(text) from public',
      'revoke execute on function make_append_only(text,text) from public',
      'revoke execute on function make_partitions(timestamp with time zone,integer) from public',
      'drop table distribution_foreign_key',
    ])
  })

  test('truncates what is left behind, those first that name others, with the right for a moment where there is none', () => {
    const all = statements(migrated)
    const truncated = calledWith(all, 'truncate_local_data_after_distributing_table')
    expect(truncated).toHaveLength(migrated.tables.length - onCoordinator.length)
    const places = ['earlier_particulars', 'bill', 'account', 'customer', 'environment', 'merchant'].map((name) =>
      truncated.indexOf(name),
    )
    expect(places).toEqual(places.toSorted((left, right) => left - right))
    const granted = all.flatMap((one, at) => (one.startsWith('grant') ? [all.slice(at, at + 3)] : []))
    const appendOnly = [
      'event',
      'event_feed',
      'ledger_entry',
      'ledger_transaction',
      'audit_entry',
      'ledger_seal',
      'ledger_seal_part',
    ]
    expect(granted.toSorted()).toEqual(
      appendOnly
        .toSorted()
        .map((name) => [
          `grant truncate on ${name} to current_user`,
          `select truncate_local_data_after_distributing_table('${name}')`,
          `revoke truncate on ${name} from current_user`,
        ]),
    )
  })

  test('leaves the foreign keys as they were: drop and add, run for real', async () => {
    const before = await readSnapshot(database.owner)
    const ordinary = statements(migrated).filter(
      (one) => one.includes('distribution_foreign_key') || one.includes('constraint'),
    )
    for (const statement of ordinary) await database.owner.query(statement)
    expect(await readSnapshot(database.owner)).toEqual(before)
  })
})

describe('the plan of a schema that is half distributed', () => {
  const placed = (name: string, place: 'distributed' | 'reference') => ({
    name,
    place,
    column: place === 'distributed' ? 'bucket' : null,
    colocation: place === 'distributed' ? 2 : 1,
    shards: 8,
  })

  test('is the rest: the keys that were noted are made again', () => {
    const keys = migrated.foreign_keys.filter(
      ({ has_bucket, references }) => has_bucket && references !== 'environment',
    )
    const half: CatalogueSnapshot = {
      ...migrated,
      foreign_keys: migrated.foreign_keys.filter((key) => !keys.includes(key)),
      citus: {
        ...citus,
        tables: [placed('merchant', 'reference'), placed('customer', 'distributed'), placed('account', 'distributed')],
        functions: migrated.functions.slice(1).map(({ signature }) => signature),
        noted_keys: keys,
      },
    }
    const all = statements(half)
    expect(calledWith(all, 'create_reference_table')).not.toContain('merchant')
    expect(calledWith(all, 'create_distributed_table')).not.toEqual(expect.arrayContaining(['customer']))
    expect(all.filter((one) => one.includes('shard_count'))).toEqual([])
    expect(calledWith(all, 'truncate_local_data_after_distributing_table')).toContain('bill')
    expect(calledWith(all, 'create_distributed_function')).toEqual([migrated.functions[0]?.signature])
    expect(all.filter((one) => /distribution_foreign_key|constraint/.test(one))).toEqual([
      ...keys.map(({ table, name, definition }) => `alter table ${table} add constraint ${name} ${definition}`),
      'drop table distribution_foreign_key',
    ])
  })

  test('is the rights, and nothing else, where all is done', () => {
    const done: CatalogueSnapshot = {
      ...migrated,
      tables: migrated.tables.map((table) => ({ ...table, has_local_rows: false })),
      citus: {
        ...citus,
        tables: migrated.tables.map(({ name, has_bucket }) => placed(name, has_bucket ? 'distributed' : 'reference')),
        functions: migrated.functions.map(({ signature }) => signature),
      },
    }
    expect(kinds(statements(done))).toEqual([
      'set citus.multi_shard_modify_mode =',
      'select grant_server_rights',
      'revoke',
    ])
  })
})
