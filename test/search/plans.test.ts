import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { namePlaces } from '../../src/billing/object/names.ts'
import type { Queryable } from '../../src/database/pool.ts'
import { findAmounts } from '../../src/search/find-amounts.ts'
import { findExactly, findPaymentReference } from '../../src/search/find-exactly.ts'
import { findNames } from '../../src/search/find-names.ts'
import type { Hit, Search } from '../../src/search/hit.ts'
import { foundKinds } from '../../src/search/schema.ts'
import { findSuggestions } from '../../src/search/suggestions/find-suggestions.ts'
import { type TestDatabase, testDatabase } from '../support/database.ts'

// No entry stands behind these rows, so the books of this database are not verified.
let database: TestDatabase
let environmentId: number
let otherId: number

beforeAll(async () => {
  database = await testDatabase({ verify: false })
  environmentId = await seed('one', 12_000)
  otherId = await seed('other', 12_000)
  await database.owner.query('vacuum analyze')
}, 120_000)
afterAll(() => database.drop())

/** Customers of six words of which four are of all, each with an account, an unpaid bill and a payment that is not applied. */
async function seed(slug: string, count: number): Promise<number> {
  const { owner } = database
  const { rows } = await owner.query<{ id: number }>(
    `with made as (insert into merchant (slug, name, created_at) values ($1, $1, now()) returning id)
     insert into environment (merchant_id, mode) select id, 'test' from made returning id`,
    [slug],
  )
  const id = rows[0]?.id as number
  const idOf = (kind: number) =>
    `(substr(id_at('2026-06-30'::timestamptz - n * interval '1 minute')::text, 1, 14)
      || '${kind}' || lpad(to_hex($1::integer), 3, '0') || '-0000-0000' || lpad(to_hex(n), 8, '0'))::uuid`
  const from = `from generate_series(1, ${count}) as n`
  await owner.query(
    `insert into customer (id, bucket, environment_id, external_reference, name, email, phone, created_at, updated_at)
     select ${idOf(1)}, n % 65536, $1, 'c' || n, 'Common Family Name Number N' || n || ' Last', 'e' || n || '@example.com',
       '+27' || n, now(), now() ${from}`,
    [id],
  )
  await owner.query(
    `insert into account (id, bucket, environment_id, customer_id, external_reference, name, created_at, updated_at)
     select ${idOf(2)}, n % 65536, $1, ${idOf(1)}, 'a' || n, 'Common Account Of Number N' || n, now(), now() ${from}`,
    [id],
  )
  await owner.query(
    `insert into bill (id, bucket, environment_id, customer_id, external_reference, currency, amount_due, bill_date, created_at,
       updated_at)
     select ${idOf(3)}, n % 65536, $1, ${idOf(1)}, 'b' || n, 'ZAR', n, '2026-01-01', now(), now() ${from}`,
    [id],
  )
  await owner.query(
    `insert into receivable (id, bucket, environment_id, kind, customer_id, currency, balance, version, status,
       external_reference)
     select ${idOf(3)}, n % 65536, $1, 'bill', ${idOf(1)}, 'ZAR', n, 1, 'unpaid', 'b' || n ${from}`,
    [id],
  )
  await owner.query(
    `insert into external_reference (environment_id, kind, reference, entity_id, bucket)
     select $1, 'bill', 'INV-' || n, ${idOf(3)}, n % 65536 ${from}`,
    [id],
  )
  await owner.query(
    `insert into payment (id, bucket, environment_id, customer_id, status, channel, reference, currency, amount, unapplied_amount,
       created_at, updated_at)
     select ${idOf(4)}, n % 65536, $1, ${idOf(1)}, 'succeeded', 'till', 'p' || n, 'ZAR', n, n, now(), now() ${from}`,
    [id],
  )
  return id
}

type Plan = {
  'Node Type': string
  'Relation Name'?: string
  'Index Name'?: string
  'Actual Rows': number
  'Actual Loops': number
  'Rows Removed by Filter'?: number
  Plans?: Plan[]
}

const nodesOf = (plan: Plan): Plan[] => [plan, ...(plan.Plans ?? []).flatMap(nodesOf)]

type Finder = (database: Queryable, search: Search) => Promise<Hit[]>

/** What a search finds, and what its statements read to find it: how many rows of tables, by which indexes. */
async function readBy(
  find: Finder,
  search: Search,
): Promise<{ hits: Hit[]; rows: number; indexes: string[]; scans: string[] }> {
  const nodes: Plan[] = []
  const explaining: Queryable = {
    async query(statement: never) {
      const { text, values } = statement as { text: string; values: unknown[] }
      const { rows } = await database.pool.query({ text: `explain (analyze, format json) ${text}`, values })
      nodes.push(...nodesOf(rows[0]['QUERY PLAN'][0].Plan))
      return (await database.pool.query(statement)) as never
    },
  }
  const hits = await find(explaining, search)
  const read = nodes.filter((node) => node['Relation Name'] !== undefined)
  const rowsOf = (node: Plan) => (node['Actual Rows'] + (node['Rows Removed by Filter'] ?? 0)) * node['Actual Loops']
  return {
    hits,
    rows: read.reduce((sum, node) => sum + rowsOf(node), 0),
    indexes: nodes.flatMap((node) => node['Index Name'] ?? []),
    scans: read.filter((node) => node['Node Type'] === 'Seq Scan').map((node) => node['Relation Name'] as string),
  }
}

const sought = (q: string, environment_id = environmentId): Search => ({
  environment_id,
  q,
  kinds: new Set(foundKinds),
  limit: 20,
})

describe('a search reads a bounded number of rows, whatever there is', () => {
  test.each([
    ['a word that everybody has', 'common'],
    ['the second word of everybody', 'family'],
    ['the last but one', 'number'],
    ['several words of everybody', 'common family name'],
    ['a name of one', 'n4711'],
    ['a name of nobody', 'nobody'],
    ['words of everybody that stand apart', 'common number'],
    ['words apart of which one is nobody’s', 'common nobody'],
  ])('%s', async (_name, q) => {
    const { rows, indexes, scans } = await readBy(findNames, sought(q))
    expect(scans).toEqual([])
    for (const kind of ['customer', 'account']) {
      for (const before of namePlaces) expect(indexes).toContain(`${kind}_by_name_${before + 1}`)
    }
    // Of each kind and place the first 20, and the first 100 once more when the words stand apart.
    expect(rows).toBeLessThanOrEqual(2 * namePlaces.length * (20 + 100))
  })

  test.each([
    ['a reference', 'c4711', findExactly],
    ['an e-mail address', 'E4711@example.com', findExactly],
    ['a phone number', '+274711', findExactly],
    ['a payment’s reference', 'p4711', findPaymentReference],
  ])('%s', async (_name, q, find) => {
    const { rows, scans } = await readBy(find, sought(q))
    expect([scans, rows <= 2]).toEqual([[], true])
  })

  test.each(['4711', 'R 1.00', '99999999'])('an amount: %s', async (q) => {
    const { rows, scans } = await readBy(findAmounts, sought(q))
    expect([scans, rows <= 3_000]).toEqual([[], true])
  })

  test('an amount is found among the newest thousand', async () => {
    const { hits } = await readBy(findAmounts, sought('1000'))
    expect(new Set(hits.map(({ kind }) => kind))).toEqual(new Set(['bill', 'payment']))
    expect((await readBy(findAmounts, sought('1001'))).hits).toEqual([])
  })
})

describe('suggestions read a bounded number of rows', () => {
  // As many pieces as a text can have, of which one is a reference.
  const text = `INV 4711 ${Array.from({ length: 400 }, (_, at) => 'b7'[at % 2]).join('')}`
  const waiting = { currency: 'ZAR', reference: 'line', details: { text }, amount: 4_711n }
  const suggest: Finder = (queryable, { environment_id }) =>
    findSuggestions(queryable, { ...waiting, environment_id, customer_id: null })

  test('of the references, by their index, and of the newest thousand bills', async () => {
    const { hits, rows, indexes, scans } = await readBy(suggest, sought(''))
    expect(hits.map(({ matched }) => matched)).toEqual(['external_reference', 'amount'])
    expect(indexes).toContain('external_reference_squeezed')
    expect([scans, rows <= 1_010]).toEqual([[], true])
  })

  test("of a customer's own debts, and of no others", async () => {
    const of = await database.pool.query('select customer_id from receivable where environment_id = $1 limit 1', [
      environmentId,
    ])
    const { customer_id } = of.rows[0]
    const { rows, scans } = await readBy(
      (queryable, { environment_id }) => findSuggestions(queryable, { ...waiting, environment_id, customer_id }),
      sought(''),
    )
    expect([scans, rows <= 10]).toEqual([[], true])
  })
})

test('what another environment has is neither found nor read', async () => {
  await database.owner.query(`update customer set name = 'Singular Person' where environment_id = $1`, [otherId])
  await database.owner.query('vacuum analyze customer')
  const { hits, rows } = await readBy(findNames, sought('singular'))
  expect([hits, rows]).toEqual([[], 0])
  expect((await readBy(findNames, sought('singular', otherId))).hits).toHaveLength(20)
}, 60_000)
