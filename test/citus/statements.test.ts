import { resolve } from 'node:path'
import pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { required } from '../../src/core/assert.ts'
import { spreadForm } from '../../src/database/sql.ts'
import { excepted, onOneMachine, statementsOf } from '../database/statement-rules.ts'
import { type TestDatabase, testDatabase } from '../support/database.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await testDatabase()
})
afterAll(() => database.drop())

/** Parts of statements, and what is sent to one PostgreSQL of the operator's only. */
const noStatements = ['list-debts', 'statement-page', 'check-heaps', 'find-responses', 'find-reference-in-channels']

const statements = statementsOf(resolve(import.meta.dirname, '../../src')).filter(
  ({ name, sql }) =>
    !onOneMachine.includes(name) &&
    !noStatements.includes(name) &&
    !/^(begin|commit|rollback|savepoint|set )/.test(sql.trim()),
)

const uuid = (place: number) => `01900000-0000-7000-8000-${String(place).padStart(12, '0')}`

/** A value of a type, made of a number. Conditions may vanish before a truth that is known, so each is tried with both. */
function sampleOf(type: string, place: number, truth: boolean): string {
  if (type === 'uuid') return uuid(place)
  if (/int|numeric|double/.test(type)) return String(place)
  if (type === 'boolean') return String(truth)
  if (/time|date/.test(type)) return '2026-01-01'
  if (type === 'interval') return '1 day'
  if (/json/.test(type)) return '{}'
  return type === 'bytea' ? String.raw`\x00` : `text-${place}`
}

/** An array of buckets, of many shards unless a statement is sent for each shard by itself. */
function sampleBuckets(name: string): number[] {
  const { shardOf } = required(database.shards, 'the database is on Citus')
  const several = Array.from({ length: 64 }, (_, bucket) => bucket)
  const isByShard = excepted.locks_by_shard?.includes(name)
  return several.filter((bucket) => !isByShard || shardOf(bucket) === shardOf(0)).slice(0, 8)
}

function parameterOf(type: string, buckets: readonly number[], truth: boolean): string {
  if (!type.endsWith('[]')) return `${pg.escapeLiteral(sampleOf(type, 1, truth))}::${type}`
  const items = buckets.map((bucket) => JSON.stringify(sampleOf(type.slice(0, -2), bucket, truth)))
  return `${pg.escapeLiteral(`{${items.join(',')}}`)}::${type}`
}

/** What Citus does not take. A row that a constraint refuses, or an assertion of our own, is an answer to what was carried out. */
function refusalOf({ code, message, routine }: pg.DatabaseError): string | undefined {
  const isRefusedRow = code === 'XX000' && routine === 'ReportCopyError'
  // Citus gives rows from one machine to another in one format, and reads them in another one.
  const isMisread = message.includes('PGCOPY')
  return code === '0A000' || (code === 'XX000' && !isRefusedRow) || isMisread ? message : undefined
}

test.each(statements)('Citus takes $name', async ({ name, sql }) => {
  const client = new pg.Client({ connectionString: database.url })
  await client.connect()
  try {
    await client.query(`prepare tried as ${spreadForm(sql)}`)
    const { rows } = await client.query<{ types: string[] }>(
      "select parameter_types::text[] as types from pg_prepared_statements where name = 'tried'",
    )
    const types = rows[0]?.types ?? []
    const buckets = sampleBuckets(name)
    for (const truth of types.includes('boolean') ? [true, false] : [true]) {
      const parameters = types.map((type) => parameterOf(type, buckets, truth)).join(', ')
      await client.query('begin')
      const refusal = await client.query(`execute tried${types.length > 0 ? `(${parameters})` : ''}`).catch(refusalOf)
      expect(typeof refusal === 'string' ? refusal : undefined).toBeUndefined()
      await client.query('rollback')
    }
  } finally {
    await client.end()
  }
})
