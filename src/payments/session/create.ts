import type { RequestEnvironment } from '../../context.ts'
import type { Actor } from '../../core/actor.ts'
import { required } from '../../core/assert.ts'
import { formatId } from '../../core/id/id.ts'
import { Problem } from '../../core/problem.ts'
import { transaction } from '../../database/transaction.ts'
import type { ChosenAmount } from '../../ledger/allocation.ts'
import { ProcessorFault } from '../processor/fault.ts'
import type { Processor } from '../processor/processor.ts'
import { type Opened, openCharge, type Via } from './charge.ts'
import { beginAttempt, tellFailedAttempt } from './checkout-attempt.ts'
import {
  claimProcessorReference,
  findSessionPayment,
  firstCheckMs,
  insertSessionPayment,
  type NewSessionPayment,
  noteOpened,
  type SessionPayment,
  updateStatus,
} from './store.ts'
import { supersede } from './supersede.ts'
import type { SessionApp } from './sync-with-processor.ts'

/** What a payer chose: the amounts were checked against the rules, and the id was made with the page. */
export type NewSession = Pick<
  NewSessionPayment,
  'id' | 'customer_id' | 'target_id' | 'chosen' | 'currency' | 'amount' | 'metadata' | 'checkout_id' | 'capture_method'
> & { environment: RequestEnvironment; via: Via; actor: Actor; request_id: string }

/** Where the payer goes next: to the processor or, when this payment has progressed or is for something else, to its outcome. */
export type Started = { kind: 'open'; url: string | undefined } | { kind: 'already_started'; payment: SessionPayment }

/**
 * Starts a payment: it is written, then the processor is called with no transaction open, then its reply is written. A
 * form that is sent twice has one id, so it is one payment and one charge. When the process is killed in between, or the
 * processor does not answer, the payment stays `initiating` until the job `sync-sessions` finds its charge; nobody has been given an
 * address to pay at. Payments that were started for any of the same receivables before, and not charged, are cancelled.
 * Throws `processor_unreachable` when nobody knows whether there is a charge; one that is refused is a payment that failed.
 */
export async function createSessionPayment(
  app: SessionApp,
  processor: Processor,
  session: NewSession,
): Promise<Started> {
  const { pool, clock } = app
  const { environment, via, actor, request_id, ...rest } = session
  const key = { id: rest.id, environment_id: environment.id, processor: processor.name }
  const asked = {
    merchant_name: environment.merchant_name,
    return_url: 'return_url' in via ? app.vault.encrypt(via.return_url) : null,
  }
  await insertSessionPayment(pool, { ...rest, ...key, ...asked, created_at: clock.now() }, { actor, request_id })
  const payment = required(await findSessionPayment(pool, environment.id, rest.id), 'the payment has been written')
  const same = payment.currency === rest.currency && sameChoice(payment.chosen, rest.chosen)
  const waits = payment.status === 'initiating' || payment.status === 'pending_action'
  if (!same || !waits) return { kind: 'already_started', payment }

  const charge = await openOrFail(app, processor, payment, session)
  if (charge === 'refused') {
    const failed = required(await findSessionPayment(pool, environment.id, rest.id), 'the payment has been written')
    return { kind: 'already_started', payment: failed }
  }
  const { reference, url } = charge
  const page_url = url === undefined ? undefined : app.vault.encrypt(url)
  const now = clock.now()
  const { checkout_id } = rest
  const begun = await transaction(pool, async (connection) => {
    await claimProcessorReference(connection, key, reference)
    const page = await noteOpened(connection, payment, { request_id: charge.request_id, page_url })
    const change = { actor, request_id, now, processor_reference: reference }
    const next_check_at = new Date(now.getTime() + firstCheckMs)
    await updateStatus(connection, key, { ...change, status: 'pending_action', next_check_at })
    if (checkout_id === null) return { page, previous: null }
    const attempt = await beginAttempt(connection, { environment, actor, request_id, now }, checkout_id, rest.id)
    // The charge that was just opened is closed by the job that looks after cancelled payments.
    if (attempt === 'ended') await updateStatus(connection, key, { ...change, status: 'cancelled', next_check_at: now })
    return attempt === 'ended' ? attempt : { page, ...attempt }
  })
  if (begun !== 'ended') {
    const opened = { ...payment, processor_reference: reference }
    await supersede(app, opened, begun.previous, { actor, request_id })
  }
  app.eventsCommitted()
  const opened = required(await findSessionPayment(pool, environment.id, rest.id), 'the payment has been written')
  if (opened.status !== 'pending_action' || begun === 'ended') return { kind: 'already_started', payment: opened }
  return { kind: 'open', url: begun.page && app.vault.decrypt(begun.page) }
}

/** Opens the charge, with no transaction open. */
async function openOrFail(
  app: SessionApp,
  processor: Processor,
  payment: SessionPayment,
  session: NewSession,
): Promise<Opened | 'refused'> {
  try {
    return await openCharge(app, processor, payment, session)
  } catch (error) {
    if (!(error instanceof ProcessorFault)) throw error
    const facts = { err: error, payment_id: formatId('payment', payment.id), processor_request_id: error.request_id }
    if (error.kind === 'unknown') {
      app.log.warn(facts, 'a processor did not say whether it has opened a charge')
      throw new Problem('processor_unreachable', 'The payment service does not answer. Nothing was charged.')
    }
    app.log.error(facts, 'a processor refused to open a charge')
    await failUnopened(app, payment, session)
    return 'refused'
  }
}

const refusedCharge = {
  error_code: 'processor_refused',
  decline_code: 'processing_error',
  message: 'The payment service could not take the payment.',
}

/** A charge that was refused does not exist. One that was opened before, and is asked for again, stays as it is. */
async function failUnopened(app: SessionApp, payment: SessionPayment, { environment, actor, request_id }: NewSession) {
  if (payment.processor_reference !== null) return
  const now = app.clock.now()
  const error = { ...refusedCharge, timestamp: now.toISOString() }
  await transaction(app.pool, async (connection) => {
    const change = { status: 'failed', actor, request_id, now, last_payment_error: error } as const
    if (!(await updateStatus(connection, payment, change))) return
    const told = { error, method_details: undefined }
    await tellFailedAttempt(connection, { environment, actor, request_id, now }, payment, told)
  })
  app.eventsCommitted()
}

/** Whether two choices are the same amounts of the same receivables in the same order. */
export function sameChoice(one: readonly ChosenAmount[], other: readonly ChosenAmount[]): boolean {
  const text = (chosen: readonly ChosenAmount[]) =>
    chosen.map(({ receivable_id, amount }) => [receivable_id, String(amount)])
  return JSON.stringify(text(one)) === JSON.stringify(text(other))
}
