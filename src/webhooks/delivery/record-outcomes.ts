import { booleanArray, integerArray, textArray, timeArray, uuidArray } from '../../database/arrays.ts'
import type { Pool, Queryable } from '../../database/pool.ts'
import { loadSql } from '../../database/sql.ts'
import { transaction } from '../../database/transaction.ts'
import type { ClaimedDelivery } from './claim.ts'

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
  /** Whether the endpoint gets nothing more. */
  disable: boolean
}

const settings = loadSql(import.meta.url, './sql/delivery-settings.sql')
const record = loadSql(import.meta.url, './sql/record-outcomes.sql')
const resume = loadSql(import.meta.url, './sql/resume-deliveries.sql')

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
