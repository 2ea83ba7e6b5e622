import { bucketOfValue } from '../../../core/bucket.ts'
import type { ChargeState, DisputeState } from '../processor.ts'

/** What may become of the money of a charge after it has succeeded. */
export const laterOutcomes = [
  'dispute_won',
  'dispute_lost',
  'dispute_warning',
  'dispute_jumbled',
  'late_failure',
] as const
export type Later = (typeof laterOutcomes)[number]

// After the charge has succeeded: when it is disputed, when the merchant is taken to have answered, and when that is decided.
const disputedMs = 2_000
const answeredMs = 4_000
const decidedMs = 6_000
const respondMs = 7 * 86_400_000

/**
 * When the simulator calls about it. `dispute_jumbled` is won, and called about as badly as it gets: the end before the beginning, and
 * each twice.
 */
export function callbacksOf(
  reference: string,
  later: Later,
  succeeded_at: Date,
): { event_id: string; bucket: number; at: Date }[] {
  const called = (what: string, ms: number) => {
    const event_id = `${reference}:${what}`
    return { event_id, bucket: bucketOfValue(`simulator\n${event_id}`), at: new Date(succeeded_at.getTime() + ms) }
  }
  if (later === 'late_failure') return [called('failed', disputedMs)]
  if (later !== 'dispute_jumbled') {
    return [called('disputed', disputedMs), called('answered', answeredMs), called('decided', decidedMs)]
  }
  return [
    called('decided', disputedMs),
    called('disputed', disputedMs),
    called('decided-again', decidedMs),
    called('disputed-again', decidedMs + 1),
  ]
}

type Charge = { later: Later | null; settles_at: Date | null; amount: bigint; currency: string }

/** What has become of the money of a charge at an instant, by the clock alone. */
export function takenBackAt(
  { later, settles_at, amount, currency }: Charge,
  reference: string,
  now: Date,
): Pick<Extract<ChargeState, { status: 'succeeded' }>, 'disputes' | 'failed_later'> {
  const age_ms = settles_at === null ? 0 : now.getTime() - settles_at.getTime()
  if (later === null || settles_at === null || age_ms < disputedMs) return {}
  if (later === 'late_failure') {
    return { failed_later: { reference: `${reference}:failed`, amount, currency, reason: 'account_closed' } }
  }
  const dispute = { reference: `${reference}:dispute`, amount, currency, reason: 'fraudulent' }
  const respond_by = new Date(settles_at.getTime() + respondMs)
  return { disputes: [{ ...dispute, respond_by, ...disputeAt(later, age_ms) }] }
}

function disputeAt(later: Exclude<Later, 'late_failure'>, age_ms: number): Pick<DisputeState, 'status' | 'money'> {
  if (later === 'dispute_warning') return { status: age_ms < decidedMs ? 'warning' : 'closed', money: 'kept' }
  if (age_ms < answeredMs) return { status: 'needs_response', money: 'taken' }
  if (age_ms < decidedMs) return { status: 'under_review', money: 'taken' }
  return later === 'dispute_lost' ? { status: 'lost', money: 'taken' } : { status: 'won', money: 'returned' }
}
