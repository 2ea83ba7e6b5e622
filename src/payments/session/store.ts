import type { Actor } from '../../core/actor.ts'
import { assert } from '../../core/assert.ts'
import { bucketOfReference } from '../../core/bucket.ts'
import { bucketOf, type Id, newId } from '../../core/id/id.ts'
import { type PaymentStatus, statusesBefore } from '../../core/payment-status.ts'
import { bigintArray, uuidArray } from '../../database/arrays.ts'
import type { Queryable } from '../../database/pool.ts'
import { loadSql } from '../../database/sql.ts'
import type { ChosenAmount } from '../../ledger/allocation.ts'
import { type CheckoutTarget, targetOf } from '../../ledger/checkouts/checkout.ts'
import type { ReceivableKind } from '../../ledger/receivable.ts'
import type { Decline, MethodDetails } from '../processor/processor.ts'

/** A payment that a payer started on a page: it has a target and a processor. */
export type SessionPayment = {
  id: Id
  bucket: number
  environment_id: number
  mode: 'test' | 'live'
  /** Null when it is for nothing in Billing. */
  customer_id: Id | null
  /** Whose page it was begun on; null for that of a request or session. */
  target_id: Id | null
  /** The request or session that it is an attempt to pay. */
  checkout: PaymentCheckout | null
  /** What its payer chose to pay, in order; it sums to the amount, unless it is for nothing in Billing. */
  chosen: ChosenAmount[]
  status: PaymentStatus
  currency: string
  amount: bigint
  applied_amount: bigint
  unapplied_amount: bigint
  direct_amount: bigint
  reversed_amount: bigint
  refunded_amount: bigint
  /** Null: what is charged arrives at once. The amounts are null until it is authorised. */
  capture_method: 'manual' | null
  authorised_amount: bigint | null
  captured_amount: bigint | null
  voided_amount: bigint | null
  processor: string
  /** Null until the processor has replied. */
  processor_reference: string | null
  method_details: MethodDetails | null
  last_payment_error: (Decline & { timestamp: string }) | null
  metadata: Record<string, string>
  received_at: Date | null
  version: bigint
  created_at: Date
}

/** The request or session of a payment, and where its money goes. */
export type PaymentCheckout = { id: Id; target: CheckoutTarget | undefined }

const insertSessionPaymentSql = loadSql(import.meta.url, './sql/insert-session-payment.sql')
const updatePaymentStatusSql = loadSql(import.meta.url, './sql/update-payment-status.sql')
const claimProcessorReferenceSql = loadSql(import.meta.url, './sql/claim-processor-reference.sql')
const findProcessorReferenceSql = loadSql(import.meta.url, './sql/find-processor-reference.sql')
const claimDueChecksSql = loadSql(import.meta.url, './sql/claim-due-checks.sql')

const select = `select p.id, p.bucket, p.environment_id, e.mode, p.customer_id, p.target_id, p.status, p.currency, p.amount,
    p.applied_amount, p.unapplied_amount, p.direct_amount, p.reversed_amount, p.refunded_amount, p.capture_method, p.authorised_amount,
    p.captured_amount, p.voided_amount, p.processor, p.processor_reference, p.method_details, p.last_payment_error,
    p.metadata, p.received_at, p.version, p.created_at, coalesce(p.chosen_ids, array[p.target_id]) as chosen_ids,
    coalesce(p.chosen_amounts, array[p.amount])::text[] as chosen_amounts,
    p.checkout_id, k.target_kind as checkout_target_kind, k.target_id as checkout_target_id
  from payment as p join environment as e on e.id = p.environment_id
  left join checkout as k on k.environment_id = p.environment_id and k.id = p.checkout_id and k.bucket = p.bucket`

type Row = Omit<SessionPayment, 'chosen' | 'checkout'> & {
  chosen_ids: Id[]
  chosen_amounts: string[]
  checkout_id: Id | null
  checkout_target_kind: ReceivableKind | null
  checkout_target_id: Id | null
}

function toPayment(row: Row): SessionPayment {
  const { chosen_ids, chosen_amounts, checkout_id, checkout_target_kind, checkout_target_id, ...payment } = row
  const chosen = chosen_ids.map((receivable_id, at) => ({ receivable_id, amount: BigInt(chosen_amounts[at] ?? 0) }))
  const { customer_id } = payment
  const target = targetOf({ customer_id, target_kind: checkout_target_kind, target_id: checkout_target_id })
  return { ...payment, chosen, checkout: checkout_id === null ? null : { id: checkout_id, target } }
}

const findChargeSql = loadSql(import.meta.url, './sql/find-charge.sql')
const noteOpenedSql = loadSql(import.meta.url, './sql/note-opened.sql')
const claimCancelledChecksSql = loadSql(import.meta.url, './sql/claim-cancelled-checks.sql')

/** When an unfinished payment, which its payer may have abandoned, is checked first. */
export const firstCheckMs = 30_000
// How many payments are superseded by one, and how many unfinished ones a page looks at.
const supersededMax = 20
const shownMax = 20

/** Finds a payment that was started on a page. */
export async function findSessionPayment(
  pool: Queryable,
  environmentId: number,
  id: Id,
): Promise<SessionPayment | undefined> {
  const { rows } = await pool.query<Row>({
    name: 'find-session-payment',
    text: `${select} where p.environment_id = $1 and p.id = $2 and p.bucket = $3 and p.processor is not null`,
    values: [environmentId, id, bucketOf(id)],
  })
  return rows.map(toPayment)[0]
}

/** A customer with all that it owes, an account with its bills, or a bill. */
type Payable = { environment_id: number; kind: ReceivableKind; id: Id; customer_id: Id }

/** The unfinished payments of an object, of which a processor may still have news: first those that were charged, then the newest. */
export async function listUnfinished(pool: Queryable, payable: Payable): Promise<SessionPayment[]> {
  const { environment_id, customer_id, kind, id } = payable
  const { rows } = await pool.query<Row>({
    name: 'list-unfinished-payments',
    text: `${select} where p.environment_id = $1 and p.customer_id = $2 and p.bucket = $3
      and p.status in ('initiating', 'pending_action', 'processing')
      and ($4::uuid is null or exists (
        select 1 from receivable as r
        where r.id = any (coalesce(p.chosen_ids, array[p.target_id])) and r.bucket = p.bucket
          and (r.id = $4 or r.account_id = $4)))
      order by p.status = 'processing' desc, p.id desc limit ${shownMax}`,
    values: [environment_id, customer_id, bucketOf(customer_id), kind === 'customer' ? null : id],
  })
  return rows.map(toPayment)
}

/**
 * The payments that were started besides another one for any of the same receivables, by whichever door, and not charged. Of two,
 * the one that was begun first gives way.
 */
export async function listRivals(
  pool: Queryable,
  { id, bucket, environment_id, customer_id, chosen }: SessionPayment,
): Promise<SessionPayment[]> {
  const { rows } = await pool.query<Row>({
    name: 'list-rival-payments',
    text: `${select} where p.environment_id = $1 and p.customer_id = $2 and p.bucket = $3 and p.id <> $4
      and coalesce(p.chosen_ids, array[p.target_id]) && $5::uuid[] and p.status in ('initiating', 'pending_action')
      order by p.id limit ${supersededMax}`,
    values: [environment_id, customer_id, bucket, id, uuidArray(chosen.map(({ receivable_id }) => receivable_id))],
  })
  return rows.map(toPayment)
}

export type NewSessionPayment = Pick<
  SessionPayment,
  | 'id'
  | 'environment_id'
  | 'customer_id'
  | 'target_id'
  | 'chosen'
  | 'currency'
  | 'amount'
  | 'processor'
  | 'metadata'
  | 'created_at'
  | 'capture_method'
> & {
  checkout_id: Id | null
  /** What its processor is asked besides: encrypted, and null for a push. */
  merchant_name: string
  return_url: Buffer | null
}

/** Writes a payment as started; when its form is sent twice, the second time writes nothing. */
export async function insertSessionPayment(
  pool: Queryable,
  payment: NewSessionPayment,
  { actor, request_id }: { actor: Actor; request_id: string },
): Promise<void> {
  await pool.query({
    ...insertSessionPaymentSql,
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
      uuidArray(payment.chosen.map(({ receivable_id }) => receivable_id)),
      bigintArray(payment.chosen.map(({ amount }) => amount)),
      payment.checkout_id,
      payment.merchant_name,
      payment.return_url,
      payment.capture_method,
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

/** Moves a payment to a status that may follow its own. Returns whether it did. Only the ledger moves one to `succeeded`. */
export async function updateStatus(
  connection: Queryable,
  { id, environment_id }: Key,
  change: Change,
): Promise<boolean> {
  const { rowCount } = await connection.query({
    ...updatePaymentStatusSql,
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

/**
 * Records which payment the reference of a processor belongs to. The unique key keeps one charge from becoming two
 * payments.
 */
export async function claimProcessorReference(
  database: Queryable,
  { id, environment_id, processor }: Pick<SessionPayment, 'id' | 'environment_id' | 'processor'>,
  reference: string,
): Promise<void> {
  const { rowCount } = await database.query({
    ...claimProcessorReferenceSql,
    values: [environment_id, processor, reference, bucketOfReference(processor, reference), id],
  })
  if (rowCount === 1) return
  const holder = await findPaymentOfCharge(database, { environment_id, processor, reference })
  assert(holder === id, 'a charge of a processor belongs to one payment')
}

/** The payment that a processor's reference belongs to. */
export async function findPaymentOfCharge(
  database: Queryable,
  { environment_id, processor, reference }: { environment_id: number; processor: string; reference: string },
): Promise<Id | undefined> {
  const { rows } = await database.query<{ payment_id: Id }>({
    ...findProcessorReferenceSql,
    values: [environment_id, processor, reference, bucketOfReference(processor, reference)],
  })
  return rows[0]?.payment_id
}

/**
 * Claims payments whose next check with the processor is due, oldest first, and schedules the one after that: a pending
 * charge is checked each second at first, an open one after 30 seconds, both at intervals that grow to an hour. Several
 * processes share the work.
 */
export async function claimDueChecks(pool: Queryable, now: Date, limit: number): Promise<Key[]> {
  const { rows } = await pool.query<Key>({
    ...claimDueChecksSql,
    values: [now, limit],
  })
  return rows
}

/**
 * Claims payments that were begun within the last two days and cancelled, and whose charges are still to be closed or watched. They are
 * few, and no index has when they are due, so this goes by environment.
 */
export async function claimCancelledChecks(pool: Queryable, now: Date, limit: number): Promise<Key[]> {
  const { rows } = await pool.query<Key>({ ...claimCancelledChecksSql, values: [now, limit] })
  return rows
}

/** Schedules the next check of a payment, or none, if its status is still the same. */
export async function scheduleCheck(
  pool: Queryable,
  { environment_id, id }: Key,
  status: 'cancelled' | 'processing',
  next_check_at: Date | null,
): Promise<void> {
  await pool.query({
    name: 'schedule-check',
    text: `update payment set next_check_at = $5
      where environment_id = $1 and id = $2 and bucket = $3 and status = $4`,
    values: [environment_id, id, bucketOf(id), status, next_check_at],
  })
}

/** What a processor is asked for a payment besides what the payment says, and the page that it has opened. Both addresses are encrypted. */
type ChargeRow = {
  merchant_name: string
  return_url: Buffer | null
  page_url: Buffer | null
  payer_email: string | null
}

/** What a processor is asked, as it was written with the payment; undefined for one that was begun before this was kept. */
export async function findCharge(
  database: Queryable,
  { environment_id, id, bucket }: Pick<SessionPayment, 'environment_id' | 'id' | 'bucket'>,
): Promise<ChargeRow | undefined> {
  const { rows } = await database.query<ChargeRow>({ ...findChargeSql, values: [environment_id, id, bucket] })
  return rows[0]
}

/**
 * Notes that a processor has opened a charge for a payment, with its page, which is encrypted. Returns the page that its payer is
 * to go to, which is another when two have opened one at the same time.
 */
export async function noteOpened(
  database: Queryable,
  { environment_id, id, bucket }: Pick<SessionPayment, 'environment_id' | 'id' | 'bucket'>,
  { request_id, page_url }: { request_id: string | undefined; page_url: Buffer | undefined },
): Promise<Buffer | undefined> {
  const { rows } = await database.query<Pick<ChargeRow, 'page_url'>>({
    ...noteOpenedSql,
    values: [environment_id, id, bucket, request_id?.slice(0, 255) ?? null, page_url ?? null],
  })
  return rows[0]?.page_url ?? page_url
}

/** Notes the processor's own id of a payment, by which a callback may name it, too. */
export async function notePaymentId(
  database: Queryable,
  payment: Pick<SessionPayment, 'environment_id' | 'id' | 'bucket' | 'processor'>,
  processor_payment_id: string,
): Promise<void> {
  const { environment_id, id, bucket } = payment
  await claimProcessorReference(database, payment, processor_payment_id)
  await database.query({
    name: 'note-payment-id',
    text: `update charge set processor_payment_id = $4
      where environment_id = $1 and payment_id = $2 and bucket = $3`,
    values: [environment_id, id, bucket, processor_payment_id],
  })
}
