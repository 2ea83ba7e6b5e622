import type { AppContext, RequestEnvironment } from '../../context.ts'
import { assert } from '../../core/assert.ts'
import { formatId } from '../../core/id/id.ts'
import { ProcessorFault } from '../processor/fault.ts'
import type { CaptureMethod, NewCharge, OpenedCharge, Processor } from '../processor/processor.ts'
import { findCharge, type SessionPayment } from './store.ts'

/** How the payer is to pay: on the processor's page, from which the browser comes back, or by a push to a phone. */
export type Via = { return_url: string } | { phone: string }

/** A charge that was opened; `url` is where the payer goes, and a push has none. */
export type Opened = Omit<OpenedCharge, 'url'> & { url: string | undefined }

/**
 * Opens the charge of a payment, or returns the one that is open. It is asked for in the words in which it was asked for first: names
 * and languages may have changed since, and a processor takes another question with the same key for a mistake. Throws a
 * `ProcessorFault`.
 */
export async function openCharge(
  app: Pick<AppContext, 'pool' | 'vault'>,
  processor: Processor,
  payment: SessionPayment,
  { environment, via }: { environment: Pick<RequestEnvironment, 'merchant_name'>; via: Via },
): Promise<Opened> {
  const asked = await findCharge(app.pool, payment)
  const { processor_reference } = payment
  if (processor_reference !== null && asked?.page_url) {
    return { reference: processor_reference, url: app.vault.decrypt(asked.page_url) }
  }
  const charge = chargeOf(payment, asked ?? { merchant_name: environment.merchant_name, payer_email: null })
  if ('phone' in via) {
    const { push } = processor
    assert(push, 'a push is created only where a processor can send it')
    return { ...(await push(charge, via.phone)), url: undefined }
  }
  const return_url = asked?.return_url ? app.vault.decrypt(asked.return_url) : via.return_url
  return openPage(processor, { ...charge, return_url })
}

/**
 * Finds the charge of a payment whose processor was asked to open it and never answered: it is asked again with the same key or,
 * where that would open another, whether it has one. Undefined where there is none, or nothing to ask with: nobody was given an
 * address to pay at, so the payment waits for its payer, or expires.
 */
export async function recoverCharge(
  app: Pick<AppContext, 'pool' | 'vault'>,
  processor: Processor,
  payment: SessionPayment,
): Promise<Opened | undefined> {
  if (!processor.capabilities.open_is_idempotent) return processor.find?.(payment.id)
  const asked = await findCharge(app.pool, payment)
  if (!asked?.return_url) return undefined
  const charge = chargeOf(payment, asked)
  return openPage(processor, { ...charge, return_url: app.vault.decrypt(asked.return_url) })
}

function chargeOf(
  { id, amount, currency, customer_id, created_at, capture_method }: SessionPayment,
  { merchant_name, payer_email }: { merchant_name: string; payer_email: string | null },
) {
  const payer = { customer_id, email: payer_email ?? undefined }
  const method: CaptureMethod = capture_method ?? 'automatic'
  return { payment_id: id, amount, currency, merchant_name, payer, begun_at: created_at, capture_method: method }
}

/** A stolen key must not make our forms lead anywhere: the page has to be at one of the processor's own origins. */
async function openPage(processor: Processor, charge: NewCharge): Promise<OpenedCharge> {
  const opened = await processor.open(charge, `${formatId('payment', charge.payment_id)}:open`)
  const origin = URL.canParse(opened.url) ? new URL(opened.url).origin : ''
  if (origin === new URL(charge.return_url).origin || processor.page_origins.includes(origin)) return opened
  throw new ProcessorFault(
    'refused',
    'the page of the charge is at an origin that is not the processor’s',
    opened.request_id,
  )
}
