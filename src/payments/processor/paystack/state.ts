import { z } from 'zod'
import type { ChargeState, Decline, MethodDetails } from '../processor.ts'
import { fromPaystackAmount } from './amounts.ts'

/** What only describes, and may be missing or of any type. */
export const lenientText = z.string().nullish().catch(undefined)

/**
 * A transaction, as far as it is read. `metadata` comes as an object, a text, a number or null, and is not read. What only describes
 * a payment may be missing or of any type: it keeps no money from being seen.
 */
export const paystackTransaction = z.object({
  id: z.union([z.int(), z.string()]),
  domain: z.string(),
  status: z.string(),
  reference: z.string(),
  amount: z.unknown(),
  currency: lenientText,
  paid_at: lenientText,
  created_at: lenientText,
  channel: lenientText,
  gateway_response: lenientText,
  authorization: z
    .object({ bin: lenientText, last4: lenientText, card_type: lenientText, brand: lenientText, bank: lenientText })
    .nullish()
    .catch(undefined),
})
export type PaystackTransaction = z.output<typeof paystackTransaction>

// A page is not closed by time. What nobody has finished for so long is called failed; money that comes then is still money.
const payableMs = 24 * 3_600_000

const expired: Decline = {
  error_code: 'session_expired',
  decline_code: 'session_expired',
  message: 'The payment was not finished in time.',
}
const takenBack: Decline = {
  error_code: 'charge_reversed',
  decline_code: 'processing_error',
  message: 'The payment was sent back.',
}

/**
 * What a transaction says of its charge. One that was `reversed` had succeeded: what took it back is found elsewhere. `abandoned` and `ongoing` wait for the payer, and may still become anything. A word that
 * is not known is taken as "look again", never as success.
 */
export function stateOfTransaction(transaction: PaystackTransaction, now: Date): ChargeState {
  const method_details = methodOf(transaction)
  switch (transaction.status) {
    case 'success':
      return succeeded(transaction, now)
    case 'failed':
      return { status: 'failed', decline: declineOf(transaction.gateway_response ?? ''), method_details }
    case 'reversed':
      // What was never paid here has arrived nowhere.
      return paystackInstant(transaction.paid_at) ? succeeded(transaction, now) : sentBackCharge(transaction)
    case 'abandoned':
    case 'ongoing': {
      const begun = paystackInstant(transaction.created_at)
      const isOver = begun !== undefined && now.getTime() - begun.getTime() > payableMs
      return isOver ? { status: 'failed', decline: expired } : { status: 'open' }
    }
    default:
      return { status: 'pending', method_details }
  }
}

/** What a transaction is of which nothing is left. */
export function sentBackCharge(transaction: PaystackTransaction): ChargeState {
  return { status: 'failed', decline: takenBack, method_details: methodOf(transaction) }
}

function succeeded(transaction: PaystackTransaction, now: Date): ChargeState {
  const currency = transaction.currency?.toUpperCase()
  return {
    status: 'succeeded',
    at: paystackInstant(transaction.paid_at) ?? now,
    amount: currency === undefined ? undefined : fromPaystackAmount(transaction.amount, currency),
    currency,
    processor_payment_id: String(transaction.id),
    method_details: methodOf(transaction),
  }
}

/** An instant that was sent; undefined for what is none. */
export function paystackInstant(sent: string | null | undefined): Date | undefined {
  const at = new Date(sent ?? '')
  return Number.isNaN(at.getTime()) ? undefined : at
}

// What a gateway says is a sentence in its own words; these have one in every language of ours.
const knownDeclines: readonly [RegExp, string][] = [
  [/insufficient/i, 'insufficient_funds'],
  [/expired card|card (has )?expired/i, 'expired_card'],
  [/cvv|cvc/i, 'incorrect_cvc'],
  [/lost|stolen/i, 'lost_card'],
  [/authenticat|otp|3d ?secure|\bpin\b/i, 'authentication_failed'],
  [/declined|not permitted|do not honou?r/i, 'generic_decline'],
]
const messageMax = 200

function declineOf(said: string): Decline {
  const [, decline_code = 'processing_error'] = knownDeclines.find(([words]) => words.test(said)) ?? []
  const message = said.trim().slice(0, messageMax) || 'The bank refused the payment.'
  return { error_code: 'card_declined', decline_code, message }
}

function methodOf({ channel, authorization }: PaystackTransaction): MethodDetails | undefined {
  if (channel === 'eft') {
    return { type: 'instant_eft', instant_eft: { bank: authorization?.bank?.trim().slice(0, 100) || 'unknown' } }
  }
  const last4 = authorization?.last4 ?? ''
  if (!/^\d{4}$/.test(last4)) return undefined
  // With spaces at its end, and sometimes more than the scheme: `visa `, `mastercard debit`.
  const card_type = authorization?.card_type?.trim() ?? ''
  const bin = authorization?.bin ?? ''
  return {
    type: 'card',
    card: {
      type: (/debit|credit|prepaid/i.exec(card_type)?.[0] ?? 'unknown').toUpperCase(),
      scheme: (authorization?.brand?.trim() || card_type || 'unknown').toUpperCase().slice(0, 40),
      ...(/^\d{6,8}$/.test(bin) && { bin }),
      last4,
    },
  }
}
