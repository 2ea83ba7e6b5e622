import { randomBytes } from 'node:crypto'
import pg from 'pg'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { newId } from '../../src/core/id/id.ts'
import { migrate } from '../../src/database/migrate.ts'
import { readMigrations } from '../../src/database/migrations.ts'
import { openPool, type Pool } from '../../src/database/pool.ts'

const { host, port, password } = inject('postgres')
const now = new Date('2026-03-01T00:00:00Z')
const bucket = 7

let name: string
let pool: Pool

async function asAdmin(statement: string): Promise<void> {
  const client = new pg.Client({ host, port, password, user: 'postgres', database: 'postgres' })
  await client.connect()
  await client.query(statement)
  await client.end()
}

beforeAll(async () => {
  name = `test_${randomBytes(6).toString('hex')}`
  await asAdmin(`create database ${name} owner tallystick_owner`)
  pool = openPool({ host, port, password, user: 'tallystick_owner', database: name }, 3, () => {})
  const before = readMigrations().filter((migration) => migration.name < '0029')
  await migrate(pool, now, 'tallystick_server', { migrations: before })
})
afterAll(async () => {
  await pool.end()
  await asAdmin(`drop database ${name} with (force)`)
})

test('events from before have positions in the order of time, over all months, and the next one comes behind them', async () => {
  await pool.query('select make_partitions($1, 2)', [new Date('2025-12-01T00:00:00Z')])
  const times = [
    '2026-03-01T00:00:01Z',
    '2025-12-31T00:00:00Z',
    '2026-01-10T00:00:00Z',
    '2026-01-09T00:00:00Z',
    '2019-01-01T00:00:00Z',
  ]
  for (const at of times) {
    await pool.query(
      `insert into event (id, bucket, environment_id, type, subject_id, body, created_at)
       values ($1, $2, 1, 'bill.paid', $1, '{}', $3)`,
      [newId(bucket, Date.parse(at)), bucket, at],
    )
  }
  await migrate(pool, now, 'tallystick_server')
  const { rows } = await pool.query<{ created_at: Date; position: bigint }>(
    'select created_at, position from event_feed join event on id = event_id and event.bucket = event_feed.bucket order by position',
  )
  expect(rows.map(({ created_at }) => created_at)).toEqual([...times].sort().map((at) => new Date(at)))
  expect(rows.map(({ position }) => position)).toEqual([1n, 2n, 3n, 4n, 5n])
  const place = await pool.query('select position from feed_place')
  expect(place.rows).toEqual([{ position: 5n }])
  const partitions = await pool.query(`select count(*)::integer as missing from pg_class as e
    where e.relname ~ '^event_\\d{4}_\\d{2}$' and to_regclass('event_feed_' || right(e.relname, 7)) is null`)
  expect(partitions.rows).toEqual([{ missing: 0 }])
})
