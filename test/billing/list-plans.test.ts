import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type ListQuery, listQueries } from '../../src/billing/object/list/schema.ts'
import { listObjects } from '../../src/billing/object/list/store.ts'
import type { Queryable } from '../../src/database/pool.ts'
import type { ReceivableKind } from '../../src/ledger/receivable.ts'
import { type TestDatabase, testDatabase } from '../support/database.ts'

// No entry stands behind these rows, so the books of this database are not verified.
let database: TestDatabase
let environmentId: number
const now = new Date('2026-06-30T12:00:00Z')

beforeAll(async () => {
  database = await testDatabase({ verify: false })
  environmentId = await seed()
}, 120_000)
afterAll(() => database.drop())

/**
 * 20,000 customers, 20,000 accounts and 60,000 bills, one a minute. One currency and one metadata value are common, one of
 * each is rare; one object in 500 is archived; nine bills in ten are paid.
 */
async function seed(): Promise<number> {
  const { owner } = database
  const { rows } = await owner.query<{ id: number }>(
    `with made as (insert into merchant (slug, name, created_at) values ('plans', 'Plans', now()) returning id)
     insert into environment (merchant_id, mode) select id, 'test' from made returning id`,
  )
  const id = rows[0]?.id as number
  const idOf = (row: string, kind: number) =>
    `(substr(id_at($2::timestamptz - ${row} * interval '1 minute')::text, 1, 14)
      || '000${kind}-' || lpad(to_hex(${row} % 65536), 4, '0') || '-00000000' || lpad(to_hex(${row} % 65536), 4, '0'))::uuid`
  const common = `case when n % 1000 = 0 then 'USD' else 'ZAR' end as currency,
    jsonb_build_object('batch', case when n % 1000 = 1 then 'rare' else 'common' end) as metadata,
    case when n % 500 = 2 then $2::timestamptz end as archived_at, $2::timestamptz - n * interval '1 minute' as created_at`
  const columns =
    'id, bucket, environment_id, external_reference, currency, metadata, archived_at, created_at, updated_at'
  await owner.query(
    `insert into customer (${columns}, name, email, phone)
     select ${idOf('n', 1)}, n % 65536, $1, 'c' || n, currency, metadata, archived_at, created_at, created_at,
       case when n % 1000 = 3 then 'Rare' else 'Common' end || ' Person ' || n, 'e' || n || '@example.com', '+27' || n
     from (select n, ${common} from generate_series(1, 20000) as n) as made`,
    [id, now],
  )
  await owner.query(
    `insert into account (${columns}, customer_id, name)
     select ${idOf('n', 2)}, n % 65536, $1, 'a' || n, currency, metadata, archived_at, created_at, created_at,
       ${idOf('n', 1)}, case when n % 1000 = 3 then 'Rare' else 'Common' end || ' Account ' || n
     from (select n, ${common} from generate_series(1, 20000) as n) as made`,
    [id, now],
  )
  await owner.query(
    `insert into bill (id, bucket, environment_id, external_reference, metadata, archived_at, created_at, updated_at,
       customer_id, account_id, currency, amount_due, bill_date, due_date)
     select ${idOf('n', 3)}, owner, $1, 'b' || n, metadata, archived_at, created_at, created_at, ${idOf('owner', 1)},
       case when n % 2 = 0 then ${idOf('owner', 2)} end, currency, 1000, created_at::date, created_at::date + 14
     from (select n, n % 20000 + 1 as owner, ${common} from generate_series(1, 60000) as n) as made`,
    [id, now],
  )
  await owner.query(
    `insert into receivable (id, bucket, environment_id, kind, customer_id, account_id, currency, balance, version, status,
       external_reference)
     select id, bucket, $1::integer, 'customer', id, null::uuid, currency, 10, 1, null, external_reference from customer
     union all select id, bucket, $1, 'account', customer_id, id, currency, 10, 1, null, external_reference from account
     union all select id, bucket, $1, 'bill', customer_id, account_id, currency,
       case when substr(external_reference, 2)::int % 10 = 0 then 500 else 0 end, 1,
       case when substr(external_reference, 2)::int % 10 = 0 then 'unpaid' else 'paid' end, external_reference from bill`,
    [id],
  )
  // The bucket of a reference is the first 16 bits of its hash.
  await owner.query(
    `insert into external_reference (environment_id, kind, reference, entity_id, bucket)
     select $1::integer, kind, reference, id, ('x' || substr(encode(sha256(reference::bytea), 'hex'), 1, 4))::bit(16)::integer
     from (select 'customer' as kind, external_reference as reference, id from customer
       union all select 'account', external_reference, id from account
       union all select 'bill', external_reference, id from bill) as named`,
    [id],
  )
  await owner.query('vacuum analyze customer, account, bill, receivable, external_reference')
  return id
}

/** The plan of a list's one statement, as PostgreSQL makes it for these values. */
async function planOf(kind: ReceivableKind, query: Record<string, unknown>): Promise<string> {
  let plan = ''
  const explaining: Queryable = {
    async query(statement: never) {
      const { text, values } = statement as { text: string; values: unknown[] }
      const isList = text.includes('as materialized')
      const result = await database.pool.query(isList ? { text: `explain ${text}`, values } : statement)
      if (isList) plan = result.rows.map((row) => Object.values(row)[0]).join('\n')
      return result as never
    },
  }
  const environment = { id: environmentId, time_zone: 'UTC' }
  const context = { environment, now, request_id: 'req_plan' } as Parameters<typeof listObjects>[1]
  const parsed = listQueries[kind].parse(query) as ListQuery
  await listObjects(explaining, context, kind, parsed, { limit: 20, after: undefined })
  return plan
}

const held = [
  { currency: 'ZAR' },
  { currency: 'USD' },
  { metadata: { batch: 'common' } },
  { metadata: { batch: 'rare' } },
  { created_from: '2026-06-20T00:00:00Z', created_to: '2026-06-21T00:00:00Z' },
  { balance_min: '5' },
  { archived: 'true' },
  { archived: 'all' },
  { updated_from: '2026-06-20T00:00:00Z' },
]
const filters: Record<ReceivableKind, Record<string, unknown>[]> = {
  customer: [
    ...held,
    { name: 'common' },
    { name: 'rare' },
    { name: 'nobody' },
    { email: 'e77@example.com' },
    { phone: '+2777' },
  ],
  account: [...held, { customer: 'c77' }, { name: 'common' }, { name: 'rare' }],
  bill: [
    ...held,
    { customer: 'c77' },
    { account: 'a77' },
    { status: 'unpaid' },
    { status: 'paid' },
    { status: 'voided' },
    { due_from: '2026-06-01', due_to: '2026-06-02' },
    { due_to: '2026-07-01' },
    { overdue: 'true' },
    { overdue: 'false' },
  ],
}

/** Every choice of up to `most` of the filters, without those that exclude each other. */
function combinations(of: Record<string, unknown>[], most: number): Record<string, unknown>[] {
  if (most === 0) return [{}]
  return [
    {},
    ...of.flatMap((filter, index) =>
      combinations(of.slice(index + 1), most - 1)
        .filter((rest) => Object.keys(filter).every((name) => !(name in rest)))
        .map((rest) => ({ ...filter, ...rest })),
    ),
  ]
}

describe('no list reads a table whole', () => {
  test.each(['customer', 'account', 'bill'] as const)('of %ss, by up to three filters at once', async (kind) => {
    const tried = combinations(filters[kind], kind === 'bill' ? 2 : 3)
    expect(tried.length).toBeGreaterThan(30)
    for (const query of tried) {
      const plan = await planOf(kind, query)
      expect(`${JSON.stringify(query)}\n${/Seq Scan on (?!environment).*/.exec(plan)?.[0] ?? ''}`).toBe(
        `${JSON.stringify(query)}\n`,
      )
      expect(plan).toContain('Index')
    }
  })

  test.each([
    [{ name: 'rare person' }, 'customer_by_name_1'],
    [{ email: 'E77@Example.com' }, 'customer_by_email'],
    [{ phone: '+2777' }, 'customer_by_phone'],
  ])('%j is found by its index', async (query, index) => {
    expect(await planOf('customer', query)).toContain(index)
  })

  test('a reference is found by the directory, and then by the key', async () => {
    const plan = await planOf('bill', { external_reference: 'b4711' })
    expect(plan).toContain('bill_pkey')
  })
})
