import type { CheckResult } from '../../src/ledger/verify/check.ts'
import { formatResult, verifyBooks } from '../../src/ledger/verify/verify.ts'
import { type TestDatabase, testDatabase } from './database.ts'
import { tally } from './tally.ts'

// What lies where a name says, and what that is the name of, may be on two machines.
const acrossNodes = [
  'Everything that a payment or an application names exists and agrees.',
  'Every status agrees with its amounts and instants.',
]
// Each machine has a feed of its own.
const ofEachNode = ['Every event is in the feed once, or waits for its position there.']

/**
 * Proves the books of two machines: of each by itself what concerns one customer, and all that names something across them in a third
 * database, into which the rows of both are put.
 */
export async function expectCleanTogether(databases: readonly TestDatabase[]): Promise<void> {
  for (const { pool } of databases) expectNone(await verifyBooks(pool), acrossNodes)
  const whole = await testDatabase({ verify: false })
  try {
    for (const [index, database] of databases.entries()) await copyRows(database, whole, index === 0)
    expectNone(await verifyBooks(whole.pool), ofEachNode)
    tally('clean verifies')
  } finally {
    await whole.drop()
  }
}

function expectNone(results: readonly CheckResult[], without: readonly string[]): void {
  for (const sentence of without) {
    if (!results.some((result) => result.sentence === sentence)) throw new Error(`there is no check: ${sentence}`)
  }
  const broken = results.filter(({ sentence, violations }) => violations > 0n && !without.includes(sentence))
  if (broken.length > 0) throw new Error(`The books are not right.\n${broken.map(formatResult).join('\n')}`)
}

/** Copies all rows, or only those that have a bucket: the others are the same on every machine. */
async function copyRows(from: TestDatabase, to: TestDatabase, everything: boolean): Promise<void> {
  const { rows: tables } = await from.owner.query<{ name: string; has_bucket: boolean; columns: string }>(`
    select relname as name, bool_or(attname = 'bucket') as has_bucket,
      string_agg(quote_ident(attname), ', ') filter (where attgenerated = '') as columns
    from pg_class join pg_attribute on attrelid = pg_class.oid and attnum > 0 and not attisdropped
    where relnamespace = 'public'::regnamespace and relkind in ('r', 'p') and not relispartition
      and relname not in ('schema_migration', 'event_feed', 'unsequenced_event')
    group by relname order by relname`)
  let left = tables.filter(({ has_bucket }) => everything || has_bucket)
  // A table that names another goes behind it.
  while (left.length > 0) {
    const later: typeof left = []
    for (const table of left) {
      const { rows } = await from.owner.query<{ rows: string | null }>(
        `select json_agg(t)::text as rows from ${table.name} as t`,
      )
      const isDone = await to.owner
        .query(
          `insert into ${table.name} (${table.columns}) overriding system value
          select ${table.columns} from json_populate_recordset(null::${table.name}, $1::json) on conflict do nothing`,
          [rows[0]?.rows ?? '[]'],
        )
        .then(
          () => true,
          (error: Error & { code?: string }) => {
            if (error.code === '23503') return false
            throw error
          },
        )
      if (!isDone) later.push(table)
    }
    if (later.length === left.length) throw new Error(`no order of ${left.map(({ name }) => name).join(', ')} does`)
    left = later
  }
}
