import type { Pool } from '../../../src/database/pool.ts'

type Row = Record<string, unknown>

/** The rows of each table. */
export type Remains = Record<string, string[]>

/**
 * What stands in an environment: the rows of each table, without what is another in each environment and at each moment, in an order
 * that does not depend on it. Two environments to which the same was done have the same.
 */
export async function remainsOf(owner: Pool, environmentId: number): Promise<Remains> {
  const { rows: tables } = await owner.query<{ name: string }>(
    `select relname as name from pg_class as c
     where relnamespace = 'public'::regnamespace and relkind in ('r', 'p') and not relispartition
       and exists (select from pg_attribute where attrelid = c.oid and attname = 'environment_id')
     order by relname`,
  )
  const remains: Remains = {}
  for (const { name } of tables.filter((table) => !passing.has(table.name))) {
    const { rows } = await owner.query<{ row: Row }>(
      `select to_jsonb(t) as row from ${name} as t where environment_id = $1`,
      [environmentId],
    )
    remains[name] = rows
      .filter(({ row }) => !isAddressOnly(name, row))
      .map(({ row }) => JSON.stringify(opened(row), withoutChance(name)))
      .sort()
  }
  return remains
}

/**
 * Tables of work that goes on by itself, whose rows come and go, and where the simulator cuts a settlement off: asked again it does so
 * again, and settles nothing more.
 */
const passing = new Set(['overdue_place', 'settlement_reader', 'simulator_cut_off', 'webhook_attempt'])

/** Members that another run has otherwise: the first in every table, the others where they are made by chance or by such work. */
const everywhere = ['environment_id', 'bucket']
const ofChance: Readonly<Record<string, readonly string[]>> = {
  audit_entry: ['actor'],
  event_feed: ['position'],
  ledger_transaction: ['actor'],
  transfer_code: ['code'],
  transfer_notice: ['code'],
  webhook_delivery: ['next_attempt_at', 'attempts'],
  webhook_endpoint: ['failing_since'],
}

/** Where a request came from: a job that has ended it for the client came from nowhere. */
const isAddressOnly = (table: string, { before, after }: Row) =>
  table === 'audit_detail' && before === null && after === null

/** A response that is kept encrypted says nothing that could be compared. */
const opened = (row: Row) => (row.encrypted === true ? { ...row, body: undefined } : row)

function withoutChance(table: string): (name: string, value: unknown) => unknown {
  const left = new Set([...everywhere, ...(ofChance[table] ?? [])])
  return (name, value) => {
    if (left.has(name)) return undefined
    return typeof value === 'string' ? masked(value) : value
  }
}

/** A text without ids, moments, digests, secrets, codes of links, and where the server is. */
export function masked(text: string): string {
  return text
    .replaceAll(/\bwhsec_[\w+/=-]+/g, 'SECRET')
    .replaceAll(/\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/g, 'ID')
    .replaceAll(/\b\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:Z|[+-]\d{2}(?::\d{2})?)/g, 'MOMENT')
    .replaceAll(/\b\d{4}-\d{2}-\d{2}\b/g, 'DAY')
    .replaceAll(/\b\d{1,2} \w+ \d{4}(?: at \d{2}:\d{2})?\b/g, 'DAY')
    .replaceAll(/\b[a-z]+_[0-9A-Za-z]{22,}\b/g, 'ID')
    .replaceAll(/\\+x[0-9a-f]{8,}/g, 'BYTES')
    .replaceAll(/http:\/\/127\.0\.0\.1:\d+/g, 'SERVER')
    .replaceAll(/\/(r|checkout)\/[0-9A-Za-z]{12,}/g, '/$1/CODE')
    .replaceAll(/\benvironment-\d+/g, 'ENVIRONMENT')
    .replaceAll(/"duration_ms":\d+/g, '"duration_ms":0')
    .replaceAll(/[0-9a-f]{3}…[0-9a-f]{4}/g, 'HINT')
    .replaceAll(/(?=[\w-]*[0-9A-Z])[\w-]{20,}/g, 'SECRET')
}

/** In which tables two environments differ, and by which row. */
export function differences(found: Remains, expected: Remains): string[] {
  return Object.keys(expected).flatMap((table) => {
    const [rows = [], rowsExpected = []] = [found[table], expected[table]]
    if (rows.join('\n') === rowsExpected.join('\n')) return []
    const [row] = rows.filter((one) => !rowsExpected.includes(one))
    const [missing] = rowsExpected.filter((one) => !rows.includes(one))
    return [`${table}: ${rows.length} rows for ${rowsExpected.length}: ${row} in place of ${missing}`]
  })
}
