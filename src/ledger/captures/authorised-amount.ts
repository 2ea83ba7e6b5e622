import { Problem } from '../../core/problem.ts'
import type { VoidReason } from '../../shapes/capture.ts'
import type { LockedPayment } from '../store.ts'
import type { CaptureRow } from './capture-row.ts'

/** A payment that was authorised: the columns of its authorisation are all there, or none is. */
export type AuthorisedPayment = LockedPayment & {
  authorised_amount: bigint
  captured_amount: bigint
  voided_amount: bigint
  claimed_amount: bigint
  authorised_until: Date
}

/** How much somebody wants to capture, or that the rest is to be let go of. */
export type WantedAmount =
  | {
      kind: 'capture'
      /** All that is left, unless it says how much. */
      amount: bigint | undefined
      /** Whether its processor lets go of what it does not capture. */
      ends: boolean
    }
  | { kind: 'void' }

/** What a capture or a void takes, and what the processor lets go of with it. */
export type ClaimedAmount = Pick<CaptureRow, 'amount' | 'released_amount'>

/** What has become of an authorisation at its processor, in all. */
export type Ended = { captured: bigint; released: bigint }

// These texts are documented.
export const notAuthorised = {
  capture: 'The payment is not in an authorised state and cannot be captured.',
  void: 'The payment is not in an authorised state and cannot be voided.',
} as const
export const authorisationExpired = 'The authorisation has expired and can no longer be captured.'
const tooMuch = 'The capture amount exceeds the remaining authorised amount.'
const fullyVoided = 'The payment has already been fully voided.'
const nothingLeft = 'There is no remaining authorised amount to void.'

/** Whether a payment was ever authorised. */
export function isAuthorised(payment: LockedPayment): payment is AuthorisedPayment {
  return payment.authorised_amount !== null
}

/** What is neither captured, let go of, nor asked for. */
export function remainingOf(payment: AuthorisedPayment): bigint {
  return payment.authorised_amount - payment.captured_amount - payment.voided_amount - payment.claimed_amount
}

/** Decides what a capture or a void takes of a payment. Throws `payment_state` where it can take nothing, or not so much. */
export function claimOf(payment: LockedPayment, wanted: WantedAmount, now: Date): ClaimedAmount {
  if (!isAuthorised(payment)) throw new Problem('payment_state', notAuthorised[wanted.kind])
  const remaining = remainingOf(payment)
  if (wanted.kind === 'void') return { amount: toVoid(payment, remaining), released_amount: 0n }
  const amount = toCapture(payment, remaining, wanted.amount, now)
  return { amount, released_amount: wanted.ends ? remaining - amount : 0n }
}

function toCapture(payment: AuthorisedPayment, remaining: bigint, wanted: bigint | undefined, now: Date): bigint {
  if (isOver(payment, now)) throw new Problem('payment_state', authorisationExpired)
  const amount = wanted ?? remaining
  if (amount > remaining) throw new Problem('payment_state', tooMuch)
  // Nothing is left: a capture of all that is left is of nothing.
  if (amount === 0n) throw new Problem('payment_state', payment.claimed_amount === 0n ? notAuthorised.capture : tooMuch)
  return amount
}

function toVoid({ authorised_amount, voided_amount }: AuthorisedPayment, remaining: bigint): bigint {
  if (remaining > 0n) return remaining
  throw new Problem('payment_state', voided_amount === authorised_amount ? fullyVoided : nothingLeft)
}

/**
 * What was captured or let go of at the processor beyond what is known here, and no more than is left. While another capture or void
 * is under way nobody can tell which it was: its own answer does.
 */
export function endedWithoutUs(payment: AuthorisedPayment, ended: Ended): Ended {
  if (payment.claimed_amount !== 0n) return { captured: 0n, released: 0n }
  const remaining = remainingOf(payment)
  const captured = between(ended.captured - payment.captured_amount, remaining)
  return { captured, released: between(ended.released - payment.voided_amount, remaining - captured) }
}

/** Why a processor has let go of what nobody asked it to. */
export function reasonOfRelease(payment: AuthorisedPayment, now: Date): VoidReason {
  return isOver(payment, now) ? 'expired' : 'released'
}

function isOver({ authorised_until }: AuthorisedPayment, now: Date): boolean {
  return now >= authorised_until
}

/** Takes back what a capture or a void had claimed: it came about, or it did not. */
export function endClaim(payment: AuthorisedPayment, { amount, released_amount }: ClaimedAmount): void {
  payment.claimed_amount -= amount + released_amount
}

/** Adds money that was captured to the amounts of its payment, and where it went. The payment has arrived with the first of it. */
export function addCaptured(
  payment: AuthorisedPayment,
  amount: bigint,
  applied: Pick<LockedPayment, 'applied_amount' | 'unapplied_amount' | 'direct_amount'>,
  now: Date,
): void {
  payment.captured_amount += amount
  payment.applied_amount += applied.applied_amount
  payment.unapplied_amount += applied.unapplied_amount
  payment.direct_amount += applied.direct_amount
  payment.received_at ??= now
}

/** Adds what the processor let go of. */
export function addVoided(payment: AuthorisedPayment, amount: bigint): void {
  payment.voided_amount += amount
}

/** An amount that is not below nothing, and not above another. */
function between(amount: bigint, most: bigint): bigint {
  if (amount < 0n) return 0n
  return amount < most ? amount : most
}
