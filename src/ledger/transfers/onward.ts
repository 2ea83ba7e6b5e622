import { formatInstant } from '../../core/clock.ts'
import { bucketOf, formatId, type Id, newId } from '../../core/id/id.ts'
import { toNumber } from '../../core/money.ts'
import { fieldProblem } from '../../core/problem.ts'
import type { DataOf } from '../../events/registry.ts'
import type { ChangeContext } from '../change.ts'
import type { Taken } from '../corrections/chosen.ts'
import type { Journal } from '../journal.ts'
import type { Arrival, RecordedTarget } from '../payments/command.ts'
import type { LockedPayment } from '../store.ts'

/** A locked payment of a customer, of which something is left to go on. */
export type Giver = LockedPayment & { customer_id: Id }

/** The channel of a payment that came of another one. */
const transferChannel = 'transfer'

/** The payment where money of it can go to another customer: it has one, and something of it is left. */
export function giverOf(payment: LockedPayment): Giver | undefined {
  const { customer_id } = payment
  return customer_id !== null && leftToGo(payment) > 0n ? { ...payment, customer_id } : undefined
}

/** Why no money of a payment can go to another customer, and what to do instead. `became` names the payments that came of it. */
export function whyNotTransferable(payment: LockedPayment, became: string): string {
  if (payment.status !== 'succeeded') {
    return `The payment is ${payment.status}: only money that has arrived can go to another customer.`
  }
  if (payment.suspense_amount > 0n) {
    return 'Its payer is unknown: assign it by POST /billing/payments/{payment}/assignments.'
  }
  if (payment.transferred_amount > 0n) {
    return `What was left of the payment went on already: transfer what it became, ${became}.`
  }
  if (payment.direct_amount > 0n) {
    return 'The money is for nothing in Billing, and no customer has it: refund it, or record a payment of the customer.'
  }
  return payment.captured_amount === 0n
    ? 'The payment is authorised, and nothing of it was captured: capture it first.'
    : 'Nothing is left of the payment: it was reversed or refunded already.'
}

/** Why a payment of which nothing waits for a payer cannot be assigned to one. `became` names the payments that came of it. */
export function whyNotAssignable(payment: LockedPayment, became: string): string {
  if (payment.transferred_amount > 0n) return `The payment was assigned already: its money is ${became}.`
  if (payment.customer_id !== null) {
    return 'Its payer is known: only a payment recorded with unidentified can be assigned.'
  }
  const gone = payment.reversed_amount + payment.refunded_amount > 0n
  return gone ? 'Nothing is left of the payment.' : 'The payment is for nothing in Billing.'
}

function leftToGo({ applied_amount, unapplied_amount }: LockedPayment): bigint {
  return applied_amount + unapplied_amount
}

/** How much of a payment goes on: all that is left unless it says how much. Throws `amount_exceeds_remaining`. */
export function amountToGo(payment: LockedPayment, asked: bigint | undefined): bigint {
  const left = leftToGo(payment)
  const total = asked ?? left
  if (total > left) throw fieldProblem('amount_exceeds_remaining', '/amount', `Only ${left} of the payment is left.`)
  return total
}

/** What comes of a payment: the new one, in the bucket of whoever gets the money, which arrives out of the account `transfers`. */
export function arrivalOf(
  { environment, actor, request_id, now }: ChangeContext,
  payment: Pick<Arrival['payment'], 'amount' | 'currency' | 'received_at' | 'metadata'>,
  { customer_id, target, reason }: { customer_id: Id; target: RecordedTarget; reason?: string },
): Arrival {
  const id = newId(bucketOf(customer_id), now.getTime())
  return {
    environment,
    actor,
    request_id,
    payment: { id, customer_id, channel: transferChannel, source: 'transfers', ...payment },
    target,
    reason,
  }
}

/** Takes all that a payment has in suspense out of it, to go on. */
export function takeOut(
  { request_id, actor }: ChangeContext,
  journal: Journal,
  payment: LockedPayment,
  effective_at: Date,
): void {
  const { id: source_id, bucket, environment_id, currency, suspense_amount: amount } = payment
  const kind = 'assignment'
  const transaction = journal.open({ kind, source_id, bucket, environment_id, request_id, actor, effective_at })
  journal.postToSystemAccount(transaction, 'suspense', currency, amount)
  journal.postToSystemAccount(transaction, 'transfers', currency, -amount)
  payment.suspense_amount = 0n
  payment.transferred_amount += amount
}

/** What is told of money that went on: how much, to whom, and what of it had been applied to what. */
export function toldTransfer(
  { now }: ChangeContext,
  { id: payment_id, customer_id, currency, version }: Giver,
  { total, unapplied, parts }: Taken,
  to: { id: Id; customer_id: Id; reason: string },
): DataOf<'payment.transferred'> {
  return {
    payment_id: formatId('payment', payment_id),
    customer_id: formatId('customer', customer_id),
    transferred_to: formatId('payment', to.id),
    receiver_id: formatId('customer', to.customer_id),
    currency,
    amount: toNumber(total),
    unapplied_amount: toNumber(unapplied),
    reason: to.reason,
    obligations: parts.map(({ application, amount }) => ({
      id: formatId('obligation', application.id),
      amount: toNumber(amount),
    })),
    created_at: formatInstant(now),
    // What writes the correction raises it by one.
    object_version: toNumber(version + 1n),
  }
}
