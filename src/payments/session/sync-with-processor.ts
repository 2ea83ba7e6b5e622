import { renderProblem } from '../../api/problems.ts'
import type { AppContext } from '../../context.ts'
import type { Actor } from '../../core/actor.ts'
import { assert } from '../../core/assert.ts'
import { formatId, type Id } from '../../core/id/id.ts'
import { maxAmount } from '../../core/money.ts'
import { transaction } from '../../database/transaction.ts'
import { policyFor } from '../../ledger/checkouts/checkout.ts'
import type { PaymentCommand, PaymentTarget } from '../../ledger/payments/command.ts'
import { settleTakenBack } from '../dispute/sync.ts'
import type { ChargeState } from '../processor/processor.ts'
import { processorNamed } from '../processor/registry.ts'
import { bringAuthorised, readAs } from './authorised.ts'
import { tellFailedAttempt } from './checkout-attempt.ts'
import { firstOfChosen } from './first-of-chosen.ts'
import { findSessionPayment, notePaymentId, type SessionPayment, updateStatus } from './store.ts'

/** What syncing a session needs. */
export type SessionApp = Pick<
  AppContext,
  'pool' | 'clock' | 'vault' | 'publicUrl' | 'payments' | 'eventsCommitted' | 'processorClient' | 'log'
>

/** Who checks a payment: a page that is shown, or the job that looks after sessions. */
export type SessionCause = { request_id: string; actor: Actor }

const pendingCheckMs = 1_000

/**
 * Asks the processor for the state of a charge, and brings the payment to it: applied, failed, or still on its way. It
 * may be called concurrently and any number of times: the lock on the payment and its status let one application
 * through. A payment that has succeeded is left alone, unless `after_success` says to look what became of it since. Returns the payment
 * as it is afterwards; `undefined` when there is none. Throws a `ProcessorFault`.
 */
export async function syncWithProcessor(
  app: SessionApp,
  environmentId: number,
  paymentId: Id,
  cause: SessionCause,
  { after_success = false } = {},
): Promise<SessionPayment | undefined> {
  const payment = await findSessionPayment(app.pool, environmentId, paymentId)
  if (!payment || payment.processor_reference === null) return payment
  if (payment.status === 'succeeded' && !after_success) return payment
  const processor = await processorNamed(app, { id: environmentId, mode: payment.mode }, payment.processor)
  if (!processor) return payment
  const charge = readAs(payment, await processor.fetch(payment.processor_reference))
  if (charge.status === 'open') return payment
  if (payment.status !== 'succeeded') await follow(app, payment, charge, cause)
  const after = await findSessionPayment(app.pool, environmentId, paymentId)
  const isTaken = charge.status === 'succeeded' || charge.status === 'authorised'
  if (isTaken && after?.status === 'succeeded') await settleTakenBack(app, after, charge, cause)
  return after
}

/** Brings an unfinished payment to the state of its charge. */
async function follow(
  app: SessionApp,
  payment: SessionPayment,
  charge: Exclude<ChargeState, { status: 'open' }>,
  cause: SessionCause,
): Promise<void> {
  if (charge.status === 'pending' || charge.status === 'failed') return recordProgress(app, payment, charge, cause)
  const amount = amountArrived(app, payment, charge)
  if (amount === undefined) await recordProgress(app, payment, { status: 'pending' }, cause)
  else if (charge.status === 'authorised') await bringAuthorised(app, payment, { ...charge, amount }, cause)
  else await applyArrived(app, payment, { ...charge, amount }, cause)
}

type Succeeded = Extract<ChargeState, { status: 'succeeded' }>

/**
 * How much has arrived. Undefined when the processor does not say, or names another currency than was asked for: that is applied to
 * nothing and stays on its way until somebody has looked, for to book it as what was asked would be to invent money.
 */
function amountArrived(
  { log }: SessionApp,
  payment: SessionPayment,
  charge: Pick<Succeeded, 'amount' | 'currency'>,
): bigint | undefined {
  const { amount, currency } = charge
  const facts = {
    payment_id: formatId('payment', payment.id),
    processor: payment.processor,
    asked: String(payment.amount),
  }
  const isClear = amount !== undefined && amount > 0n && amount <= maxAmount && currency === payment.currency
  if (!isClear) {
    log.error(
      { ...facts, currency },
      'a charge was paid, but not in the currency that was asked for, or nobody knows how much',
    )
    return undefined
  }
  if (amount !== payment.amount)
    log.warn({ ...facts, arrived: String(amount) }, 'another amount arrived than was asked for')
  return amount
}

async function applyArrived(
  app: SessionApp,
  payment: SessionPayment,
  charge: Succeeded & { amount: bigint },
  cause: SessionCause,
): Promise<void> {
  const { processor_reference } = payment
  assert(processor_reference !== null, 'a charge is fetched by its reference')
  const { processor_payment_id } = charge
  if (processor_payment_id !== undefined) await notePaymentId(app.pool, payment, processor_payment_id)
  const outcome = await app.payments.apply(commandOf(app, { ...payment, processor_reference }, charge, cause))
  assert(outcome.kind === 'applied' || outcome.kind === 'already_succeeded', 'money that arrived is never refused')
}

async function recordProgress(
  { pool, clock, eventsCommitted }: SessionApp,
  payment: SessionPayment,
  charge: Extract<ChargeState, { status: 'pending' | 'failed' }>,
  { actor, request_id }: SessionCause,
): Promise<void> {
  const now = clock.now()
  const { method_details } = charge
  if (charge.status === 'pending') {
    const next_check_at = new Date(now.getTime() + pendingCheckMs)
    await updateStatus(pool, payment, { status: 'processing', actor, request_id, now, next_check_at, method_details })
  } else {
    const error = { ...charge.decline, timestamp: now.toISOString() }
    const change = { status: 'failed', actor, request_id, now, method_details, last_payment_error: error } as const
    await transaction(pool, async (connection) => {
      if (!(await updateStatus(connection, payment, change))) return
      const environment = { id: payment.environment_id, mode: payment.mode }
      const context = { environment, actor, request_id, now }
      await tellFailedAttempt(connection, context, payment, { error, method_details })
    })
    eventsCommitted()
  }
}

/**
 * Money that has arrived is never refused: what no longer fits the debt that it was meant for stays unapplied. The payment's amount
 * becomes what arrived. `received_at` is the time of the processor, however late we asked.
 */
function commandOf(
  app: SessionApp,
  payment: SessionPayment & { processor_reference: string },
  charge: Succeeded & { amount: bigint },
  { request_id, actor }: SessionCause,
): PaymentCommand {
  return {
    environment: { id: payment.environment_id, mode: payment.mode },
    actor,
    request_id,
    claim: {
      kind: 'session',
      processor_reference: payment.processor_reference,
      method_details: charge.method_details,
      checkout_id: payment.checkout?.id,
    },
    payment: {
      id: payment.id,
      customer_id: payment.customer_id,
      amount: charge.amount,
      currency: payment.currency,
      channel: charge.method_details?.type ?? 'card',
      source: `clearing:${payment.processor}`,
      received_at: charge.at,
      metadata: payment.metadata,
    },
    target: targetFor(payment, charge.amount),
    renderer: {
      payment: () => ({ status: 200, body: '' }),
      problem: (problem) => renderProblem(problem, app, '/'),
    },
  }
}

/**
 * The money of a page goes to what its payer chose; that of a request or session to its target, like a recorded payment, or
 * to nothing in Billing.
 */
function targetFor({ checkout, chosen }: SessionPayment, arrived: bigint): PaymentTarget {
  if (checkout === null) return { kind: 'chosen', amounts: firstOfChosen(chosen, arrived) }
  return checkout.target ? policyFor(checkout.target) : { kind: 'direct' }
}
