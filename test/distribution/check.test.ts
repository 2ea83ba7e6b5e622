import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { describe, expect, test } from 'vitest'
import { checkDistribution, type DistributionFinding } from '../../src/distribution/check.ts'
import type { NodeFacts } from '../../src/distribution/nodes.ts'
import { refuseUnfit } from '../../src/distribution/refuse.ts'
import type { CatalogueSnapshot, CitusFacts, TableFacts } from '../../src/distribution/snapshot.ts'
import { dear } from '../database/statement-rules.ts'

const citus: CitusFacts = { version: 'Citus 13.2.2', workers: 4, tables: [], functions: [], noted_keys: null }

const tableNamed = (name: string, facts: Partial<TableFacts> = {}): TableFacts => ({
  name,
  owned: true,
  has_bucket: true,
  may_truncate: true,
  has_local_rows: false,
  unique_without_bucket: [],
  triggers: [],
  ...facts,
})

describe('distributing is refused', () => {
  const table = (facts: Partial<TableFacts>) => tableNamed('invoice', facts)
  const fit: CatalogueSnapshot = {
    server_roles: [],
    tables: [tableNamed('customer')],
    foreign_keys: [],
    functions: [],
    citus,
  }
  const key = { name: 'to_customer', definition: 'FOREIGN KEY …', has_bucket: true }

  test.each<[string, () => Partial<CatalogueSnapshot>, RegExp]>([
    ['without Citus', () => ({ citus: null }), /^This database has no Citus: install Citus 12\.1 or newer/],
    [
      'with an old Citus',
      () => ({ citus: { ...citus, version: 'Citus 12.0.1 on x86' } }),
      /^Citus 12\.0\.1 on x86 is too old/,
    ],
    ['without a worker', () => ({ citus: { ...citus, workers: 0 } }), /^Citus has no worker .+ citus_add_node/],
    [
      'by another than the owner',
      () => ({ tables: [table({ owned: false })] }),
      /does not own invoice: connect as the role that migrates/,
    ],
    [
      'beside a server',
      () => ({ server_roles: [{ role: 'app', sessions: 1 }] }),
      /^app has 1 other session on this database: stop/,
    ],
    [
      'of a unique index without bucket',
      () => ({ tables: [table({ unique_without_bucket: ['invoice_number_key'] })] }),
      /^The unique index invoice_number_key of invoice has no bucket\. Such a table/,
    ],
    ['of a trigger', () => ({ tables: [table({ triggers: ['noted'] })] }), /^invoice has the trigger or rule noted\./],
    [
      'of a foreign key from a table without bucket',
      () => ({
        tables: [...fit.tables, table({ has_bucket: false })],
        foreign_keys: [{ ...key, table: 'invoice', references: 'customer', has_bucket: false }],
      }),
      /^The foreign key to_customer of invoice names customer, which is distributed\./,
    ],
    [
      'of a foreign key that leaves the bucket out',
      () => ({
        tables: [...fit.tables, table({})],
        foreign_keys: [{ ...key, table: 'invoice', references: 'customer', has_bucket: false }],
      }),
      /^The foreign key to_customer of invoice has no bucket\./,
    ],
  ])('%s', (_why, changes, message) => {
    expect(() => refuseUnfit({ ...fit, ...changes() })).toThrow(message)
  })

  test('of nothing else', () => {
    refuseUnfit(fit)
  })
})

describe('the check', () => {
  const rights = ['owner=ar/owner', 'server=ar/owner']
  const good: NodeFacts = {
    functions: [{ signature: 'f(integer)', rights: ['owner=X/owner'] }],
    tables: [
      { name: 'event', rights },
      { name: 'customer', rights: null },
    ],
    settings: {
      max_prepared_transactions: '100',
      max_connections: '100',
      'citus.recover_2pc_interval': '5000',
      'citus.max_adaptive_executor_pool_size': '1',
      'citus.max_cached_conns_per_worker': '2',
    },
  }
  const facts = (name: string, has_bucket: boolean) => tableNamed(name, { has_bucket })
  const snapshot: CatalogueSnapshot = {
    server_roles: [],
    tables: [
      facts('customer', true),
      facts('event', true),
      facts('merchant', false),
      { ...facts('schema_migration', false), has_local_rows: true },
    ],
    foreign_keys: [],
    functions: [{ signature: 'f(integer)', for_public: false }],
    citus: {
      ...citus,
      tables: [
        { name: 'customer', place: 'distributed', column: 'bucket', colocation: 2, shards: 8 },
        { name: 'event', place: 'distributed', column: 'bucket', colocation: 2, shards: 8 },
        { name: 'merchant', place: 'reference', column: null, colocation: 1, shards: 1 },
      ],
    },
  }
  const withTables = (change: (tables: CitusFacts['tables']) => CitusFacts['tables']): CatalogueSnapshot => ({
    ...snapshot,
    citus: { ...citus, tables: change(snapshot.citus?.tables ?? []) },
  })
  const faults = (findings: DistributionFinding[]) => findings.flatMap((finding) => finding.faults)
  const check = (found: CatalogueSnapshot, node: NodeFacts | null = good) =>
    faults(
      checkDistribution(found, {
        here: good,
        nodes: [
          { node: 1, facts: good },
          { node: 2, facts: node },
        ],
      }),
    )

  test('finds nothing where all is as it should be', () => {
    expect(check(snapshot)).toEqual([])
  })

  test.each<[string, () => string[], string]>([
    [
      'a table that was forgotten',
      () => check(withTables((all) => all.slice(0, 2))),
      'merchant is local, not reference',
    ],
    [
      'a table in another place',
      () => check(withTables((all) => all.map((one) => (one.name === 'event' ? { ...one, place: 'reference' } : one)))),
      'event is reference, not distributed',
    ],
    [
      'another column',
      () => check(withTables((all) => all.map((one) => (one.name === 'event' ? { ...one, column: 'id' } : one)))),
      'event is distributed by id, not bucket',
    ],
    [
      'tables that lie apart',
      () => check(withTables((all) => all.map((one) => (one.name === 'event' ? { ...one, colocation: 3 } : one)))),
      'group 3 has event',
    ],
    [
      'a hidden copy',
      () =>
        check({
          ...snapshot,
          tables: snapshot.tables.map((one) => ({ ...one, has_local_rows: one.name === 'customer' })),
        }),
      'customer has one',
    ],
    [
      'a foreign key that was not made again',
      () =>
        check({
          ...snapshot,
          citus: {
            ...(snapshot.citus ?? citus),
            noted_keys: [
              { name: 'to_customer', table: 'event', references: 'customer', definition: '', has_bucket: true },
            ],
          },
        }),
      'to_customer of event is not',
    ],
    ['a node that is away', () => check(snapshot, null), 'node 2 does not'],
    ['a function that a node lacks', () => check(snapshot, { ...good, functions: [] }), 'node 2 lacks f(integer)'],
    [
      'a function that everybody may call there',
      () =>
        check(snapshot, { ...good, functions: [{ signature: 'f(integer)', rights: ['=X/owner', 'owner=X/owner'] }] }),
      'on node 2 f(integer) has =X/owner owner=X/owner, not owner=X/owner',
    ],
    [
      'a shard that more may be done with than with its table',
      () =>
        check(snapshot, {
          ...good,
          tables: [...good.tables, { name: 'event', rights: ['owner=arwd/owner', 'server=ar/owner'] }],
        }),
      'on node 2 event or a shard of it has owner=arwd/owner server=ar/owner, not owner=ar/owner server=ar/owner',
    ],
    [
      'commits in doubt that stay so for a minute',
      () => check(snapshot, { ...good, settings: { ...good.settings, 'citus.recover_2pc_interval': '60000' } }),
      'node 2: citus.recover_2pc_interval is 60000 ms: 5s, or a commit in doubt holds its balances for longer than a payment waits',
    ],
  ])('finds %s', (_what, found, fault) => {
    expect(found()).toContain(fault)
  })
})

test('the guide counts the statements that are not ready as the list does', () => {
  const guide = readFileSync(resolve(import.meta.dirname, '../../docs/guides/scale-out.md'), 'utf8')
  const rows = Object.values(dear).map(({ rule, statements }) => `| ${rule} | ${statements.length} |`)
  expect(guide).toContain(`|---|---|\n${rows.join('\n')}\n\n`)
})
