import { recordChange } from '../../audit/record.ts'
import { absentProblem } from '../../core/absent.ts'
import { formatId, type Id } from '../../core/id/id.ts'
import { Problem } from '../../core/problem.ts'
import type { Connection } from '../../database/pool.ts'
import { loadSql } from '../../database/sql.ts'
import type { VoidReason } from '../../shapes/capture.ts'
import type { ChangeContext } from '../change.ts'
import { type LockedPayment, lockPayments } from '../store.ts'
import { type CaptureRow, insertCapture } from './capture-row.ts'

/** A capture or a void that somebody wants. Its id, in the bucket of the payment, is made before it. */
export type WantedCapture = {
  id: Id
  payment_id: Id
  metadata: Record<string, string>
  /** The key that waits for its response. */
  key: { key: string; response_id: Id } | undefined
  next_check_at: Date
} & (
  | {
      kind: 'capture'
      /** All that is left, unless it says how much. */
      amount: bigint | undefined
      /** Whether its processor lets go of what it does not capture. */
      ends: boolean
    }
  | { kind: 'void'; reason: VoidReason }
)

const claimAuthorisedAmountSql = loadSql(import.meta.url, '../sql/claim-authorised-amount.sql')

// These texts are documented.
export const notAuthorised = {
  capture: 'The payment is not in an authorised state and cannot be captured.',
  void: 'The payment is not in an authorised state and cannot be voided.',
} as const
export const tooMuch = 'The capture amount exceeds the remaining authorised amount.'
export const authorisationExpired = 'The authorisation has expired and can no longer be captured.'
const fullyVoided = 'The payment has already been fully voided.'
const nothingLeft = 'There is no remaining authorised amount to void.'

/**
 * Claims what a capture or a void is to take of an authorised payment, and writes it. The lock on the payment lets one at a time
 * through, and the constraint on its amounts no more than was authorised. No money moves before the processor has answered. Throws
 * `not_found`, `payment_state`.
 */
export async function claimCapture(
  connection: Connection,
  context: ChangeContext,
  wanted: WantedCapture,
): Promise<CaptureRow> {
  const { environment, now } = context
  const payment = (await lockPayments(connection, [wanted.payment_id], [environment.id])).get(wanted.payment_id)
  if (!payment) throw absentProblem('payment', formatId('payment', wanted.payment_id), { parameter: 'payment' })
  const remaining = remainingOf(payment, wanted.kind)
  const amount = wanted.kind === 'void' ? toVoid(payment, remaining) : toCapture(payment, remaining, wanted.amount, now)
  const row: CaptureRow = {
    id: wanted.id,
    bucket: payment.bucket,
    environment_id: payment.environment_id,
    payment_id: payment.id,
    kind: wanted.kind,
    status: 'pending',
    amount,
    released_amount: wanted.kind === 'capture' && wanted.ends ? remaining - amount : 0n,
    reason: wanted.kind === 'void' ? wanted.reason : null,
    metadata: wanted.metadata,
    failure: null,
    told_id: null,
    obligation_ids: null,
    idempotency_key: wanted.key?.key ?? null,
    response_id: wanted.key?.response_id ?? null,
    next_check_at: wanted.next_check_at,
    created_at: now,
    updated_at: now,
  }
  await Promise.all([
    addClaim(connection, row, now),
    insertCapture(connection, row),
    recordChange(connection, context, { action: 'updated', object_kind: 'payment', object_id: payment.id }),
  ])
  return row
}

/** What is neither captured, let go of, nor asked for. Throws `payment_state` where nothing was ever authorised. */
function remainingOf(payment: LockedPayment, kind: CaptureRow['kind']): bigint {
  const { authorised_amount, captured_amount, voided_amount, claimed_amount } = payment
  if (authorised_amount === null) throw new Problem('payment_state', notAuthorised[kind])
  return authorised_amount - (captured_amount ?? 0n) - (voided_amount ?? 0n) - (claimed_amount ?? 0n)
}

function toCapture(
  { authorised_until, claimed_amount }: LockedPayment,
  remaining: bigint,
  wanted: bigint | undefined,
  now: Date,
): bigint {
  if (authorised_until !== null && now >= authorised_until) throw new Problem('payment_state', authorisationExpired)
  const amount = wanted ?? remaining
  if (amount > remaining) throw new Problem('payment_state', tooMuch)
  // Nothing is left: a capture of all that is left is of nothing.
  if (amount === 0n) throw new Problem('payment_state', claimed_amount === 0n ? notAuthorised.capture : tooMuch)
  return amount
}

function toVoid({ authorised_amount, voided_amount }: LockedPayment, remaining: bigint): bigint {
  if (remaining > 0n) return remaining
  throw new Problem('payment_state', voided_amount === authorised_amount ? fullyVoided : nothingLeft)
}

async function addClaim(connection: Connection, row: CaptureRow, now: Date): Promise<void> {
  await connection.query({
    ...claimAuthorisedAmountSql,
    values: [row.environment_id, row.payment_id, row.bucket, row.amount + row.released_amount, now],
  })
}
