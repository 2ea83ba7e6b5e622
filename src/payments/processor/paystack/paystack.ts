import { createHmac } from 'node:crypto'
import { z } from 'zod'
import type { AppContext } from '../../../context.ts'
import { formatId, type Id } from '../../../core/id/id.ts'
import { sameSecret } from '../../../core/secret.ts'
import { CallbackRefused, ProcessorFault } from '../fault.ts'
import type { ChargeState, NewCharge, OpenedCharge, Processor, ProcessorTerms, Wake } from '../processor.ts'
import { paystackLimits, toPaystackAmount } from './amounts.ts'
import { createPaystackClient, isRefusedAs, type PaystackClient } from './client.ts'
import { fetchPaystackRefund, sendPaystackRefund } from './refunds.ts'
import { paystackSettlements } from './settlements.ts'
import { paystackTransaction, stateOfTransaction } from './state.ts'
import { withTakenBack } from './taken-back.ts'

// Cards are decided at once, banks within days; Paystack repeats its callbacks for three.
const pendingMaxMs = 7 * 86_400_000

/** What Paystack takes, and what can be done with a charge here. */
export const paystackTerms: ProcessorTerms = {
  limits: paystackLimits,
  capabilities: { capture: 'none', refund: 'partial', close: false, open_is_idempotent: false, settlements: true },
  pending_max_ms: pendingMaxMs,
}

const pageOrigin = 'https://checkout.paystack.com'
// How often the answer may be lost that has the page of a transaction, until its payer begins another payment.
const attemptsMax = 5

type Mode = 'test' | 'live'

/** Paystack, by transactions to whose page the browser is redirected. Callbacks are signed with the key itself. */
export function createPaystack(
  { clock, processorClient }: Pick<AppContext, 'clock' | 'processorClient'>,
  mode: Mode,
  secret_key: string,
): Processor & { verifyKey(): Promise<void> } {
  const client = createPaystackClient(processorClient, secret_key)
  const { paystack_url } = processorClient
  const fetch = (reference: string) => fetchCharge(client, mode, reference, clock.now())
  return {
    name: 'paystack',
    page_origins: [paystack_url === undefined ? pageOrigin : new URL(paystack_url).origin],
    ...paystackTerms,
    open: (charge) => openTransaction(client, charge, fetch),
    fetch,
    // A page of Paystack cannot be closed.
    close: async () => 'too_late',
    refund: (refund) => sendPaystackRefund(client, refund),
    fetchRefund: (reference) => fetchPaystackRefund(client, reference),
    settlements: paystackSettlements(client, mode),
    wake: (raw_body, headers) => wakesOf(mode, secret_key, raw_body, headers['x-paystack-signature']),
    verifyKey: () => client.get('/balance', z.unknown()).then(() => {}),
  }
}

const opened = z.object({ authorization_url: z.string(), reference: z.string() })

/**
 * Opens a transaction under a reference that follows from the payment. Where Paystack knows the reference, its answer was lost: with
 * it the address of the page, which nobody else has, so the payer gets another transaction. One that was tried all the same is the
 * payment, and its payer comes back to us.
 */
async function openTransaction(
  client: PaystackClient,
  charge: NewCharge,
  fetch: Processor['fetch'],
): Promise<OpenedCharge> {
  for (let attempt = 1; attempt <= attemptsMax; attempt++) {
    const reference = referenceOf(charge.payment_id, attempt)
    try {
      const { data, request_id } = await client.post('/transaction/initialize', askedFor(charge, reference), opened)
      if (data.reference === reference) return { reference, url: data.authorization_url, request_id }
      throw new ProcessorFault('refused', 'Paystack opened another transaction than it was asked for', request_id)
    } catch (error) {
      if (!isRefusedAs(error, 'duplicate_reference')) throw error
    }
    const { status } = await fetch(reference)
    if (status === 'pending' || status === 'succeeded') return { reference, url: charge.return_url }
  }
  throw new ProcessorFault('unknown', `the answers of Paystack were lost ${attemptsMax} times`)
}

/** `pay-…`: a reference of Paystack has no underscore, and is used once for ever. */
function referenceOf(id: Id, attempt: number): string {
  const first = formatId('payment', id).replace('_', '-')
  return attempt === 1 ? first : `${first}-${attempt}`
}

const ourReference = /^pay-[0-9A-Za-z]{22}(-\d)?$/

function askedFor({ payment_id, amount, currency, payer, return_url }: NewCharge, reference: string) {
  return {
    reference,
    amount: toPaystackAmount(amount, currency),
    currency,
    email: payer.email ?? addressFor(payment_id, payer.customer_id),
    // What the API has a word for. Instant EFT is for rands.
    channels: currency === 'ZAR' ? ['card', 'eft'] : ['card'],
    callback_url: return_url,
    metadata: { payment_id: formatId('payment', payment_id), cancel_action: return_url },
  }
}

/** Paystack insists on an e-mail address: one that nobody reads, the same for each payment of a customer. */
function addressFor(payment_id: Id, customer_id: Id | null): string {
  const name = customer_id === null ? formatId('payment', payment_id) : formatId('customer', customer_id)
  return `${name.replace('_', '-').toLowerCase()}@example.com`
}

async function fetchCharge(client: PaystackClient, mode: Mode, reference: string, now: Date): Promise<ChargeState> {
  try {
    const { data } = await client.get(`/transaction/verify/${encodeURIComponent(reference)}`, paystackTransaction)
    if (data.domain !== mode) throw new ProcessorFault('unknown', 'Paystack answered for the other mode')
    if (data.reference !== reference) throw new ProcessorFault('unknown', 'Paystack answered for another transaction')
    const state = stateOfTransaction(data, now)
    return state.status === 'succeeded' ? await withTakenBack(client, data, state, now) : state
  } catch (error) {
    // Until its page is opened.
    if (isRefusedAs(error, 'not_found')) return { status: 'open' }
    throw error
  }
}

const id = z.union([z.int(), z.string()]).nullish()
const callback = z.object({
  event: z.string(),
  data: z.object({
    id,
    domain: z.string(),
    status: z.string(),
    reference: z.string().nullish(),
    transaction_reference: z.string().nullish(),
    refund_reference: z.string().nullish(),
    resolution: z.string().nullish(),
    transaction: z.object({ reference: z.string() }).nullish().catch(undefined),
  }),
})

/**
 * Which transaction a callback is about. There is no id of events, and a refund often has none: what is the same of one is its event,
 * what it is about, the status, and how a dispute was resolved. What is about something else, or not of ours, wakes nothing.
 */
function wakesOf(mode: Mode, secret_key: string, raw_body: Buffer, signature: unknown): Wake[] {
  const expected = createHmac('sha512', secret_key).update(raw_body).digest('hex')
  if (typeof signature !== 'string' || !sameSecret(signature, expected)) {
    throw new CallbackRefused('it is not signed with the key')
  }
  const read = callback.safeParse(jsonOf(raw_body))
  if (!read.success || read.data.data.domain !== mode) return []
  const { event, data } = read.data
  const reference = referenceIn(event, data)
  if (!ourReference.test(reference ?? '')) return []
  const parts = [event, data.id ?? reference, data.refund_reference, data.status, data.resolution]
  return [{ event_id: parts.filter(Boolean).join('/'), reference: reference ?? '' }]
}

/** The reference of the transaction, where an event about such is followed. */
function referenceIn(event: string, data: z.output<typeof callback>['data']): string | null | undefined {
  if (event === 'charge.success') return data.reference
  if (event.startsWith('refund.')) return data.transaction_reference
  return event.startsWith('charge.dispute.') ? data.transaction?.reference : undefined
}

function jsonOf(raw_body: Buffer): unknown {
  try {
    return JSON.parse(raw_body.toString('utf8'))
  } catch {
    return undefined
  }
}
