import type { Actor } from '../../core/actor.ts'
import type { Id } from '../../core/id/id.ts'
import type { Problem } from '../../core/problem.ts'
import type { IdempotencyClaim } from '../../database/idempotency.ts'
import type { EventEnvironment } from '../../events/render.ts'
import type { AllocationPolicy } from '../allocation.ts'
import type { ReceivableKind } from '../receivable.ts'

/** Who is to get the money: amounts that the caller named, or a policy over what is owed. */
export type PaymentTarget =
  | { kind: 'explicit'; allocations: { receivable_id: Id; amount: bigint; pointer: string }[] }
  | { kind: 'policy'; policy: AllocationPolicy; scope: TargetScope }

/** What a policy spreads over: one receivable, all of a customer, all of an account, or those named, in their order. */
export type TargetScope = { receivables: Id[] } | { customer: Id } | { account: Id }

/** Whether a payment may read balances that it does not write: a policy over several does. */
export function readsMore(target: PaymentTarget): boolean {
  return target.kind === 'policy' && !('receivables' in target.scope && target.scope.receivables.length === 1)
}

/** The claims that make a payment happen once. A payment has a reference, or it is a session's, which exists already and is to succeed. */
export type PaymentClaim =
  | { kind: 'record'; reference: string; fingerprint: Buffer }
  | { kind: 'session'; processor_reference: string; method_details?: Record<string, unknown> | undefined }

/** One payment to apply. Everything that can be known before the balances are read is in it. */
export type PaymentCommand = {
  environment: EventEnvironment
  actor: Actor
  request_id: string
  idempotency?: IdempotencyClaim | undefined
  claim: PaymentClaim
  payment: {
    /** Its bucket is the customer's. */
    id: Id
    /** Undefined: that of the first receivable of the target. A hot payment saves a look-up this way. */
    customer_id: Id | undefined
    amount: bigint
    currency: string
    channel: string
    /** Whose clearing account holds the money: the processor's, or the channel's. */
    clearing: string
    received_at: Date
    metadata: Record<string, string>
  }
  target: PaymentTarget
  renderer: Renderer
}

/** Renders what the caller is told, inside the transaction: the idempotency record keeps it. */
export type Renderer = {
  payment(payment: AppliedPayment): RenderedText
  /** A 409 or 422 that is decided inside the transaction is kept too. */
  problem(problem: Problem): RenderedText
}

/** What a caller is told, as text. */
export type RenderedText = { status: number; body: string }

/** One application: the amount, what it was applied to, and its new obligation. */
export type AppliedLine = {
  obligation_id: Id
  receivable_id: Id
  /** Where it is entered: the payment's own transaction, unless what was paid counts from later. */
  transaction_id: Id
  kind: ReceivableKind
  amount: bigint
  rule: string
  balance_after: bigint
}

/** A payment as it stands right after it was applied. */
export type AppliedPayment = {
  command: PaymentCommand
  customer_id: Id
  applied_amount: bigint
  unapplied_amount: bigint
  lines: AppliedLine[]
  explanation: PaymentExplanation
  recorded_at: Date
}

/** Who got what, and by which rule, in the API's words. Kept with the payment and part of its events. */
export type PaymentExplanation = {
  policy: AllocationPolicy | 'explicit'
  applied: { to: string; amount: number; rule: string }[]
  skipped: { to: string; reason: string }[]
  unapplied_amount: number
}

/** What became of a command. */
export type PaymentOutcome =
  | { kind: 'applied'; payment_id: Id; response: RenderedText }
  /** The idempotency key had an answer already. */
  | { kind: 'replayed'; response: RenderedText }
  /** The reference belongs to an earlier payment: the same one again, or another. */
  | { kind: 'reference_taken'; payment_id: Id; same: boolean }
  /** The session's payment had succeeded before. */
  | { kind: 'already_succeeded' }
  /** No receivable tells whose payment it is: name the customer, or find out that there is none. Nothing was kept. */
  | { kind: 'target_unknown' }
  | { kind: 'refused'; problem: Problem }
