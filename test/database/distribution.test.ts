import { resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { spreadForm } from '../../src/database/sql.ts'
import { classOf, findMisfits, keysBetweenDistributed } from '../../src/distribution/classify.ts'
import { type CatalogueSnapshot, readSnapshot } from '../../src/distribution/snapshot.ts'
import { type TestDatabase, testDatabase } from '../support/database.ts'
import { readStatement } from './statement-reader.ts'
import {
  brokenRules,
  dear,
  excepted,
  onOneMachine,
  type Places,
  readForRules,
  statementRules,
  statementsOf,
} from './statement-rules.ts'

let database: TestDatabase
let snapshot: CatalogueSnapshot
beforeAll(async () => {
  database = await testDatabase()
  snapshot = await readSnapshot(database.owner)
})
afterAll(() => database.drop())

/** Tables that lie whole on every machine: they belong to no customer, and are small. */
const onEveryMachine = [
  'api_key',
  'books_closing',
  'clearing_place',
  'clearing_total',
  'data_key_wrap',
  'encryption_key_check',
  'environment',
  'environment_processor',
  'ledger_seal',
  'ledger_seal_part',
  'ledger_total_place',
  'logo',
  'merchant',
  'overdue_place',
  'retention',
  'settlement_reader',
  'simulator_cut_off',
  'verify_place',
  'webhook_endpoint',
]

describe('the schema can be distributed by customer', () => {
  test('every table has a bucket, or is named here as one for every machine', () => {
    const of = (wanted: string) => snapshot.tables.filter((table) => classOf(table) === wanted).map(({ name }) => name)
    expect(of('reference')).toEqual(onEveryMachine)
    expect(of('local')).toEqual(['feed_place', 'rate_lease', 'schema_migration'])
    expect(of('distributed').length).toBeGreaterThan(40)
  })

  test('unique keys and foreign keys of spread tables have the bucket, and none has a trigger or a rule', () => {
    expect(findMisfits(snapshot)).toEqual([])
  })

  test('the foreign keys between spread tables, which are dropped for a moment, are these', () => {
    expect(keysBetweenDistributed(snapshot).map(({ table, references }) => `${table} to ${references}`)).toEqual([
      'account to customer',
      'bill to account',
      'bill to customer',
      'earlier_particulars to bill',
    ])
  })

  test('buckets are integers that are never null', async () => {
    const { rows } = await database.owner.query(`
      select attrelid::regclass::text as table from pg_attribute as a join pg_class as t on t.oid = a.attrelid
      where t.relnamespace = 'public'::regnamespace and t.relkind in ('r', 'p') and attname = 'bucket'
        and not (a.attnotnull and a.atttypid = 'integer'::regtype)`)
    expect(rows).toEqual([])
  })

  test('partitions are of spread tables, by range of an id, with one for whatever has no other', async () => {
    const { rows } = await database.owner.query<{ name: string; key: string; others: boolean }>(`
      select partrelid::regclass::text as name, pg_get_partkeydef(partrelid) as key, partdefid <> 0 as others
      from pg_partitioned_table order by 1`)
    const spread = new Set(snapshot.tables.filter(({ has_bucket }) => has_bucket).map(({ name }) => name))
    expect(rows.length).toBeGreaterThan(5)
    for (const { name, key, others } of rows) {
      expect([name, spread.has(name), key, others]).toEqual([
        name,
        true,
        expect.stringMatching(/^RANGE \(\w*id\)$/),
        true,
      ])
    }
  })

  // An identity is drawn where the statement runs: where tables are spread, the numbers of events are the time (number-events.sql).
  test('no spread table has an identity or a serial column, but for one', async () => {
    const { rows } = await database.owner.query<{ column: string }>(`
      select a.attrelid::regclass || '.' || a.attname as column
      from pg_attribute as a join pg_class as t on t.oid = a.attrelid
      left join pg_attrdef as d on d.adrelid = a.attrelid and d.adnum = a.attnum
      where t.relnamespace = 'public'::regnamespace and t.relkind in ('r', 'p') and not t.relispartition
        and (a.attidentity <> '' or pg_get_expr(d.adbin, d.adrelid) like 'nextval%')
        and exists (select from pg_attribute where attrelid = t.oid and attname = 'bucket')`)
    expect(rows.map(({ column }) => column)).toEqual(['unsequenced_event.number'])
  })

  test('every function is one of these, and those with the rights of the owner name their path', async () => {
    const { rows } = await database.owner.query<{
      name: string
      definer: boolean
      path: boolean
      for_public: boolean
    }>(`
      select proname as name, prosecdef as definer, coalesce(proconfig::text like '%search_path%', false) as path,
        has_function_privilege('public', oid, 'execute') as for_public
      from pg_proc where pronamespace = 'public'::regnamespace order by 1`)
    const line = (row: (typeof rows)[number]) =>
      `${row.name}: ${row.for_public ? 'everybody' : row.definer ? 'the server, as the owner' : 'the owner'}`
    expect(rows.map(line)).toEqual([
      'assert_rows: everybody',
      'drop_old_events: the server, as the owner',
      'ensure_partitions: the server, as the owner',
      'erase_customer_events: the server, as the owner',
      'grant_server_rights: the owner',
      'id_at: everybody',
      'make_append_only: the owner',
      'make_partitions: the owner',
      'new_id: everybody',
    ])
    expect(rows.filter(({ definer, path }) => definer && !path)).toEqual([])
  })
})

describe('statements', () => {
  const source = resolve(import.meta.dirname, '../../src')
  const statements = statementsOf(source)
  const places = (): Places => {
    const named = (wanted: string) =>
      new Set(snapshot.tables.filter((table) => classOf(table) === wanted).map(({ name }) => name))
    return { distributed: named('distributed'), reference: named('reference') }
  }

  // A new statement keeps the rules; one that is mended leaves the list.
  test('break the rules of a distributed database where the list of the dear ones says so, and nowhere else', () => {
    const broken: Record<string, string[]> = Object.fromEntries(Object.keys(statementRules).map((rule) => [rule, []]))
    for (const { name, sql } of statements.filter((one) => !onOneMachine.includes(one.name))) {
      for (const rule of brokenRules(spreadForm(sql), places())) {
        if (!excepted[rule]?.includes(name)) broken[rule]?.push(name)
      }
    }
    const found = Object.fromEntries(Object.entries(broken).map(([rule, names]) => [rule, names.toSorted()]))
    expect(statements.length).toBeGreaterThan(350)
    expect(found).toEqual(Object.fromEntries(Object.keys(found).map((rule) => [rule, dear[rule]?.statements ?? []])))
    expect(Object.keys(dear).filter((rule) => !(rule in found))).toEqual([])
  })

  test('statements for one machine are there', () => {
    const names = new Set(statements.map(({ name }) => name))
    expect(onOneMachine.filter((name) => !names.has(name))).toEqual([])
  })

  test('exceptions from a rule are such', () => {
    const all = statements.map(({ name, sql }) => [name, brokenRules(spreadForm(sql), places())] as const)
    for (const [rule, names] of Object.entries(excepted)) {
      expect(names.filter((name) => !all.some(([of, rules]) => of === name && rules.includes(rule)))).toEqual([])
    }
  })

  test('the list only shrinks', () => {
    const all = Object.values(dear).flatMap(({ statements }) => statements)
    expect(all.length).toBeLessThanOrEqual(33)
  })
})

describe('reading a statement', () => {
  const unkept = (text: string) =>
    readStatement(text)
      .sources.filter(({ kept, name }) => !kept && name !== '()')
      .map(({ alias }) => alias)

  test.each<[string, string, string[]]>([
    [
      'one bucket is known of what is joined by it',
      'select 1 from bill as b join account as a on a.bucket = b.bucket where b.bucket = $1',
      [],
    ],
    [
      'of several, each table needs its own',
      'select 1 from bill b join account a on a.bucket = b.bucket where b.bucket = any ($1::integer[])',
      ['a'],
    ],
    [
      'also inside',
      'select 1 from bill where bucket = any ($1) and id = any (array(select id from payment where x = 1))',
      ['payment'],
    ],
    [
      'and there it counts for that table only',
      'select 1 from bill where id in (select id from payment where bucket = $1)',
      ['bill'],
    ],
    [
      'a join with what is given is not enough',
      'update bill as b set x = 1 from unnest($1::integer[]) as m (bucket) where b.bucket = m.bucket',
      ['b'],
    ],
    [
      'unless it is said',
      'delete from bill as b using unnest($1::integer[]) as m (bucket) where b.bucket = m.bucket and b.bucket = any ($1)',
      [],
    ],
    [
      'what is inserted has its bucket',
      'insert into bill (id, bucket) select unnest($1::uuid[]), unnest($2::integer[])',
      [],
    ],
    [
      'each part of a union is by itself',
      'select 1 from bill where bucket = $1 union all select 1 from payment',
      ['payment'],
    ],
    ['a lock names no table', 'select 1 from bill as b where b.bucket = $1 for no key update of b', []],
    ['nor does a comparison', 'select 1 from bill where bucket = $1 and x is distinct from y -- from nothing', []],
    [
      'outer tables are known inside',
      'select (select 1 from bill as b where b.bucket = p.bucket) from payment as p where p.bucket = $1',
      [],
    ],
  ])('%s', (_rule, text, aliases) => {
    expect(unkept(text)).toEqual(aliases)
  })

  test.each<[string, string]>([
    ['own_bucket', 'select 1 from bill where id = any ($1::uuid[])'],
    ['locks_by_shard', 'select 1 from bill where bucket = any ($1::integer[]) for update'],
    ['no_skip_locked', 'select 1 from bill where bucket = $1 for update skip locked'],
    ['claims_as_values', 'insert into bill (id) select $1 on conflict do nothing'],
    [
      'one_write',
      'with a as (insert into bill (id) values (1) returning id) insert into payment (id) select id from a',
    ],
    ['no_shared_write', 'with a as (update feed_place set position = 1) select 1 from bill where bucket = $1'],
    ['no_offset', 'select 1 from bill where bucket = $1 offset 0'],
    ['columns_named', 'select exists (select from bill where bucket = $1)'],
    ['no_simple_case', "update bill set status = case status when 'x' then 'y' end where bucket = $1"],
    ['bucket_stays', 'update bill set status = $1, bucket = $2 where id = $3 and bucket = $4'],
    ['no_volatile_call', 'update bill set token = gen_random_uuid() where bucket = $1'],
    ['windows_by_bucket', 'select lag(due) over (partition by account_id order by due) from bill'],
    ['no_row_address', 'delete from bill where bucket = $1 and ctid = $2'],
    ['no_plan_mode', "select set_config('plan_cache_mode', 'force_generic_plan', true)"],
  ])('finds what breaks %s', (rule, text) => {
    expect(statementRules[rule]?.(readFor(text))).toBe(true)
  })

  const readFor = (sql: string) =>
    readForRules(sql, { distributed: new Set(['bill', 'payment']), reference: new Set(['feed_place']) })

  test('finds nothing in a statement that keeps them all', () => {
    const kept = 'update bill as b set balance = $3 where b.bucket = any ($1::integer[]) and b.id = any ($2::uuid[])'
    expect(Object.entries(statementRules).filter(([, breaks]) => breaks(readFor(kept)))).toEqual([])
  })
})
