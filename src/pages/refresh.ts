import type { PaymentStatus } from '../core/payment-status.ts'
import { type Html, html } from '../html/html.ts'
import type { Voice } from '../html/language/voice.ts'

// Most banks decide within seconds; who waits for longer need not ask as often, and a page that was forgotten not at all.
const steps = [
  { within_ms: 2 * 60_000, refresh_s: 5 },
  { within_ms: 3_600_000, refresh_s: 30 },
] as const

const unfinished: readonly PaymentStatus[] = ['initiating', 'pending_action', 'processing']

/** In how many seconds the page of something that was begun looks again by itself; `undefined` when it does not any more. */
export function refreshSince(begun: Date, now: Date): number | undefined {
  return steps.find(({ within_ms }) => now.getTime() - begun.getTime() < within_ms)?.refresh_s
}

/** The same of a payment, which has to be looked at only while it is unfinished. */
export function refreshOf(
  { status, created_at }: { status: PaymentStatus; created_at: Date },
  now: Date,
): number | undefined {
  return unfinished.includes(status) ? refreshSince(created_at, now) : undefined
}

/** Says so on the page: nobody is to wonder why it moves. */
export function refreshNote(refresh_s: number | undefined, { text }: Voice): Html | undefined {
  return refresh_s === undefined ? undefined : html`<p class="hint">${text.paying.refreshes}</p>\n`
}
