import { formatInstant } from '../../core/clock.ts'
import { formatId, type Id } from '../../core/id/id.ts'
import { toNumber } from '../../core/money.ts'
import type { FieldError } from '../../core/problem.ts'
import { sha256 } from '../../core/secret.ts'
import { allocationPolicies } from '../../ledger/allocation.ts'
import type { PaymentDetails, RecordedTarget } from '../../ledger/payments/command.ts'
import type { PaymentRow } from './store.ts'

/** All that a request said of a payment, however it was spelt. What is left out of it was left out of the request. */
export type Said = {
  channel: string
  reference: string
  amount: bigint
  currency: string
  metadata: Record<string, string>
  details: PaymentDetails | undefined
  /** `by_code` where the request leaves it to the transfer notice whose code it holds, `unidentified` where nobody knows. */
  target: RecordedTarget | 'by_code' | 'unidentified'
  /** The member of the request that names the target. */
  target_pointer: string
  replaces: Id | null
  received_at: Date | undefined
}

type Fingerprinted = Pick<Said, 'amount' | 'currency' | 'metadata' | 'details' | 'target' | 'replaces'>

// A fingerprint begins with its version; those of the first are a hash alone.
const version = 3
const hashLength = 32

/**
 * What a request is known by when it is sent again: all that it said but `received_at`, which is compared with the
 * payment's own, since a request that leaves it out is not another one.
 */
export function fingerprintOf(said: Fingerprinted): Buffer {
  return versioned(version, [...membersOf(said), inOrder(said.details ?? {})])
}

/** The fingerprint as it was made before there were details. */
function secondFingerprintOf(said: Fingerprinted): Buffer {
  return versioned(2, membersOf(said))
}

/** The members stand in their order, so that this is canonical. */
function membersOf({ amount, currency, metadata, target, replaces }: Fingerprinted): unknown[] {
  return [toNumber(amount), currency, policyOf(target), namedBy(target), inOrder(metadata), replaces]
}

function versioned(number: number, canonical: unknown[]): Buffer {
  const fingerprint = Buffer.alloc(1 + hashLength, number)
  sha256(JSON.stringify(canonical)).copy(fingerprint, 1)
  return fingerprint
}

/** The fingerprint as it was first made: of the amount, the currency and the target. */
function firstFingerprintOf({ amount, currency, target }: Fingerprinted): Buffer {
  return sha256(JSON.stringify({ amount: toNumber(amount), currency, named: namedBy(target) }))
}

/**
 * What differs between a request and the payment that was made of the one with this fingerprint, a fault for each
 * member. None: it is the same again. A payment with a fingerprint of an earlier version is compared by what that held.
 */
export function differences(said: Said, fingerprint: Buffer, payment: PaymentRow): FieldError[] {
  const first = fingerprint.length === hashLength
  const second = !first && fingerprint[0] === 2
  const make = first ? firstFingerprintOf : second ? secondFingerprintOf : fingerprintOf
  const isMadeOf = (one: Fingerprinted) => make(one).equals(fingerprint)
  const late = first ? [] : timeFaults(said, payment)
  if (isMadeOf(said)) return late
  // The target is in the fingerprint only. It is the same when the fingerprint comes of it and of what the payment has;
  // the metadata and the details may have been erased from that since.
  const stored = { ...payment, details: payment.details ?? undefined, target: withPolicyOf(payment, said.target) }
  const sameButErased = isMadeOf({ ...stored, metadata: said.metadata, details: said.details })
  return [
    ...amountFaults(said, payment),
    ...(first ? [] : ruleFaults(said, payment)),
    ...(first || sameButErased ? [] : metadataFaults(said, payment)),
    ...(first || second || sameButErased ? [] : detailsFaults(said, payment)),
    ...(sameButErased || isMadeOf(stored) ? [] : [fault(said.target_pointer, 'The payment has another target.')]),
    ...late,
  ]
}

function amountFaults(said: Said, { amount, currency }: PaymentRow): FieldError[] {
  return [
    ...(said.amount === amount ? [] : [fault('/amount', `The payment is of ${amount}.`)]),
    ...(said.currency === currency ? [] : [fault('/currency', `The payment is in ${currency}.`)]),
  ]
}

function ruleFaults({ target, replaces }: Said, payment: PaymentRow): FieldError[] {
  const policies = [policyOf(target), payment.explanation?.policy]
  const unsaid = ['explicit', 'by_code', 'chosen', 'direct', 'unidentified']
  return [
    ...(policies[0] === policies[1] || policies.some((one) => unsaid.includes(one ?? ''))
      ? []
      : [fault('/policy', `The payment was spread by ${policies[1]}.`)]),
    ...(replaces === payment.replaces ? [] : [fault('/replaces', replacesText(payment.replaces))]),
  ]
}

function metadataFaults(said: Said, { metadata }: PaymentRow): FieldError[] {
  const same = JSON.stringify(inOrder(said.metadata)) === JSON.stringify(inOrder(metadata))
  return same ? [] : [fault('/metadata', 'The payment has other metadata.')]
}

function detailsFaults({ details }: Said, payment: PaymentRow): FieldError[] {
  const same = JSON.stringify(inOrder(details ?? {})) === JSON.stringify(inOrder(payment.details ?? {}))
  return same ? [] : [fault('/details', 'The payment has other details.')]
}

function timeFaults({ received_at }: Said, payment: PaymentRow): FieldError[] {
  const known = payment.received_at
  if (received_at === undefined || known === null || received_at.getTime() === known.getTime()) return []
  return [fault('/received_at', `The payment was received at ${formatInstant(known)}.`)]
}

function replacesText(replaces: Id | null): string {
  return replaces === null ? 'The payment replaces none.' : `The payment replaces ${formatId('payment', replaces)}.`
}

function fault(pointer: string, detail: string): FieldError {
  return { pointer, code: 'payment_reference_conflict', detail }
}

/** The target as it would have been under the payment's policy; one of named amounts has none. */
function withPolicyOf({ explanation }: PaymentRow, target: Said['target']): Said['target'] {
  const policy = allocationPolicies.find((one) => one === explanation?.policy)
  return typeof target !== 'string' && target.kind === 'policy' && policy !== undefined ? { ...target, policy } : target
}

function policyOf(target: Said['target']): string {
  if (typeof target === 'string') return target
  return target.kind === 'explicit' ? 'explicit' : target.policy
}

function namedBy(target: Said['target']): unknown {
  if (typeof target === 'string') return null
  return target.kind === 'explicit'
    ? target.allocations.map((one) => [one.receivable_id, String(one.amount)])
    : target.scope
}

function inOrder(texts: Readonly<Record<string, string | undefined>>): [string, string | undefined][] {
  return Object.entries(texts).sort(([one], [other]) => (one < other ? -1 : 1))
}
