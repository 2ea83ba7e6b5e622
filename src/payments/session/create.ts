import type { AppContext, RequestEnvironment } from '../../context.ts'
import type { Actor } from '../../core/actor.ts'
import { required } from '../../core/assert.ts'
import { transaction } from '../../database/transaction.ts'
import type { ChosenAmount } from '../../ledger/allocation.ts'
import type { Processor } from '../processor/processor.ts'
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
  'id' | 'customer_id' | 'target_id' | 'chosen' | 'currency' | 'metadata'
> & { environment: RequestEnvironment; return_url: string; actor: Actor; request_id: string }

/** Where the payer goes next: to the processor or, when this payment has progressed or is for something else, to its outcome. */
export type Started = { kind: 'open'; url: string } | { kind: 'already_started'; payment: SessionPayment }

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
  const { environment, return_url, actor, request_id, ...rest } = session
  const asked = { ...rest, amount: rest.chosen.reduce((sum, { amount }) => sum + amount, 0n) }
  const key = { id: asked.id, environment_id: environment.id, processor: processor.name }
  await insertSessionPayment(pool, { ...asked, ...key, created_at: clock.now() }, { actor, request_id })
  const payment = required(await findSessionPayment(pool, environment.id, asked.id), 'the payment has been written')
  const same = payment.currency === asked.currency && sameChoice(payment.chosen, asked.chosen)
  const waits = payment.status === 'initiating' || payment.status === 'pending_action'
  if (!same || !waits) return { kind: 'already_started', payment }

  const { reference, url } = await processor.open({
    payment_id: payment.id,
    amount: payment.amount,
    currency: payment.currency,
    merchant_name: environment.merchant_name,
    return_url,
  })

  const now = clock.now()
  await transaction(pool, async (connection) => {
    await claimProcessorReference(connection, key, reference)
    await updateStatus(connection, key, {
      status: 'pending_action',
      actor,
      request_id,
      now,
      next_check_at: new Date(now.getTime() + firstCheckMs),
      processor_reference: reference,
    })
  })
  await supersede(app, processor, payment, { actor, request_id })
  const opened = required(await findSessionPayment(pool, environment.id, asked.id), 'the payment has been written')
  return opened.status === 'pending_action' ? { kind: 'open', url } : { kind: 'already_started', payment: opened }
}

/** Whether two choices are the same amounts of the same receivables in the same order. */
export function sameChoice(one: readonly ChosenAmount[], other: readonly ChosenAmount[]): boolean {
  const text = (chosen: readonly ChosenAmount[]) =>
    chosen.map(({ receivable_id, amount }) => [receivable_id, String(amount)])
  return JSON.stringify(text(one)) === JSON.stringify(text(other))
}
