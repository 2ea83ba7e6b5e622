import { bucketOfValue } from '../../core/bucket.ts'
import type { Queryable } from '../../database/pool.ts'
import { loadSql } from '../../database/sql.ts'
import type { Wake } from '../processor/processor.ts'

/** A callback that is to be looked into. */
export type DueCallback = {
  environment_id: number
  processor: string
  event_id: string
  bucket: number
  reference: string
  attempts: number
}

const claimCallbacksSql = loadSql(import.meta.url, './sql/claim-callbacks.sql')

/** Writes what a processor called about, to be looked at now; one that was sent before writes nothing. */
export async function insertCallback(
  database: Queryable,
  { environment_id, processor }: Pick<DueCallback, 'environment_id' | 'processor'>,
  { event_id, reference }: Wake,
  now: Date,
): Promise<void> {
  const bucket = bucketOfValue(`${processor}\n${event_id}`)
  await database.query({
    name: 'insert-callback',
    text: `insert into processor_callback (environment_id, processor, event_id, bucket, reference, next_try_at, received_at)
      values ($1, $2, $3, $4, $5, $6, $6) on conflict do nothing`,
    values: [environment_id, processor, event_id, bucket, reference, now],
  })
}

/** Claims callbacks that are due, and schedules the next try in case this one is cut off. */
export async function claimCallbacks(database: Queryable, now: Date, limit: number): Promise<DueCallback[]> {
  const { rows } = await database.query<DueCallback>({ ...claimCallbacksSql, values: [now, limit] })
  return rows
}

/** Notes that a callback needs no further look. */
export async function endCallback(database: Queryable, callback: DueCallback): Promise<void> {
  const { environment_id, processor, event_id, bucket } = callback
  await database.query({
    name: 'end-callback',
    text: `update processor_callback set next_try_at = null
      where environment_id = $1 and processor = $2 and event_id = $3 and bucket = $4`,
    values: [environment_id, processor, event_id, bucket],
  })
}

/** Deletes up to `limit` callbacks that came before an instant. Returns how many. */
export async function deleteOldCallbacks(database: Queryable, before: Date, limit: number): Promise<number> {
  const { rowCount } = await database.query({
    name: 'delete-old-callbacks',
    text: `delete from processor_callback
      where ctid = any (array(select ctid from processor_callback where received_at < $1 order by received_at limit $2)) -- on one machine
      -- spread: where (environment_id, processor, event_id, bucket) in (
      -- spread:   select environment_id, processor, event_id, bucket from processor_callback where received_at < $1 order by received_at limit $2)
      `,
    values: [before, limit],
  })
  return rowCount ?? 0
}

/** The mode of the environment that a callback is for; undefined when there is none of that number. */
export async function findModeOf(database: Queryable, environmentId: number): Promise<'test' | 'live' | undefined> {
  const { rows } = await database.query<{ mode: 'test' | 'live' }>({
    name: 'find-environment-mode',
    text: 'select mode from environment where id = $1',
    values: [environmentId],
  })
  return rows[0]?.mode
}
