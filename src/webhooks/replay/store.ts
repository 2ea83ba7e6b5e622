import type { Id } from '../../core/id/id.ts'
import type { Queryable } from '../../database/pool.ts'

export type ReplayRow = {
  id: Id
  bucket: number
  environment_id: number
  endpoint_id: Id
  from_at: Date
  to_at: Date
  event_types: string[] | null
  only_failed: boolean
  status: 'running' | 'completed' | 'cancelled'
  /** The event after which the last deliveries were made due, and the one up to which all is done. */
  batch_from: Id
  done_to: Id
  replayed: number
  created_at: Date
  ended_at: Date | null
}

const columns = `id, bucket, environment_id, endpoint_id, from_at, to_at, event_types, only_failed, status, batch_from,
  done_to, replayed::integer, created_at, ended_at`

/** Writes a new replay. */
export async function insertReplay(connection: Queryable, row: ReplayRow): Promise<void> {
  await connection.query({
    name: 'insert-replay',
    text: `insert into webhook_replay (id, bucket, environment_id, endpoint_id, from_at, to_at, event_types, only_failed,
        status, batch_from, done_to, created_at)
      values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`,
    values: [
      row.id,
      row.bucket,
      row.environment_id,
      row.endpoint_id,
      row.from_at,
      row.to_at,
      row.event_types,
      row.only_failed,
      row.status,
      row.batch_from,
      row.done_to,
      row.created_at,
    ],
  })
}

/** The replay of an endpoint that is running. The endpoint has to be locked, so that two that begin at once are seen. */
export async function findRunningReplay(
  connection: Queryable,
  environmentId: number,
  endpointId: Id,
): Promise<Id | undefined> {
  const { rows } = await connection.query<{ id: Id }>({
    name: 'find-running-replay',
    text: `select id from webhook_replay where environment_id = $1 and endpoint_id = $2 and status = 'running'`,
    values: [environmentId, endpointId],
  })
  return rows[0]?.id
}

/** One replay of an endpoint. */
export async function findReplay(
  database: Queryable,
  environmentId: number,
  endpointId: Id,
  id: Id,
): Promise<ReplayRow | undefined> {
  const { rows } = await database.query<ReplayRow>({
    name: 'find-replay',
    text: `select ${columns} from webhook_replay where id = $3 and environment_id = $1 and endpoint_id = $2`,
    values: [environmentId, endpointId, id],
  })
  return rows[0]
}

/** The replays that are running. */
export async function listRunningReplays(database: Queryable): Promise<Pick<ReplayRow, 'id' | 'bucket'>[]> {
  const { rows } = await database.query<Pick<ReplayRow, 'id' | 'bucket'>>({
    name: 'list-running-replays',
    text: "select id, bucket from webhook_replay where status = 'running' order by id",
  })
  return rows
}

/** A replay with what it needs of its endpoint: the types that it takes, and whether it is deleted or ordered. */
export type RunningReplay = ReplayRow & { takes: string[] | null; deleted: boolean; ordered: boolean }

/** A replay that is running, locked; undefined when it has ended, or when another process has it. */
export async function lockRunningReplay(
  connection: Queryable,
  { id, bucket }: Pick<ReplayRow, 'id' | 'bucket'>,
): Promise<RunningReplay | undefined> {
  const { rows } = await connection.query<RunningReplay>({
    name: 'lock-running-replay',
    text: `select ${columns},
        (select event_types from webhook_endpoint where id = replay.endpoint_id) as takes,
        (select deleted_at is not null from webhook_endpoint where id = replay.endpoint_id) as deleted,
        (select ordered from webhook_endpoint where id = replay.endpoint_id) as ordered
      from webhook_replay as replay where id = $1 and bucket = $2 and status = 'running' for no key update skip locked`,
    values: [id, bucket],
  })
  return rows[0]
}

/** Notes how far a replay has come, or that it has ended. */
export async function updateReplay(
  connection: Queryable,
  row: Pick<ReplayRow, 'id' | 'bucket' | 'batch_from' | 'done_to' | 'replayed' | 'status' | 'ended_at'>,
): Promise<void> {
  await connection.query({
    name: 'update-replay',
    text: `update webhook_replay set batch_from = $3, done_to = $4, replayed = $5, status = $6, ended_at = $7
      where id = $1 and bucket = $2`,
    values: [row.id, row.bucket, row.batch_from, row.done_to, row.replayed, row.status, row.ended_at],
  })
}

/** Cancels a replay that is running, and returns it as it then is; undefined when none runs. */
export async function cancelRunningReplay(
  connection: Queryable,
  { id, bucket }: Pick<ReplayRow, 'id' | 'bucket'>,
  now: Date,
): Promise<ReplayRow | undefined> {
  const { rows } = await connection.query<ReplayRow>({
    name: 'cancel-replay',
    text: `update webhook_replay set status = 'cancelled', ended_at = $3
      where id = $1 and bucket = $2 and status = 'running'
      returning ${columns}`,
    values: [id, bucket, now],
  })
  return rows[0]
}
