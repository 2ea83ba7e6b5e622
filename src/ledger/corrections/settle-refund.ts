import { required } from '../../core/assert.ts'
import { toNumber } from '../../core/money.ts'
import type { Connection } from '../../database/pool.ts'
import type { ChangeContext } from '../change.ts'
import type { SystemAccount } from '../journal-rows.ts'
import type { LockedPayment } from '../store.ts'
import { Correction } from './correction-journal.ts'
import { lockPayment } from './hold.ts'
import { coverLosses } from './payment-reversal.ts'
import { refundData } from './refund-event.ts'
import { type RefundOutcome, refundStep } from './refund-outcome.ts'
import { findRefund, listRefundParts, type RefundFailure, type RefundRow, updateRefund } from './refund-row.ts'
import { stillOwed } from './still-owed.ts'

/**
 * Brings a refund to what its processor says of it. It may be called concurrently and any number of times: the lock on the
 * payment and the status of the refund let each step through once. A refund that had succeeded may fail later, when a bank sends
 * the money back; nothing follows a failure. Returns the refund as it is afterwards.
 */
export async function settleRefund(
  connection: Connection,
  context: ChangeContext,
  { id, payment_id }: Pick<RefundRow, 'id' | 'payment_id'>,
  outcome: RefundOutcome,
): Promise<RefundRow> {
  const payment = await lockPayment(connection, context, payment_id, { parameter: 'payment' })
  const found = await findRefund(connection, context.environment.id, id, { lock: true })
  const before = required(found, 'a refund stays')
  const step = refundStep(before, outcome)
  if (step === 'none') return before
  const { reference: processor_reference = before.processor_reference, next_check_at } = outcome
  const row = { ...before, processor_reference, next_check_at, updated_at: context.now }
  if (outcome.status === 'failed')
    return fail(connection, context, payment, before, { ...row, failure: outcome.failure })
  if (step === 'succeed') return succeed(connection, context, payment, row)
  await updateRefund(connection, row)
  return row
}

/** The money has left the processor: it is on its way no more. */
async function succeed(
  connection: Connection,
  context: ChangeContext,
  payment: LockedPayment,
  before: RefundRow,
): Promise<RefundRow> {
  const row: RefundRow = { ...before, status: 'succeeded', succeeded_at: context.now, version: before.version + 1n }
  const correction = new Correction(context, payment)
  const transactionId = correction.payOut({
    source_id: row.id,
    reason: row.reason,
    account: clearingOf(row),
    amount: row.amount,
  })
  const parts = await listRefundParts(connection, row)
  correction.tell('payment.refunded', transactionId, refundData(row, parts), payment.id)
  await Promise.all([updateRefund(connection, row), correction.write(connection)])
  return row
}

/**
 * The money is back: it covers what was lost of the payment since, goes to what it was taken from as far as that is still owed, and
 * the rest stays unapplied.
 */
async function fail(
  connection: Connection,
  context: ChangeContext,
  payment: LockedPayment,
  before: RefundRow,
  failed: RefundRow & { failure: RefundFailure },
): Promise<RefundRow> {
  const taken = await listRefundParts(connection, before)
  const covers = await coverLosses(connection, payment, before.amount)
  const { parts, effective_at } = await stillOwed(connection, context, payment, taken, before.amount - covers)
  const correction = new Correction(context, payment)
  const failure_id = correction.bringBack({
    kind: 'refund_failed',
    source_id: before.id,
    reason: before.reason,
    account: before.status === 'pending' ? 'refunds' : clearingOf(before),
    amount: before.amount,
    lost: 0n,
    covers,
    parts,
    effective_at,
  })
  const status = 'failed'
  const row: RefundRow = { ...failed, status, failure_id, failed_at: context.now, version: before.version + 1n }
  const data = {
    ...refundData(row, taken),
    ...(covers > 0n && { losses_amount: toNumber(covers) }),
    failure: failed.failure,
  }
  correction.tell('payment.refund_failed', failure_id, data, payment.id)
  await Promise.all([updateRefund(connection, row), correction.write(connection)])
  return row
}

function clearingOf({ processor }: RefundRow): SystemAccount {
  return `clearing:${required(processor, 'only a processor says what becomes of a refund')}`
}
