import { passesLuhn } from '../../../core/card-number.ts'
import type { Decline, MethodDetails } from '../processor.ts'
import type { CaptureBehaviour } from './capture-behaviour.ts'
import type { Later } from './later.ts'

/** What becomes of a charge that is tried with one of the simulator's cards or banks. */
export type ChargeBehaviour =
  | { kind: 'succeeds' }
  | { kind: 'declined'; decline_code: DeclineCode }
  | { kind: 'challenge' }
  | { kind: 'pending'; becomes: 'succeeded' | 'failed' }

/** Why the simulator's cards and banks refuse: the API's code, and the sentence for the payer. */
export const declines = {
  insufficient_funds: 'There is not enough money on the card.',
  generic_decline: 'The bank declined the card without saying why.',
  expired_card: 'The card has expired.',
  incorrect_cvc: 'The security code does not match the card.',
  lost_card: 'The bank declined the card. Please use another one.',
  authentication_failed: 'The bank could not confirm that it was you.',
  processing_error: 'The bank could not complete the payment.',
  refused_by_bank: 'The bank refused the payment.',
  refused_by_payer: 'It was refused at the bank.',
  superseded: 'Other payments have been started since.',
} as const
export type DeclineCode = keyof typeof declines

const succeeds: ChargeBehaviour = { kind: 'succeeds' }
const pendingSucceeds: ChargeBehaviour = { kind: 'pending', becomes: 'succeeded' }
const pendingFails: ChargeBehaviour = { kind: 'pending', becomes: 'failed' }
const declined = (decline_code: DeclineCode): ChargeBehaviour => ({ kind: 'declined', decline_code })

/** A card, what it does in words, and what becomes of the charge, of its captures, and of its money later. */
type SimulatorCard = {
  number: string
  does: string
  behaviour: ChargeBehaviour
  captures?: CaptureBehaviour
  later?: Later
}

/** Every card that the simulator knows, with what it does: shown on its card page. It accepts no other number. */
export const simulatorCards: readonly SimulatorCard[] = [
  { number: '4242424242424242', does: 'succeeds', behaviour: succeeds },
  { number: '5555555555554444', does: 'succeeds (Mastercard)', behaviour: succeeds },
  { number: '4000000000003220', does: 'asks you to approve, then succeeds', behaviour: { kind: 'challenge' } },
  { number: '4000000000000077', does: 'is pending for 3 s, then succeeds', behaviour: pendingSucceeds },
  { number: '4000000000000093', does: 'is pending for 3 s, then fails', behaviour: pendingFails },
  { number: '4000000000009995', does: 'declined: insufficient funds', behaviour: declined('insufficient_funds') },
  { number: '4000000000000002', does: 'declined: no reason given', behaviour: declined('generic_decline') },
  { number: '4000000000000069', does: 'declined: expired card', behaviour: declined('expired_card') },
  { number: '4000000000000127', does: 'declined: wrong CVC', behaviour: declined('incorrect_cvc') },
  { number: '4000000000009987', does: 'declined: lost card', behaviour: declined('lost_card') },
  {
    number: '4000000000001042',
    does: 'succeeds; what it authorises expires after 30 s',
    behaviour: succeeds,
    captures: 'expires_soon',
  },
  {
    number: '4000000000001059',
    does: 'succeeds; the first answer to each capture or void is lost',
    behaviour: succeeds,
    captures: 'answer_lost',
  },
  {
    number: '4000000000000259',
    does: 'succeeds; disputed after 2 s, and lost',
    behaviour: succeeds,
    later: 'dispute_lost',
  },
  {
    number: '4000000000002685',
    does: 'succeeds; disputed after 2 s, and won',
    behaviour: succeeds,
    later: 'dispute_won',
  },
  {
    number: '4000000000001976',
    does: 'succeeds; the bank asks about it after 2 s',
    behaviour: succeeds,
    later: 'dispute_warning',
  },
  { number: '4000000000005126', does: 'succeeds; fails after 2 s', behaviour: succeeds, later: 'late_failure' },
]

/** What may be kept of a card. */
export function cardDetails(digits: string): MethodDetails {
  const scheme = digits.startsWith('4') ? 'VISA' : 'MASTERCARD'
  return { type: 'card', card: { type: 'CREDIT', scheme, bin: digits.slice(0, 6), last4: digits.slice(-4) } }
}

/** The decline with this code, of a charge that was tried with this method. */
export function declineOf(code: DeclineCode, method: MethodDetails | null): Decline {
  const error_code = method?.type === 'instant_eft' ? 'bank_declined' : 'card_declined'
  return { error_code, decline_code: code, message: declines[code] }
}

/** What was typed into the card form, and what is wrong with it, per field; valid fields are absent. */
export type CardInput = { card_number: string; expiry: string; cvc: string }
export type CardFaults = Partial<Record<keyof CardInput, string>>

// More than anybody types into one of the fields, spaces included. What is longer is wrong, and is not looked at.
const typedMax = 40

/** Reads the card form. Neither the number nor the code leaves this function. */
export function readCard(
  typed: CardInput,
  now: Date,
): { faults: CardFaults } | ({ details: MethodDetails } & Omit<SimulatorCard, 'number' | 'does'>) {
  const within = (text: string) => (text.length > typedMax ? '' : text)
  const input = { card_number: within(typed.card_number), expiry: within(typed.expiry), cvc: within(typed.cvc) }
  const digits = input.card_number.replaceAll(/[\s-]/g, '')
  const card = simulatorCards.find(({ number }) => number === digits)
  const expired = expiryFault(input.expiry, now)
  const faults: CardFaults = {
    ...(!card && { card_number: numberFault(digits) }),
    ...(expired && { expiry: expired }),
    ...(!/^\d{3,4}$/.test(input.cvc.trim()) && { cvc: 'Enter the 3 or 4 digits of the code.' }),
  }
  if (!card || Object.keys(faults).length > 0) return { faults }
  const { number: _, does: __, ...does } = card
  return { details: cardDetails(digits), ...does }
}

/** What is shown again of an expiry that was refused: nothing of what is longer than one, which may be a card number. */
export function shownExpiry(expiry: string): string {
  return expiry.length <= 10 && expiry.replaceAll(/\D/g, '').length <= 6 ? expiry : ''
}

function numberFault(digits: string): string {
  if (!/^\d{12,19}$/.test(digits)) return 'Enter the digits on the front of the card.'
  if (!passesLuhn(digits)) return 'A digit is wrong: look at the number again.'
  return 'This simulator takes only the cards listed below. Never enter a real card here.'
}

/** A card is good until the end of its month; a day of grace covers every time zone. */
function expiryFault(expiry: string, now: Date): string | undefined {
  const match = /^\s*(0?[1-9]|1[0-2])\s*[/-]?\s*(?:20)?(\d{2})\s*$/.exec(expiry)
  if (!match) return 'Enter the expiry date as MM/YY.'
  const firstOfNext = Date.UTC(2000 + Number(match[2]), Number(match[1]), 1)
  return now.getTime() < firstOfNext + 86_400_000 ? undefined : 'The card has expired.'
}
