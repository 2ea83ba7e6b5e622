import { required } from '../../core/assert.ts'
import { formatId, type Id, newId } from '../../core/id/id.ts'
import { toNumber } from '../../core/money.ts'
import type { Connection } from '../../database/pool.ts'
import { loadSql } from '../../database/sql.ts'
import type { DataOf } from '../../events/registry.ts'
import type { ChangeContext } from '../change.ts'
import type { LockedPayment } from '../store.ts'
import type { Taken } from './chosen.ts'
import type { RefundPart } from './refund-row.ts'

const insertReversalSql = loadSql(import.meta.url, '../sql/insert-payment-reversal.sql')
const findReversalSql = loadSql(import.meta.url, '../sql/find-reversal.sql')
const findReversalByProcessorSql = loadSql(import.meta.url, '../sql/find-reversal-by-processor.sql')
const reinstateReversalSql = loadSql(import.meta.url, '../sql/reinstate-reversal.sql')
const listReversalPartsSql = loadSql(import.meta.url, '../sql/list-reversal-parts.sql')
const sumLossesSql = loadSql(import.meta.url, '../sql/sum-losses.sql')
const coverLossesSql = loadSql(import.meta.url, '../sql/cover-losses.sql')

/** The reversal of a payment: money that was taken back, by hand or by the payment's processor. */
export type PaymentReversal = {
  id: Id
  payment_id: Id
  /** The whole, with what was taken from the unapplied part, from money of no known customer, and beyond what was left. */
  amount: bigint
  unapplied_amount: bigint
  direct_amount: bigint
  suspense_amount: bigint
  /** What was taken of the payments that the money had become. */
  transferred_amount: bigint
  uncovered_amount: bigint
  /** What of the uncovered part was covered later by other money that came back. */
  covered_amount: bigint
  reason: string
  /** What the processor calls it; null of one by hand. */
  processor_reference: string | null
  /** The ledger transaction by which it came back. */
  reinstatement_id: Id | null
  created_at: Date
}

/** A reversal as it is made; `follows` of the share of a payment that came of the one that is reversed. */
type NewReversal = PaymentReversal & { follows: Id | null }

/** A new reversal of a locked payment, of what is taken. */
export function newReversal(
  context: ChangeContext,
  payment: LockedPayment,
  { total, unapplied, direct, suspense, transferred, uncovered }: Taken,
  {
    reason,
    processor_reference,
    follows = null,
  }: Pick<PaymentReversal, 'reason' | 'processor_reference'> & { follows?: Id | null },
): NewReversal {
  return {
    id: newId(payment.bucket, context.now.getTime()),
    payment_id: payment.id,
    amount: total + uncovered,
    unapplied_amount: unapplied,
    direct_amount: direct,
    suspense_amount: suspense,
    transferred_amount: transferred,
    uncovered_amount: uncovered,
    covered_amount: 0n,
    reason,
    processor_reference,
    reinstatement_id: null,
    follows,
    created_at: context.now,
  }
}

type Reversed = { payment: LockedPayment; taken: Taken }

/** What `payment.reversed` says of a reversal and of what it was taken from; `shares` of the payments that came of it. */
export function toldReversal(
  { payment, taken }: Reversed,
  { id, amount, unapplied_amount, uncovered_amount, reason, created_at }: PaymentReversal,
  shares: (Reversed & { reversal: PaymentReversal })[],
): DataOf<'payment.reversed'> {
  return {
    id: formatId('reversal', id),
    payment_id: formatId('payment', payment.id),
    ...(payment.customer_id !== null && { customer_id: formatId('customer', payment.customer_id) }),
    currency: payment.currency,
    amount: toNumber(amount),
    unapplied_amount: toNumber(unapplied_amount),
    ...(uncovered_amount > 0n && { uncovered_amount: toNumber(uncovered_amount) }),
    reason,
    obligations: [taken, ...shares.map((share) => share.taken)].flatMap(({ parts }) =>
      parts.map((part) => ({ id: formatId('obligation', part.application.id), amount: toNumber(part.amount) })),
    ),
    ...(shares.length > 0 && { transferred: shares.map(toldShare) }),
    created_at: created_at.toISOString(),
    // What writes the correction raises it by one.
    object_version: toNumber(payment.version + 1n),
  }
}

function toldShare({ payment, reversal }: Reversed & { reversal: PaymentReversal }) {
  return {
    id: formatId('reversal', reversal.id),
    payment_id: formatId('payment', payment.id),
    customer_id: formatId('customer', required(payment.customer_id, 'money goes on to a customer')),
    amount: toNumber(reversal.amount),
    unapplied_amount: toNumber(reversal.unapplied_amount),
  }
}

/** Writes a new reversal. The unique key lets one through that a processor calls by the same name. */
export async function insertReversal(
  connection: Connection,
  { bucket, environment_id }: LockedPayment,
  reversal: NewReversal,
): Promise<void> {
  await connection.query({
    ...insertReversalSql,
    values: [
      reversal.id,
      bucket,
      environment_id,
      reversal.payment_id,
      reversal.amount,
      reversal.unapplied_amount,
      reversal.reason,
      reversal.created_at,
      reversal.direct_amount,
      reversal.uncovered_amount,
      reversal.processor_reference,
      reversal.suspense_amount,
      reversal.transferred_amount,
      reversal.follows,
    ],
  })
}

/** A reversal of a locked payment. */
export async function findReversal(
  connection: Connection,
  { environment_id, bucket }: LockedPayment,
  id: Id,
): Promise<PaymentReversal> {
  const { rows } = await connection.query<PaymentReversal>({
    ...findReversalSql,
    values: [environment_id, id, bucket],
  })
  return required(rows[0], 'a reversal stays')
}

/** Whether a processor has taken this back from a locked payment already. */
export async function isTaken(
  connection: Connection,
  { environment_id, id, bucket }: LockedPayment,
  processorReference: string,
): Promise<boolean> {
  const values = [environment_id, id, bucket, processorReference]
  return (await connection.query({ ...findReversalByProcessorSql, values })).rowCount === 1
}

/** Notes by which transaction the money of a reversal came back. */
export async function reinstate(
  connection: Connection,
  { environment_id, bucket }: LockedPayment,
  id: Id,
  transactionId: Id,
): Promise<void> {
  await connection.query({ ...reinstateReversalSql, values: [environment_id, id, bucket, transactionId] })
}

/** What a reversal was taken from, in the order in which it was taken. */
export async function listReversalParts(
  connection: Connection,
  { environment_id, id, bucket }: LockedPayment,
  reversalId: Id,
): Promise<RefundPart[]> {
  const values = [environment_id, id, bucket, reversalId]
  return (await connection.query<RefundPart>({ ...listReversalPartsSql, values })).rows
}

/** What was taken of a locked payment beyond what was left of it, and is lost still. */
export async function sumLosses(
  connection: Connection,
  { environment_id, id, bucket }: LockedPayment,
): Promise<bigint> {
  const values = [environment_id, id, bucket]
  return (await connection.query<{ amount: bigint }>({ ...sumLossesSql, values })).rows[0]?.amount ?? 0n
}

/**
 * Covers the losses of a locked payment with money of it that comes back, as far as it goes; but for those of the reversal `except`,
 * which is undone itself. Returns how much it covered.
 */
export async function coverLosses(
  connection: Connection,
  { environment_id, id, bucket }: LockedPayment,
  amount: bigint,
  except: Id | null = null,
): Promise<bigint> {
  const values = [environment_id, id, bucket, amount, except]
  const { rows } = await connection.query<{ amount: bigint }>({ ...coverLossesSql, values })
  return rows[0]?.amount ?? 0n
}
