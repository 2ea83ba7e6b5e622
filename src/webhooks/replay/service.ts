import type { z } from 'zod'
import { recordChange } from '../../audit/record.ts'
import type { RequestContext } from '../../context.ts'
import { absentProblem } from '../../core/absent.ts'
import { bucketOf, firstIdAt, formatId, newId, parseId, timeOf } from '../../core/id/id.ts'
import { fieldProblem, Problem } from '../../core/problem.ts'
import type { Connection, Queryable } from '../../database/pool.ts'
import { findEndpointOrThrow } from '../endpoint/service.ts'
import { refuseBeyondRetention } from '../record/retention.ts'
import type { CreateReplay, replay } from './schema.ts'
import { cancelRunningReplay, findReplay, findRunningReplay, insertReplay, type ReplayRow } from './store.ts'

/**
 * Begins to send the events of a range again. Throws `not_found`, `invalid_request` for a range that ends before it
 * begins, `beyond_retention`, and `replay_in_progress`.
 */
export async function createReplay(
  connection: Connection,
  context: RequestContext,
  shownEndpoint: string,
  { from, to, event_types, only }: CreateReplay,
): Promise<ReplayRow> {
  const { environment, now } = context
  const endpoint = await findEndpointOrThrow(connection, environment.id, shownEndpoint, { lock: true })
  const from_at = new Date(from)
  // What has not happened yet is sent when it does.
  const to_at = new Date(Math.min(Date.parse(to), now.getTime()))
  if (from_at > to_at)
    throw fieldProblem('invalid_request', '/from', 'The range has to begin before it ends, and before now.')
  refuseBeyondRetention(from_at, { pointer: '/from' }, now)
  const running = await findRunningReplay(connection, environment.id, endpoint.id)
  if (running !== undefined) {
    throw new Problem('replay_in_progress', `The replay ${formatId('replay', running)} of this endpoint is running.`)
  }
  const bucket = bucketOf(endpoint.id)
  const row: ReplayRow = {
    id: newId(bucket, now.getTime()),
    bucket,
    environment_id: environment.id,
    endpoint_id: endpoint.id,
    from_at,
    to_at,
    event_types: event_types ?? null,
    only_failed: only === 'failed',
    status: 'running',
    batch_from: firstIdAt(from_at.getTime()),
    done_to: firstIdAt(from_at.getTime()),
    replayed: 0,
    created_at: now,
    ended_at: null,
  }
  await insertReplay(connection, row)
  await recordChange(connection, context, { action: 'created', object_kind: 'replay', object_id: row.id })
  return row
}

/** Finds a replay of an endpoint by their ids. Throws `not_found`. */
export async function findReplayOrThrow(
  database: Queryable,
  { environment }: Pick<RequestContext, 'environment'>,
  shownEndpoint: string,
  shown: string,
): Promise<ReplayRow> {
  const endpoint = await findEndpointOrThrow(database, environment.id, shownEndpoint)
  const id = parseId('replay', shown)
  const row = id && (await findReplay(database, environment.id, endpoint.id, id))
  if (!row) throw absentProblem('replay', shown, { parameter: 'replay' })
  return row
}

/** Cancels a replay: what is due already is still sent. One that has ended stays as it is. Throws `not_found`. */
export async function cancelReplay(
  connection: Connection,
  context: RequestContext,
  shownEndpoint: string,
  shown: string,
): Promise<ReplayRow> {
  const row = await findReplayOrThrow(connection, context, shownEndpoint, shown)
  const cancelled = await cancelRunningReplay(connection, row, context.now)
  if (cancelled === undefined) return findReplayOrThrow(connection, context, shownEndpoint, shown)
  await recordChange(connection, context, { action: 'cancelled', object_kind: 'replay', object_id: row.id })
  return cancelled
}

/** A replay as the API shows it. */
export function renderReplay(row: ReplayRow): z.input<typeof replay> {
  const done = row.status === 'completed' ? row.to_at : new Date(timeOf(row.done_to))
  return {
    id: formatId('replay', row.id),
    endpoint_id: formatId('endpoint', row.endpoint_id),
    status: row.status,
    from: row.from_at.toISOString(),
    to: row.to_at.toISOString(),
    ...(row.event_types !== null && { event_types: row.event_types }),
    ...(row.only_failed && { only: 'failed' as const }),
    replayed: row.replayed,
    done_until: done.toISOString(),
    created_at: row.created_at.toISOString(),
    ...(row.ended_at !== null && { ended_at: row.ended_at.toISOString() }),
  }
}
