import { present } from '../../core/assert.ts'
import { transaction } from '../../database/transaction.ts'
import type { Platform, RequestEnvironment } from '../../api/platform.ts'
import type { Processor } from '../processor/processor.ts'
import {
  claimProcessorReference,
  findPagePayment,
  firstCheckMs,
  insertPagePayment,
  moveStatus,
  type NewPagePayment,
  type PagePayment,
} from './store.ts'

/** What a payer asked for: the amount was checked against the rules, and the id was made when the page was. */
export type PageOrder = Pick<
  NewPagePayment,
  'id' | 'customer_id' | 'target_id' | 'currency' | 'amount' | 'metadata'
> & { environment: RequestEnvironment; return_url: string }

/** Where the payer goes next: to the processor, or, when this payment went on or was another, to how that one stands. */
export type Begun = { kind: 'open'; url: string } | { kind: 'begun_before'; payment: PagePayment }

/**
 * Begins a payment: it is written, then the processor is called with no transaction open, then what it answered is written. A
 * form that is sent twice has one id, so it is one payment and one charge. Killed in between, the payment stays `initiating`
 * until the janitor lets it run out; nobody has been given an address to pay at.
 */
export async function beginPayment(platform: Platform, processor: Processor, order: PageOrder): Promise<Begun> {
  const { pool, clock } = platform
  const { environment, return_url, ...asked } = order
  const key = { id: asked.id, environment_id: environment.id, processor: processor.name }
  await insertPagePayment(pool, { ...asked, ...key, created_at: clock.now() })
  const payment = present(await findPagePayment(pool, environment.id, asked.id), 'the payment has been written')
  const same = payment.amount === asked.amount && payment.currency === asked.currency
  const waits = payment.status === 'initiating' || payment.status === 'pending_action'
  if (!same || !waits) return { kind: 'begun_before', payment }

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
    await moveStatus(connection, key, {
      status: 'pending_action',
      now,
      next_check_at: new Date(now.getTime() + firstCheckMs),
      processor_reference: reference,
    })
  })
  const opened = present(await findPagePayment(pool, environment.id, asked.id), 'the payment has been written')
  return opened.status === 'pending_action' ? { kind: 'open', url } : { kind: 'begun_before', payment: opened }
}
