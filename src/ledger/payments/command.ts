import type { z } from 'zod'
import type { Actor } from '../../core/actor.ts'
import type { Id } from '../../core/id/id.ts'
import type { Problem } from '../../core/problem.ts'
import type { IdempotencyClaim } from '../../database/idempotency.ts'
import type { EventEnvironment } from '../../events/outbox.ts'
import type { methodDetails } from '../../shapes/payment-method.ts'
import type { SpanContext } from '../../tracing/span.ts'
import type { AllocationPolicy, ChosenAmount } from '../allocation.ts'
import type { CheckoutRow } from '../checkouts/checkout.ts'
import type { SystemAccount } from '../journal-rows.ts'
import type { NoticeRow } from '../notices/notice.ts'
import type { ReceivableKind } from '../receivable.ts'
import type { LockedPayment, ReceivableSelection } from '../store.ts'

/**
 * How a payment is to be allocated: amounts that the caller named, a policy over what is owed, amounts that a payer
 * chose and that may not be owed any more when the money arrives, or nothing of Billing: then the money is direct. Or its
 * payer is not known: then it lies in suspense.
 */
export type PaymentTarget =
  | { kind: 'explicit'; allocations: { receivable_id: Id; amount: bigint; pointer: string }[] }
  | { kind: 'policy'; policy: AllocationPolicy; scope: TargetScope }
  | { kind: 'chosen'; amounts: readonly ChosenAmount[] }
  | { kind: 'direct' }
  | { kind: 'unidentified' }

/** The target that a recorded payment names. */
export type RecordedTarget = Extract<PaymentTarget, { kind: 'explicit' | 'policy' }>

/** What a policy spreads over: one receivable, all of a customer, all of an account, or those named, in their order. */
export type TargetScope = { receivables: Id[] } | { customer: Id } | { account: Id }

/** One id for everything that a payment may touch: its payer's choice of a target, or the first of several. */
export function firstOf(target: PaymentTarget): Id {
  if (target.kind === 'explicit') return target.allocations[0]?.receivable_id ?? ''
  if (target.kind === 'chosen') return target.amounts[0]?.receivable_id ?? ''
  if (target.kind === 'direct' || target.kind === 'unidentified') return ''
  if ('customer' in target.scope) return target.scope.customer
  return 'account' in target.scope ? target.scope.account : (target.scope.receivables[0] ?? '')
}

/** Whether a payment may read balances that it does not write: a policy or a choice over several does. */
export function readsMore(target: PaymentTarget): boolean {
  if (target.kind === 'chosen') return target.amounts.length > 1
  return target.kind === 'policy' && !('receivables' in target.scope && target.scope.receivables.length === 1)
}

/** Which receivables the commands may touch: some by their ids, all of some customers, all of some accounts. */
export function touchedBy(
  commands: Pick<PaymentCommand, 'target'>[],
): Required<Omit<ReceivableSelection, 'environments'>> {
  const ids = new Set<Id>()
  const customers = new Set<Id>()
  const accounts = new Set<Id>()
  for (const { target } of commands) {
    if (target.kind === 'explicit') for (const { receivable_id } of target.allocations) ids.add(receivable_id)
    else if (target.kind === 'chosen') for (const { receivable_id } of target.amounts) ids.add(receivable_id)
    else if (target.kind === 'direct' || target.kind === 'unidentified') continue
    else if ('receivables' in target.scope) for (const id of target.scope.receivables) ids.add(id)
    else if ('customer' in target.scope) customers.add(target.scope.customer)
    else accounts.add(target.scope.account)
  }
  return { ids: [...ids], customers: [...customers], accounts: [...accounts] }
}

/** The same, to be locked or read where it is in these environments. */
export function selectionOf(
  commands: Pick<PaymentCommand, 'target'>[],
  environments: number[],
): Required<ReceivableSelection> {
  return { ...touchedBy(commands), environments }
}

/**
 * The claim that makes a payment happen once. A recorded payment has a reference, which is new, or is taken over from
 * a wholly reversed payment that it replaces; the payment of a session exists already and is to succeed.
 */
export type PaymentClaim =
  | { kind: 'record'; reference: string; fingerprint: Buffer }
  | { kind: 'replace'; reference: string; fingerprint: Buffer; replaces: Id }
  | {
      kind: 'session'
      processor_reference: string
      method_details?: z.input<typeof methodDetails> | undefined
      /** The request or session that it is an attempt to pay. */
      checkout_id: Id | undefined
    }

/** What the bank says of a payment: the text of its line, and who paid from which account. All of it can be erased. */
export type PaymentDetails = {
  text?: string | undefined
  payer_name?: string | undefined
  payer_account?: string | undefined
}

/** One payment to apply, with everything that can be known before the balances are read. */
export type PaymentCommand = {
  environment: EventEnvironment
  actor: Actor
  request_id: string
  idempotency?: IdempotencyClaim | undefined
  claim: PaymentClaim
  payment: {
    /** Its bucket is the customer's, where one is known. */
    id: Id
    /**
     * Undefined: the customer of the first receivable of the target. This saves a look-up on the hot path. Null: there is
     * none, and the money is direct or in suspense.
     */
    customer_id: Id | null | undefined
    amount: bigint
    currency: string
    channel: string
    /** Where the money comes from: the clearing account of its processor or channel, or another payment. */
    source: SystemAccount
    received_at: Date
    metadata: Record<string, string>
    details?: PaymentDetails | undefined
  }
  target: PaymentTarget
  /** The transfer notice whose code came with it, and the request or session that the notice is for. */
  notice?: Pick<NoticeRow, 'id' | 'checkout_id'> | undefined
  renderer: Renderer
  /** The span in which it was asked for. The queue notes it. */
  span?: SpanContext
}

/** Money that arrives for a payment: whose it is, and where it goes. */
export type Arrival = Pick<PaymentCommand, 'environment' | 'actor' | 'request_id' | 'payment' | 'target'> & {
  /** Why it comes from another customer. */
  reason?: string | undefined
}

/** Renders the response inside the transaction, since the idempotency record stores it. */
export type Renderer = {
  payment(payment: AppliedPayment): RenderedText
  /** A 409 or 422 that is decided inside the transaction is stored too. */
  problem(problem: Problem): RenderedText
}

/** A rendered response. */
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
  /** The version of the balance after it. */
  sequence: bigint
}

/** A payment right after it was applied. */
export type AppliedPayment<From extends Arrival = PaymentCommand> = {
  command: From
  /** Null when the money is direct or in suspense. */
  customer_id: Id | null
  applied_amount: bigint
  unapplied_amount: bigint
  direct_amount: bigint
  suspense_amount: bigint
  lines: AppliedLine[]
  /** The ledger transaction in which the money arrived. */
  transaction_id: Id
  explanation: PaymentExplanation
  recorded_at: Date
  /** The payment as it was started on a page; undefined for one that is recorded. */
  started: Pick<LockedPayment, 'version' | 'created_at'> | undefined
  /** Of a recorded payment that came with the code of a notice for its customer: the notice, and what that is to pay. */
  announced?: { notice: NoticeRow; checkout: CheckoutRow | undefined } | undefined
}

/** How a payment was allocated and by which rule, in the terms of the API. Stored with the payment and part of its events. */
export type PaymentExplanation = {
  policy: AllocationPolicy | 'explicit' | 'chosen' | 'direct' | 'unidentified'
  applied: { to: string; amount: number; rule: string }[]
  skipped: { to: string; reason: string }[]
  unapplied_amount: number
}

/** A payment that a reference names, or named until it was replaced, with the fingerprint of its request. */
export type ReferenceHolder = { payment_id: Id; fingerprint: Buffer }

/** The outcome of a command. */
export type PaymentOutcome =
  | { kind: 'applied'; payment_id: Id; response: RenderedText }
  /** The idempotency key already had a response. */
  | { kind: 'replayed'; response: RenderedText }
  /** The reference names an earlier payment, and may have named others before; or none that could be replaced. */
  | { kind: 'reference_taken'; holders: ReferenceHolder[] }
  /** The session's payment had succeeded before. */
  | { kind: 'already_succeeded' }
  /** No receivable identifies the customer: the caller has to name it, or find that there is none. Nothing was written. */
  | { kind: 'target_unknown' }
  | { kind: 'refused'; problem: Problem }
