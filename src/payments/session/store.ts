import type { Actor } from '../../core/actor.ts'
import { assert } from '../../core/assert.ts'
import { bucketOfValue } from '../../core/bucket.ts'
import { bucketOf, type Id, newId } from '../../core/id/id.ts'
import { type PaymentStatus, statusesBefore } from '../../core/payment-status.ts'
import type { Connection, Queryable } from '../../database/pool.ts'
import { loadSql } from '../../database/sql.ts'
import type { Decline, MethodDetails } from '../processor/processor.ts'

/** A payment that a payer began on a page: it has a target and a processor. */
export type SessionPayment = {
  id: Id
  bucket: number
  environment_id: number
  mode: 'test' | 'live'
  customer_id: Id
  target_id: Id
  status: PaymentStatus
  currency: string
  amount: bigint
  applied_amount: bigint
  unapplied_amount: bigint
  processor: string
  /** Null until the processor has answered. */
  processor_reference: string | null
  method_details: MethodDetails | null
  last_payment_error: (Decline & { timestamp: string }) | null
  metadata: Record<string, string>
  received_at: Date | null
  created_at: Date
}

const select = `select p.id, p.bucket, p.environment_id, e.mode, p.customer_id, p.target_id, p.status, p.currency, p.amount,
    p.applied_amount, p.unapplied_amount, p.processor, p.processor_reference, p.method_details, p.last_payment_error,
    p.metadata, p.received_at, p.created_at
  from payment as p join environment as e on e.id = p.environment_id`

const claimCancelledChecksSql = loadSql(import.meta.url, './sql/claim-cancelled-checks.sql')

/** The first look at an unsettled payment that its payer may have left. */
export const firstCheckMs = 30_000
const unsettledShownMax = 20

/** Finds a payment that was started on a page. */
export async function findSessionPayment(
  pool: Queryable,
  environmentId: number,
  id: Id,
): Promise<SessionPayment | undefined> {
  const { rows } = await pool.query<SessionPayment>({
    name: 'find-page-payment',
    text: `${select} where p.environment_id = $1 and p.id = $2 and p.bucket = $3 and p.processor is not null`,
    values: [environmentId, id, bucketOf(id)],
  })
  return rows[0]
}

/** The newest payments of a customer that a processor may still have news of. */
export async function listUnfinished(
  pool: Queryable,
  environmentId: number,
  customerId: Id,
): Promise<SessionPayment[]> {
  const { rows } = await pool.query<SessionPayment>({
    name: 'list-unsettled-payments',
    text: `${select} where p.environment_id = $1 and p.customer_id = $2 and p.bucket = $3
      and p.status in ('initiating', 'pending_action', 'processing')
      order by p.id desc limit ${unsettledShownMax}`,
    values: [environmentId, customerId, bucketOf(customerId)],
  })
  return rows
}

export type NewSessionPayment = Pick<
  SessionPayment,
  | 'id'
  | 'environment_id'
  | 'customer_id'
  | 'target_id'
  | 'currency'
  | 'amount'
  | 'processor'
  | 'metadata'
  | 'created_at'
>

/** Writes a payment as started; when its form is sent twice, the second time writes nothing. */
export async function insertSessionPayment(
  pool: Queryable,
  payment: NewSessionPayment,
  { actor, request_id }: { actor: Actor; request_id: string },
): Promise<void> {
  await pool.query({
    name: 'insert-page-payment',
    text: `with inserted as (insert into payment (id, bucket, environment_id, customer_id, target_id, status, channel, currency, amount,
        processor, metadata, next_check_at, created_at, updated_at)
      values ($1, $2, $3, $4, $5, 'initiating', 'card', $6, $7, $8, $9, $10, $11, $11) on conflict do nothing
      returning id, bucket, environment_id)
      insert into audit_entry (id, bucket, environment_id, actor, action, object_kind, object_id, request_id, recorded_at)
      select $12::uuid, bucket, environment_id, $13, 'created', 'payment', id, $14, $11 from inserted`,
    values: [
      payment.id,
      bucketOf(payment.id),
      payment.environment_id,
      payment.customer_id,
      payment.target_id,
      payment.currency,
      payment.amount,
      payment.processor,
      payment.metadata,
      new Date(payment.created_at.getTime() + firstCheckMs),
      payment.created_at,
      newId(bucketOf(payment.id), payment.created_at.getTime()),
      actor,
      request_id,
    ],
  })
}

type Key = Pick<SessionPayment, 'id' | 'environment_id'>
type Change = {
  status: Exclude<PaymentStatus, 'succeeded'>
  actor: Actor
  request_id: string
  now: Date
  next_check_at?: Date | undefined
  processor_reference?: string | undefined
  method_details?: MethodDetails | undefined
  last_payment_error?: SessionPayment['last_payment_error'] | undefined
}

/** Moves a payment to a state that may follow its own. Returns whether it did; the ledger alone moves one to `succeeded`. */
export async function updateStatus(
  connection: Queryable,
  { id, environment_id }: Key,
  change: Change,
): Promise<boolean> {
  const { rowCount } = await connection.query({
    name: 'update-payment-status',
    text: `with updated as (update payment set status = $4, next_check_at = coalesce($5, next_check_at),
        processor_reference = coalesce($6, processor_reference), method_details = coalesce($7, method_details),
        last_payment_error = coalesce($8, last_payment_error), version = version + 1, updated_at = $9
      where environment_id = $1 and id = $2 and bucket = $3 and status = any ($10)
      returning id, bucket, environment_id)
      insert into audit_entry (id, bucket, environment_id, actor, action, object_kind, object_id, request_id, recorded_at)
      select $11::uuid, bucket, environment_id, $12, 'updated', 'payment', id, $13, $9 from updated`,
    values: [
      environment_id,
      id,
      bucketOf(id),
      change.status,
      change.next_check_at ?? null,
      change.processor_reference ?? null,
      change.method_details ?? null,
      change.last_payment_error ?? null,
      change.now,
      statusesBefore(change.status),
      newId(bucketOf(id), change.now.getTime()),
      change.actor,
      change.request_id,
    ],
  })
  return rowCount === 1
}

/** Notes whose charge a processor's reference is. The unique key keeps one charge from ever being two payments. */
export async function claimProcessorReference(
  connection: Connection,
  { id, environment_id, processor }: Pick<SessionPayment, 'id' | 'environment_id' | 'processor'>,
  reference: string,
): Promise<void> {
  const key = [environment_id, processor, reference, bucketOfValue(`${processor}\n${reference}`)]
  const { rowCount } = await connection.query({
    name: 'claim-processor-reference',
    text: `insert into processor_reference (environment_id, processor, reference, bucket, payment_id)
      values ($1, $2, $3, $4, $5) on conflict do nothing`,
    values: [...key, id],
  })
  if (rowCount === 1) return
  const { rows } = await connection.query<{ payment_id: Id }>({
    name: 'find-processor-reference',
    text: `select payment_id from processor_reference
      where environment_id = $1 and processor = $2 and reference = $3 and bucket = $4`,
    values: key,
  })
  assert(rows[0]?.payment_id === id, 'a charge of a processor belongs to one payment')
}

/**
 * Takes payments whose next question to the processor is due, oldest first, and sets the one after that: a pending charge is
 * asked about each second at first, an open one after 30 seconds, both more and more seldom. Several processes share the work.
 */
export async function claimDueChecks(pool: Queryable, now: Date, limit: number): Promise<Key[]> {
  const { rows } = await pool.query<Key>({
    name: 'claim-due-checks',
    text: `update payment as p
      set next_check_at = $1::timestamptz + case p.status
        when 'processing' then greatest(interval '1 second', least(($1 - p.created_at) / 10, interval '10 minutes'))
        else greatest(interval '30 seconds', least($1 - p.created_at, interval '5 minutes')) end
      from (
        select id, bucket from payment
        where status in ('initiating', 'pending_action', 'processing') and next_check_at <= $1
        order by next_check_at limit $2 for no key update skip locked
      ) as due
      where p.id = due.id and p.bucket = due.bucket
      returning p.id, p.environment_id`,
    values: [now, limit],
  })
  return rows
}

/**
 * Takes payments that were cancelled within the last day, and whose processor is to be asked whether the payer was charged all the
 * same. They are few, and no index holds when they are due, so this goes by the environments.
 */
export async function claimCancelledChecks(pool: Queryable, now: Date, limit: number): Promise<Key[]> {
  const { rows } = await pool.query<Key>({ ...claimCancelledChecksSql, values: [now, limit] })
  return rows
}
