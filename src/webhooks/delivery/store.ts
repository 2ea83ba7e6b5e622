import type { Id } from '../../core/id/id.ts'
import { booleanArray, integerArray, textArray, timeArray, uuidArray } from '../../database/arrays.ts'
import { isLockTimeout } from '../../database/errors.ts'
import { isSpread, type Pool } from '../../database/pool.ts'
import { loadSql } from '../../database/sql.ts'
import { commitUnflushed, transaction } from '../../database/transaction.ts'
import { giveTurns, lockQueues, type Queue } from '../../events/feed/queues.ts'
import { movesMoney } from '../../events/money.ts'
import { wholeBody } from '../../events/personal.ts'
import { changesFailing, mayClaim, noteFailing, putOff, unlessLocked } from './several-machines.ts'
import type { EndpointLimits } from './slots.ts'

// The most that one claim takes. The same number is written in the statement, so that the planner knows it.
const claimSize = 200

// How long a claim holds, in ms. The claims of a process that was killed are made again by another after this time.
const leaseMs = 20_000

// A claim is renewed when it expires within this time, in ms: early enough for an attempt of 15 s that has just started.
const renewedWithinMs = 16_000

/** For how long a claim must still hold when its attempt starts, in ms. Below it, its renewals have failed. */
export const claimUsableMs = 10_000

// When the deliveries of an endpoint that is just being disabled or enabled are claimed again, in ms.
const lockedEndpointMs = 1_000

// For how long an endpoint may fail, and nothing but fail, until it is paused, in ms.
const failingMaxMs = 72 * 3_600_000

/** A delivery that this process has claimed, with what is needed to send it. */
export type ClaimedDelivery = EndpointLimits & {
  event_id: string
  endpoint_id: string
  bucket: number
  environment_id: number
  /** The number of the attempt that this claim is for, from 1. */
  number: number
  /** How many attempts were made in earlier rounds: the schedule counts from there. */
  earlier: number
  url: string
  /** The signing secrets, encrypted, in base64. */
  secret: string
  /** Null when the event's partition has been dropped. */
  body: string | null
  /** Whether the receiver answers with the reference of its posting. */
  expects_posting: boolean
  /** Whether the event moves money; false where that does not matter. */
  moves_money: boolean
  /** The queue of an endpoint that is ordered; null of others. */
  queue_id: Id | null
  /** The span in which the event was made; null where it was not recorded. */
  traceparent: string | null
  /** When the claim expires. */
  until: Date
}

/** The result of one claim. */
export type Claim = { claimed: ClaimedDelivery[]; found: number; full: boolean }

type Row = Omit<ClaimedDelivery, 'until' | 'moves_money'> & {
  to_send: boolean
  /** Whether its endpoint takes nothing now; only where tables are spread over machines. */
  waits?: boolean
  type: string
  personal: string | null
}

/** One attempt; absent when the claim is returned unsent. */
export type DeliveryAttempt = {
  started_at: Date
  duration_ms: number
  status_code: number | undefined
  error: string | undefined
  response_excerpt: string | undefined
  address: string | undefined
}

/** The outcome of one claim. */
export type DeliveryOutcome = {
  delivery: Pick<ClaimedDelivery, 'event_id' | 'endpoint_id' | 'bucket' | 'environment_id' | 'number' | 'queue_id'>
  status: 'pending' | 'delivered' | 'exhausted' | 'cancelled'
  /** When it is due again; any time for a delivery that has ended. */
  next_attempt_at: Date
  attempt: DeliveryAttempt | undefined
  /** Whether the receiver said that it is gone. */
  gone: boolean
  /** What the receiver calls what it has booked. */
  posting_reference?: string | undefined
  /** Whether it was delivered and has to be posted. */
  awaits_posting?: boolean
}

/** The outcome of a claim that is returned without an attempt. */
export function unsent(
  delivery: ClaimedDelivery,
  status: 'pending' | 'cancelled',
  next_attempt_at: Date,
): DeliveryOutcome {
  return { delivery, status, next_attempt_at, attempt: undefined, gone: false }
}

/** An endpoint that has to be paused, and why: it is gone (410), or has failed for three days. */
export type EndpointToPause = { endpoint_id: Id; reason: 'gone' | 'failing' }

/** The plans of the statements about deliveries: nested loops over indexes. The first statement of a transaction. */
export const deliverySettings = loadSql(import.meta.url, './sql/delivery-settings.sql')
const claim = loadSql(import.meta.url, './sql/claim-deliveries.sql')
const renew = loadSql(import.meta.url, './sql/renew-claims.sql')
const record = loadSql(import.meta.url, './sql/record-outcomes.sql')

/**
 * Claims up to 200 due deliveries, for this process alone until the lease expires. `found` also counts those of
 * endpoints that receive nothing now, and `full` means that there may be more. The commit does not wait for the disk: a
 * claim that is lost in a crash is simply made again. It does wait for a synchronous standby, so that nothing is sent of an event that a
 * failover would lose.
 */
export async function claimDeliveries(pool: Pool, now: Date): Promise<Claim> {
  const until = after(now, leaseMs)
  const again = after(now, lockedEndpointMs)
  const { rows } = await transaction(pool, async (connection, sendCommit) => {
    connection.query(deliverySettings).catch(() => {})
    connection.query(commitUnflushed).catch(() => {})
    if (isSpread(pool) && !(await mayClaim(connection))) return { rows: [] }
    const claiming = connection.query<Row>({ ...claim, values: [now, until, again] })
    sendCommit()
    return claiming
  })
  const waiting = rows.filter(({ waits }) => waits)
  // Somebody changes one of the endpoints now: what waits for them is claimed again in a second.
  if (waiting.length > 0) await putOff(pool, waiting, again).catch(unlessLocked)
  const claimed = rows
    .filter(({ to_send }) => to_send)
    .map(({ body, personal, type, ...row }) => ({
      ...row,
      moves_money: row.expects_posting && body !== null && movesMoney(type, body),
      body: body === null ? null : wholeBody({ body, personal }),
      until,
    }))
  return { claimed, found: rows.length, full: rows.length >= claimSize }
}

/**
 * Renews the claims of this process that expire soon. A claim that has expired and belongs to another process by now is
 * set to expired.
 */
export async function renewClaims(pool: Pool, held: Iterable<ClaimedDelivery>, now: Date): Promise<void> {
  const soon = after(now, renewedWithinMs)
  const expiring = [...held].filter(({ until }) => until < soon && until > expired)
  if (expiring.length > 0) await apartFromLocked(expiring, (part) => renewPart(pool, part, after(now, leaseMs)))
}

const expired = new Date(0)

async function renewPart(pool: Pool, held: ClaimedDelivery[], until: Date): Promise<void> {
  const values = [
    uuidArray(held.map(({ event_id }) => event_id)),
    uuidArray(held.map(({ endpoint_id }) => endpoint_id)),
    integerArray(held.map(({ bucket }) => bucket)),
    integerArray(held.map(({ number }) => number)),
    timeArray(held.map((claimed) => claimed.until)),
    until,
  ]
  const { rows } = await transaction(pool, (connection, sendCommit) => {
    connection.query(deliverySettings).catch(() => {})
    connection.query(commitUnflushed).catch(() => {})
    const renewing = connection.query<Pick<ClaimedDelivery, 'event_id' | 'endpoint_id'>>({ ...renew, values })
    sendCommit()
    return renewing
  })
  const renewed = new Set(rows.map(({ event_id, endpoint_id }) => `${event_id} ${endpoint_id}`))
  for (const claimed of held) {
    claimed.until = renewed.has(`${claimed.event_id} ${claimed.endpoint_id}`) ? until : expired
  }
}

function after(now: Date, ms: number): Date {
  return new Date(now.getTime() + ms)
}

/**
 * Writes outcomes, all or none. An outcome whose claim has expired and been made again changes no delivery. Writing the
 * same outcomes twice is the same as once. Where a delivery has ended that stood in a queue, the next one gets its turn. Returns the
 * endpoints that have to be paused.
 */
export async function recordOutcomes(
  pool: Pool,
  outcomes: readonly DeliveryOutcome[],
  now: Date,
): Promise<EndpointToPause[]> {
  const deliveries = outcomes.map(({ delivery }) => delivery)
  const attempts = outcomes.map(({ attempt }) => attempt)
  const values = [
    now,
    uuidArray(deliveries.map((delivery) => delivery.event_id)),
    uuidArray(deliveries.map((delivery) => delivery.endpoint_id)),
    integerArray(deliveries.map((delivery) => delivery.bucket)),
    integerArray(deliveries.map((delivery) => delivery.environment_id)),
    integerArray(deliveries.map((delivery) => delivery.number)),
    textArray(outcomes.map((outcome) => outcome.status)),
    timeArray(outcomes.map((outcome) => outcome.next_attempt_at)),
    timeArray(attempts.map((attempt) => attempt?.started_at ?? null)),
    integerArray(attempts.map((attempt) => attempt?.duration_ms ?? null)),
    integerArray(attempts.map((attempt) => attempt?.status_code ?? null)),
    textArray(attempts.map((attempt) => attempt?.error ?? null)),
    textArray(attempts.map((attempt) => attempt?.response_excerpt ?? null)),
    booleanArray(outcomes.map((outcome) => outcome.gone)),
    textArray(attempts.map((attempt) => attempt?.address ?? null)),
    after(now, -failingMaxMs),
    textArray(outcomes.map((outcome) => outcome.posting_reference ?? null)),
    booleanArray(outcomes.map((outcome) => outcome.awaits_posting ?? false)),
  ]
  const queues = queuesOfEnded(outcomes)
  const { rows, changes } = await transaction(pool, async (connection, sendCommit) => {
    connection.query(deliverySettings).catch(() => {})
    if (queues.length > 0) lockQueues(connection, queues).catch(() => {})
    const recording = connection.query<EndpointToPause>({ ...record, values })
    const turns = queues.length > 0 ? giveTurns(connection, queues) : undefined
    const changing = isSpread(pool) ? changesFailing(connection, outcomes) : false
    sendCommit()
    const [recorded, , changes] = await Promise.all([recording, turns, changing])
    return { rows: recorded.rows, changes }
  })
  if (changes) await noteFailing(pool, outcomes, now)
  return rows
}

/** The queues in which a delivery has ended, so that the next one may be sent. */
export function queuesOfEnded(outcomes: readonly DeliveryOutcome[]): Queue[] {
  return outcomes.flatMap(({ delivery: { endpoint_id, queue_id }, status }) =>
    queue_id === null || status === 'pending' ? [] : [{ endpoint_id: endpoint_id as Id, queue_id }],
  )
}

// Enough to find one row among thousands.
const lockedPartsMax = 12

/**
 * Runs `work` on all items at once, and on halves of them when a lock is not granted in time. Returns the items that are
 * locked, on which it has not run; with many locks also others that it has not reached.
 */
export async function apartFromLocked<Item>(items: Item[], work: (part: Item[]) => Promise<void>): Promise<Item[]> {
  const parts = [items]
  const locked: Item[] = []
  let lockedParts = 0
  for (let part = parts.shift(); part; part = parts.shift()) {
    try {
      await work(part)
    } catch (error) {
      if (!isLockTimeout(error)) throw error
      lockedParts += 1
      const middle = part.length >> 1
      if (middle === 0 || lockedParts >= lockedPartsMax) locked.push(...part)
      else parts.push(part.slice(0, middle), part.slice(middle))
    }
  }
  return locked
}
