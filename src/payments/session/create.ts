import type { AppContext, RequestEnvironment } from '../../context.ts'
import type { Actor } from '../../core/actor.ts'
import { assert, required } from '../../core/assert.ts'
import { transaction } from '../../database/transaction.ts'
import type { ChosenAmount } from '../../ledger/allocation.ts'
import type { NewCharge, Processor } from '../processor/processor.ts'
import { beginAttempt } from './checkout-attempt.ts'
import {
  claimProcessorReference,
  findSessionPayment,
  firstCheckMs,
  insertSessionPayment,
  type NewSessionPayment,
  type SessionPayment,
  updateStatus,
} from './store.ts'
import { supersede } from './supersede.ts'
import type { SessionApp } from './sync-with-processor.ts'

/** What a payer chose: the amounts were checked against the rules, and the id was made with the page. */
export type NewSession = Pick<
  NewSessionPayment,
  'id' | 'customer_id' | 'target_id' | 'chosen' | 'currency' | 'amount' | 'metadata' | 'checkout_id'
> & { environment: RequestEnvironment; via: Via; actor: Actor; request_id: string }

/** How the payer is to pay: on the processor's page, from which the browser comes back, or by a push to a phone. */
export type Via = { return_url: string } | { phone: string }

/** Where the payer goes next: to the processor or, when this payment has progressed or is for something else, to its outcome. */
export type Started = { kind: 'open'; url: string | undefined } | { kind: 'already_started'; payment: SessionPayment }

/**
 * Starts a payment: it is written, then the processor is called with no transaction open, then its reply is written. A
 * form that is sent twice has one id, so it is one payment and one charge. When the process is killed in between, the
 * payment stays `initiating` until the job `sync-sessions` expires it; nobody has been given an address to pay at. Payments
 * that were started for any of the same receivables before, and not charged, are cancelled.
 */
export async function createSessionPayment(
  app: SessionApp & Pick<AppContext, 'log'>,
  processor: Processor,
  session: NewSession,
): Promise<Started> {
  const { pool, clock } = app
  const { environment, via: _, actor, request_id, ...rest } = session
  const key = { id: rest.id, environment_id: environment.id, processor: processor.name }
  await insertSessionPayment(pool, { ...rest, ...key, created_at: clock.now() }, { actor, request_id })
  const payment = required(await findSessionPayment(pool, environment.id, rest.id), 'the payment has been written')
  const same = payment.currency === rest.currency && sameChoice(payment.chosen, rest.chosen)
  const waits = payment.status === 'initiating' || payment.status === 'pending_action'
  if (!same || !waits) return { kind: 'already_started', payment }

  const charge = {
    payment_id: payment.id,
    amount: payment.amount,
    currency: payment.currency,
    merchant_name: environment.merchant_name,
  }
  const { reference, url } = await openCharge(processor, charge, session)

  const now = clock.now()
  const { checkout_id } = rest
  const begun = await transaction(pool, async (connection) => {
    await claimProcessorReference(connection, key, reference)
    const change = { actor, request_id, now, processor_reference: reference }
    const next_check_at = new Date(now.getTime() + firstCheckMs)
    await updateStatus(connection, key, { ...change, status: 'pending_action', next_check_at })
    if (checkout_id === null) return { previous: null }
    const attempt = await beginAttempt(connection, { environment, actor, request_id, now }, checkout_id, rest.id)
    // The charge that was just opened is closed by the job that looks after cancelled payments.
    if (attempt === 'ended') await updateStatus(connection, key, { ...change, status: 'cancelled', next_check_at: now })
    return attempt
  })
  if (begun !== 'ended') {
    const opened = { ...payment, processor_reference: reference }
    await supersede(app, processor, opened, begun.previous, { actor, request_id })
  }
  app.eventsCommitted()
  const opened = required(await findSessionPayment(pool, environment.id, rest.id), 'the payment has been written')
  return opened.status === 'pending_action' ? { kind: 'open', url } : { kind: 'already_started', payment: opened }
}

/** Opens the charge. `url` is where the payer goes; a push has none. */
async function openCharge(
  processor: Processor,
  charge: Omit<NewCharge, 'return_url'>,
  { via }: Pick<NewSession, 'via'>,
): Promise<{ reference: string; url: string | undefined }> {
  if ('return_url' in via) return processor.open({ ...charge, ...via })
  const { push } = processor
  assert(push, 'a push is created only where a processor can send it')
  return { ...(await push(charge, via.phone)), url: undefined }
}

/** Whether two choices are the same amounts of the same receivables in the same order. */
export function sameChoice(one: readonly ChosenAmount[], other: readonly ChosenAmount[]): boolean {
  const text = (chosen: readonly ChosenAmount[]) =>
    chosen.map(({ receivable_id, amount }) => [receivable_id, String(amount)])
  return JSON.stringify(text(one)) === JSON.stringify(text(other))
}
