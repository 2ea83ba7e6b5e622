import type { AppContext, RequestEnvironment } from '../../context.ts'
import { required } from '../../core/assert.ts'
import { dateIn } from '../../core/clock.ts'
import { bucketOf, type Id } from '../../core/id/id.ts'
import { integerArray, uuidArray } from '../../database/arrays.ts'
import type { Connection } from '../../database/pool.ts'
import { loadSql } from '../../database/sql.ts'
import { transaction } from '../../database/transaction.ts'
import { writeEvents } from '../../events/outbox.ts'
import { lockReceivables } from '../../ledger/store.ts'
import { objectEvent } from '../object/event.ts'
import { type BillRow, objectSelect } from '../object/rows.ts'
import {
  endOfDay,
  insertOverduePlace,
  isPast,
  listOverduePlaces,
  lockOverduePlace,
  moveOverduePlace,
  type OverduePlace,
} from './overdue-place.ts'
import { bills } from './resource.ts'

// Payments of these bills wait while they are told.
const batchMax = 200
// Time for a request that was on its way at midnight: the bill that it raises as due on the day that ended is told with the others.
const graceMs = 60_000
const dayMs = 86_400_000

const listPastDueSql = loadSql(import.meta.url, './sql/list-past-due.sql')

type App = Pick<AppContext, 'pool' | 'clock' | 'eventsCommitted'>

/**
 * Tells `bill.overdue` of each bill that is unpaid when the day that it was due on has ended in the time zone of its environment: once,
 * however many processes look. What a request makes overdue by itself, such as a bill that is raised late, is told by the event of
 * that request. Returns after the current batch when it is told to stop.
 */
export async function tellOverdue(app: App, stopping?: AbortSignal): Promise<void> {
  for (const { environment, place } of await listOverduePlaces(app.pool)) {
    const day = lastEndedDay(environment, app.clock.now())
    if (place === null) await insertOverduePlace(app.pool, environment.id, endOfDay(day))
    else if (!isPast(place, day)) await tellUntil(app, environment, day, stopping)
    if (stopping?.aborted) return
  }
}

function lastEndedDay({ time_zone }: RequestEnvironment, now: Date): string {
  const today = dateIn(time_zone, new Date(now.getTime() - graceMs))
  return new Date(Date.parse(`${today}T00:00:00Z`) - dayMs).toISOString().slice(0, 10)
}

async function tellUntil(
  app: App,
  environment: RequestEnvironment,
  day: string,
  stopping?: AbortSignal,
): Promise<void> {
  for (;;) {
    const looked = await transaction(app.pool, (connection) => tellSome(connection, app, environment, day))
    if (looked > 0) app.eventsCommitted()
    if (looked < batchMax || stopping?.aborted) return
  }
}

/** Tells a batch and moves the place behind it. Returns at how many bills it looked. */
async function tellSome(
  connection: Connection,
  { clock }: App,
  environment: RequestEnvironment,
  day: string,
): Promise<number> {
  const place = required(await lockOverduePlace(connection, environment.id), 'a place stays')
  if (isPast(place, day)) return 0
  const due = await listPastDue(connection, environment.id, day, place)
  const ids = due.map(({ bill_id }) => bill_id)
  const rows = await readLocked(connection, environment.id, ids)
  // A PATCH may have moved the date while this waited for the lock.
  const overdue = rows.filter((row) => row.status === 'unpaid' && row.due_date !== null && row.due_date <= day)
  const context = { environment, now: clock.now() }
  await writeEvents(
    connection,
    overdue.map((row) => objectEvent(context, bills, 'bill.overdue', row)),
  )
  await moveOverduePlace(connection, environment.id, due[batchMax - 1] ?? endOfDay(day))
  return due.length
}

async function listPastDue(
  connection: Connection,
  environmentId: number,
  day: string,
  { due_date, bill_id }: OverduePlace,
): Promise<OverduePlace[]> {
  const { rows } = await connection.query<{ id: Id; due_date: string }>({
    ...listPastDueSql,
    values: [environmentId, day, due_date, bill_id, batchMax],
  })
  return rows.map((row) => ({ due_date: row.due_date, bill_id: row.id }))
}

/** The bills, behind the locks of their balances: so nothing that is told later is older than what is told here. */
async function readLocked(connection: Connection, environmentId: number, ids: Id[]): Promise<BillRow[]> {
  if (ids.length === 0) return []
  await lockReceivables(connection, { ids, environments: [environmentId] })
  const { rows } = await connection.query<BillRow>({
    name: 'read-locked-bills',
    text: `${objectSelect.bill} where e.environment_id = $1 and e.id = any ($2::uuid[]) and e.bucket = any ($3::integer[])
      order by e.due_date, e.id`,
    values: [environmentId, uuidArray(ids), integerArray([...new Set(ids.map(bucketOf))])],
  })
  return rows
}
