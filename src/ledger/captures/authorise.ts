import type { z } from 'zod'
import { recordChange } from '../../audit/record.ts'
import { assert, required } from '../../core/assert.ts'
import { type Id, newId } from '../../core/id/id.ts'
import { statusesBefore } from '../../core/payment-status.ts'
import type { Connection } from '../../database/pool.ts'
import { loadSql } from '../../database/sql.ts'
import { writeEvents } from '../../events/outbox.ts'
import type { methodDetails } from '../../shapes/payment-method.ts'
import type { ChangeContext } from '../change.ts'
import { completeCheckout } from '../payments/checkouts.ts'
import type { PaymentExplanation } from '../payments/command.ts'
import { type LockedPayment, lockCheckouts, lockPayments } from '../store.ts'
import { authorisedEvent } from './event.ts'

/** What a processor holds for a payment. */
export type AuthorisedCharge = {
  at: Date
  amount: bigint
  expires_at: Date
  method_details: z.input<typeof methodDetails> | undefined
}

const authorisePaymentSql = loadSql(import.meta.url, '../sql/authorise-payment.sql')

/**
 * Marks a payment as authorised: it has succeeded, and so is its session, but no money has arrived. Nothing is entered, applied or
 * owed less. It may be called concurrently and any number of times: the lock on the payment and its status let one through.
 */
export async function authorisePayment(
  connection: Connection,
  context: ChangeContext,
  id: Id,
  { at, amount, expires_at, method_details }: AuthorisedCharge,
): Promise<void> {
  const { environment, now } = context
  const locked = required((await lockPayments(connection, [id], [environment.id])).get(id), 'the payment was begun')
  if (!statusesBefore('succeeded').includes(locked.status)) return
  assert(locked.capture_method === 'manual', 'only what is captured by hand is authorised')
  const checkoutId = required(locked.checkout_id, 'only sessions are captured by hand')
  const checkouts = await lockCheckouts(connection, [checkoutId], [environment.id])
  const checkout = required(checkouts.get(checkoutId), 'an attempt names its session')
  const payment: LockedPayment = {
    ...locked,
    status: 'succeeded',
    amount,
    channel: method_details?.type ?? locked.channel,
    method_details: method_details ?? null,
    authorised_amount: amount,
    captured_amount: 0n,
    voided_amount: 0n,
    claimed_amount: 0n,
    authorised_until: expires_at,
  }
  const policy = checkout.target_id === null ? 'direct' : 'due_date_first'
  const explanation: PaymentExplanation = { policy, applied: [], skipped: [], unapplied_amount: 0 }
  const eventId = newId(payment.bucket, now.getTime())
  const paid = await completeCheckout(connection, context, checkout, payment)
  await Promise.all([
    connection.query({
      ...authorisePaymentSql,
      values: [
        environment.id,
        payment.id,
        payment.bucket,
        amount,
        expires_at,
        JSON.stringify(explanation),
        method_details === undefined ? null : JSON.stringify(method_details),
        now,
      ],
    }),
    recordChange(connection, context, { action: 'updated', object_kind: 'payment', object_id: payment.id }),
    writeEvents(connection, [authorisedEvent(context, payment, { id: eventId, at }), ...paid]),
  ])
}
