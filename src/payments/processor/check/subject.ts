import type { Clock } from '../../../core/clock.ts'
import type { Id } from '../../../core/id/id.ts'
import type { ProcessorKind, Secrets, Served } from '../kinds.ts'
import type { Authorisation, Processor } from '../processor.ts'

/** What an adapter is opened with here: the client that it has to call with, and where its maker is. */
export type AdapterSetting = {
  clock: Clock
  fetch: typeof globalThis.fetch
  base_url: string
  mode: Served['mode']
  secrets: Secrets
}

/** An adapter that was opened; `verifyKey` is what its kind tries a new key with. */
export type CheckedProcessor = Processor & { verifyKey?(): Promise<void> }

/** What the kit checks: an adapter, and a stand-in for its maker. A module exports it as `processorUnderTest`. */
export type ProcessorUnderTest = {
  /** What is registered of it, or will be. */
  kind: Pick<ProcessorKind, 'title' | 'modes' | 'terms' | 'calls_back' | 'secrets'>
  open(setting: AdapterSetting): Promise<CheckedProcessor>
  /** Starts the stand-in. Its pages, and all that it tells of its own address, are at `base_url`, which leads to it. */
  start(base_url: string): Promise<Stage>
}

type Awaitable<T> = T | Promise<T>

/** A charge in the books of the maker, in our minor units. Convert them by hand: the adapter's conversion is what is checked. */
export type HeldCharge = { reference: string; amount: bigint; currency: string }

/** What may become of a charge at the maker: `waits` is a bank that decides later, `unknown_word` a state that no document names. */
export type Act = 'pays' | 'is_declined' | 'expires' | 'waits' | 'unknown_word'

/**
 * What a payer's bank may do with a charge that was paid: it asks, and no money moves; it disputes all of it, and the money is taken;
 * the merchant wins, and the money comes back; or it is in a state that no document names, in which no money has moved.
 */
export type DisputeAct = 'dispute_warned' | 'dispute_taken' | 'dispute_won' | 'dispute_unknown_word'

/** What arrives instead of what was asked, in our minor units; null: the maker does not say how much. */
export type Arrived = { amount?: bigint | null; currency?: string }

/** What a callback tells, and how. It says that the charge was paid, whether it was or not. */
export type ToldCallback = {
  reference: string
  /** By which the maker knows it when it is sent again. */
  event_id: string
  /** When it is signed. */
  at: Date
  mode: Served['mode']
  /** Signed with another secret of the same form, which the maker does not have. */
  forged: boolean
  /** What is sent instead of the usual body, and is signed like it. */
  body?(usual: string): string
}

/** A stand-in for the maker, and the means to play it. */
export type Stage = {
  /** Where it listens on this machine; undefined where the adapter makes no calls. */
  maker_url: string | undefined
  /** Secrets that it takes. */
  secrets: Secrets
  /** A key of the right form that it refuses. */
  refused_key?: string
  /** What it answers when it does not take a charge. */
  refusal?: { status: number; body: string }
  /** The header in which it names each request. */
  request_id_header?: string
  /** What the maker never does, with the reason. */
  cannot?: Partial<
    Record<
      | Act
      | DisputeAct
      | 'say_another_amount'
      | 'name_events'
      | 'sign_the_time'
      | 'call_in_another_mode'
      | 'settle_refunds',
      string
    >
  >
  /** All charges that it holds for a payment. */
  charges(payment_id: Id): Awaitable<HeldCharge[]>
  /** Does to a charge what its payer or a bank would. One that nobody can pay any more stays as it is. */
  play(reference: string, act: Act, arrived?: Arrived): Awaitable<void>
  /** The amounts of all refunds that it sent of a charge, in our minor units. */
  refunds?(reference: string): Awaitable<bigint[]>
  /** What it has captured and let go of, of a charge that is captured by hand, in our minor units. */
  authorisation?(reference: string): Awaitable<Authorisation>
  /** Has the time run out for which the amount of a charge is held. */
  lapse?(reference: string): Awaitable<void>
  /** Does to a charge that was paid what its payer's bank would. */
  dispute?(reference: string, act: DisputeAct): Awaitable<void>
  /** Settles charges that were paid, and what was sent back of them, at once: in one settlement that is new, of those in one currency. */
  settle?(references: readonly string[]): Awaitable<void>
  callback?(told: ToldCallback): Awaitable<{ body: string; headers: Record<string, string> }>
  stop(): Promise<void>
}
