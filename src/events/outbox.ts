import { formatInstant } from '../core/clock.ts'
import { formatId, type Id } from '../core/id/id.ts'
import { apiVersion } from '../core/version.ts'
import { integerArray, textArray, timeArray, uuidArray } from '../database/arrays.ts'
import type { Queryable } from '../database/pool.ts'
import { jsonTexts, loadSql } from '../database/sql.ts'
import { traceparentNow } from '../tracing/span.ts'
import { splitPersonal } from './personal.ts'
import { type DataOf, type EventType, events } from './registry.ts'

const writeEventsSql = loadSql(import.meta.url, './sql/write-events.sql')
const writeDeliveriesSql = loadSql(import.meta.url, './sql/write-deliveries.sql')
const numberEventsSql = loadSql(import.meta.url, './sql/number-events.sql')

/** The environment that an event belongs to, as its envelope names it. */
export type EventEnvironment = { id: number; mode: 'test' | 'live' }

/** An event as it is written in the transaction of the change that it reports. */
export type NewEvent = {
  /** The subject's id, where the event reports that the subject was created. */
  id: Id
  bucket: number
  environment_id: number
  type: EventType
  subject_id: Id
  /** The envelope and the facts. */
  body: string
  /** The fields of `data` that may be erased; null when there are none. */
  personal: string | null
  created_at: Date
  /** The span in which it was made; null where it is not recorded. */
  traceparent: string | null
}

/** What an event tells, before it is rendered. */
type ToldEvent<Type extends EventType> = {
  id: Id
  bucket: number
  type: Type
  subject_id: Id
  created_at: Date
  data: DataOf<Type>
}

/**
 * Renders the envelope, in the two parts that are stored. They determine the bytes of every attempt at every endpoint. A body that
 * would be too long is rendered without as many fields as needed, in the order of the registry, and names them.
 */
export function renderEvent<Type extends EventType>(environment: EventEnvironment, event: ToldEvent<Type>): NewEvent {
  let parts = renderParts(environment, event, event.data)
  if (isTooLong(parts)) {
    const data: Record<string, unknown> = { ...event.data }
    const omitted: string[] = []
    for (const name of events[event.type].omittable) {
      if (data[name] === undefined) continue
      delete data[name]
      omitted.push(name)
      parts = renderParts(environment, event, data, omitted)
      if (!isTooLong(parts)) break
    }
  }
  return {
    id: event.id,
    bucket: event.bucket,
    environment_id: environment.id,
    type: event.type,
    subject_id: event.subject_id,
    ...parts,
    created_at: event.created_at,
    traceparent: traceparentNow(),
  }
}

type EventParts = Pick<NewEvent, 'body' | 'personal'>

function renderParts(
  { mode }: EventEnvironment,
  { id, type, created_at }: Pick<ToldEvent<EventType>, 'id' | 'type' | 'created_at'>,
  data: Record<string, unknown>,
  omitted?: readonly string[],
): EventParts {
  const { facts, personal } = splitPersonal(data, events[type].personal)
  const body = JSON.stringify({
    id: formatId('event', id),
    type,
    created_at: formatInstant(created_at),
    mode,
    api_version: apiVersion,
    omitted,
    data: facts,
  })
  return { body, personal: personal === undefined ? null : JSON.stringify(personal) }
}

// A body has fewer bytes. Standard Webhooks recommends it, and receivers behind a queue or a gateway have limits of their own.
const bodyBytesLimit = 20_000

/** Whether a body is too long. The parts have a few bytes more than the body that they make together. */
function isTooLong({ body, personal }: EventParts): boolean {
  // A code unit takes three bytes of UTF-8 at most, so nearly every event is short enough by its length.
  if ((body.length + (personal?.length ?? 0)) * 3 < bodyBytesLimit) return false
  return Buffer.byteLength(body) + Buffer.byteLength(personal ?? '') >= bodyBytesLimit
}

/**
 * Writes events with their deliveries and their numbers, in the transaction of the change that they report. Send it behind the
 * statements that lock or change what they are about: the numbers are their order in the feed.
 */
export async function writeEvents(connection: Queryable, events: NewEvent[]): Promise<void> {
  await Promise.all([insertEvents(connection, events), numberEvents(connection, events)])
}

/** Writes events and their deliveries. `numberEvents` has to follow, once what they are about is locked. */
export async function insertEvents(connection: Queryable, events: NewEvent[]): Promise<void> {
  if (events.length === 0) return
  const keys = keysOf(events)
  const types = textArray(events.map(({ type }) => type))
  const times = timeArray(events.map(({ created_at }) => created_at))
  await Promise.all([
    connection.query({
      ...writeEventsSql,
      values: [
        ...keys,
        types,
        uuidArray(events.map(({ subject_id }) => subject_id)),
        jsonTexts(events.map(({ body }) => body)),
        times,
        jsonTexts(events.map(({ personal }) => personal)),
        textArray(events.map(({ traceparent }) => traceparent)),
      ],
    }),
    connection.query({ ...writeDeliveriesSql, values: [...keys, types, times] }),
  ])
}

/**
 * Draws the numbers of events, in their order. Everything that they are about has to be locked by then: so of two events about one
 * object the later one has the higher number, and a snapshot that shows one shows all earlier ones (docs/decisions/0037).
 */
export async function numberEvents(connection: Queryable, events: NewEvent[]): Promise<void> {
  if (events.length > 0) await connection.query({ ...numberEventsSql, values: keysOf(events) })
}

function keysOf(events: NewEvent[]): Buffer[] {
  return [
    uuidArray(events.map(({ id }) => id)),
    integerArray(events.map(({ bucket }) => bucket)),
    integerArray(events.map(({ environment_id }) => environment_id)),
  ]
}
