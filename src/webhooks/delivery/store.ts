import { booleanArray, integerArray, textArray, timeArray, uuidArray } from '../../database/arrays.ts'
import type { Pool, Queryable } from '../../database/pool.ts'
import { loadSql } from '../../database/sql.ts'
import { transaction } from '../../database/transaction.ts'
import { wholeBody } from '../../events/personal.ts'

// The most that one claim takes. The same number is written in the statement, so that the planner knows it.
const claimSize = 200

// How long a claim holds, in ms: well over the 15 s deadline of an attempt, so that no attempt outlives its claim.
const leaseMs = 60_000

/** How old a claim may be when its attempt starts, in ms. Beyond it the attempt could outlive its claim. */
export const claimUsableMs = 40_000

// When the deliveries of a disabled endpoint are claimed again, in ms. `resumeDeliveries` makes it sooner.
const pauseMs = 3_600_000

/** A delivery that this process has claimed, with what is needed to send it. */
export type ClaimedDelivery = {
  event_id: string
  endpoint_id: string
  bucket: number
  environment_id: number
  /** The number of the attempt that this claim is for, from 1. */
  number: number
  url: string
  /** The signing secrets, encrypted, in base64. */
  secret: string
  /** Null when the event's partition has been dropped. */
  body: string | null
  claimed_at: Date
}

/** The result of one claim. */
export type Claim = { claimed: ClaimedDelivery[]; found: number; full: boolean }

type Row = Omit<ClaimedDelivery, 'claimed_at'> & { to_send: boolean; personal: string | null }

/** One attempt; absent when the claim is returned unsent. */
export type DeliveryAttempt = {
  started_at: Date
  duration_ms: number
  status_code: number | undefined
  error: string | undefined
  response_excerpt: string | undefined
}

/** The outcome of one claim. */
export type DeliveryOutcome = {
  delivery: Pick<ClaimedDelivery, 'event_id' | 'endpoint_id' | 'bucket' | 'environment_id' | 'number'>
  status: 'pending' | 'delivered' | 'exhausted' | 'cancelled'
  /** When it is due again; any time for a delivery that has ended. */
  next_attempt_at: Date
  attempt: DeliveryAttempt | undefined
  /** Whether nothing more is sent to the endpoint. */
  disable: boolean
}

const settings = loadSql(import.meta.url, './sql/delivery-settings.sql')
const commitUnflushed = { name: 'commit-unflushed', text: 'set local synchronous_commit = off' }
const claim = loadSql(import.meta.url, './sql/claim-deliveries.sql')
const record = loadSql(import.meta.url, './sql/record-outcomes.sql')
const resume = loadSql(import.meta.url, './sql/resume-deliveries.sql')

/**
 * Claims up to 200 due deliveries, for this process alone until the lease expires. `found` also counts those of
 * endpoints that receive nothing now, and `full` means that there may be more. The commit does not wait for the disk: a
 * claim that is lost in a crash is simply made again.
 */
export async function claimDeliveries(pool: Pool, now: Date): Promise<Claim> {
  const later = (ms: number) => new Date(now.getTime() + ms)
  const { rows } = await transaction(pool, (connection, sendCommit) => {
    connection.query(settings).catch(() => {})
    connection.query(commitUnflushed).catch(() => {})
    const claiming = connection.query<Row>({ ...claim, values: [now, later(leaseMs), later(pauseMs)] })
    sendCommit()
    return claiming
  })
  const claimed = rows
    .filter(({ to_send }) => to_send)
    .map(({ body, personal, ...row }) => ({
      ...row,
      body: body === null ? null : wholeBody({ body, personal }),
      claimed_at: now,
    }))
  return { claimed, found: rows.length, full: rows.length >= claimSize }
}

/**
 * Writes outcomes, all or none. An outcome whose claim has expired and been made again changes no delivery. Writing the
 * same outcomes twice is the same as once.
 */
export async function recordOutcomes(pool: Pool, outcomes: readonly DeliveryOutcome[], now: Date): Promise<void> {
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
    booleanArray(outcomes.map((outcome) => outcome.disable)),
  ]
  await transaction(pool, (connection, sendCommit) => {
    connection.query(settings).catch(() => {})
    const recording = connection.query({ ...record, values })
    sendCommit()
    return recording
  })
}

/**
 * Makes the deliveries that wait for an endpoint due now. Call it in the transaction that enables the endpoint again,
 * before the dispatcher is woken; without it they are claimed within the hour.
 */
export async function resumeDeliveries(
  database: Queryable,
  environmentId: number,
  endpointId: string,
  now: Date,
): Promise<void> {
  await database.query({ ...resume, values: [environmentId, endpointId, now] })
}
