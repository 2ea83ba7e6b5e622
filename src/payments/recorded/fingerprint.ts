import { formatInstant } from '../../core/clock.ts'
import { formatId, type Id } from '../../core/id/id.ts'
import { toNumber } from '../../core/money.ts'
import type { FieldError } from '../../core/problem.ts'
import { sha256 } from '../../core/secret.ts'
import { allocationPolicies } from '../../ledger/allocation.ts'
import type { RecordedTarget } from '../../ledger/payments/command.ts'
import type { PaymentRow } from './store.ts'

/** All that a request said of a payment, however it was spelt. What is left out of it was left out of the request. */
export type Said = {
  channel: string
  reference: string
  amount: bigint
  currency: string
  metadata: Record<string, string>
  target: RecordedTarget
  /** The member of the request that names the target. */
  target_pointer: string
  replaces: Id | null
  received_at: Date | undefined
}

type Fingerprinted = Pick<Said, 'amount' | 'currency' | 'metadata' | 'target' | 'replaces'>

// A fingerprint begins with its version; those of the first are a hash alone.
const version = 2
const hashLength = 32

/**
 * What a request is known by when it is sent again: all that it said but `received_at`, which is compared with the
 * payment's own, since a request that leaves it out is not another one.
 */
export function fingerprintOf({ amount, currency, metadata, target, replaces }: Fingerprinted): Buffer {
  // The members stand in their order, so that this is canonical.
  const canonical = [toNumber(amount), currency, policyOf(target), namedBy(target), inOrder(metadata), replaces]
  const fingerprint = Buffer.alloc(1 + hashLength, version)
  sha256(JSON.stringify(canonical)).copy(fingerprint, 1)
  return fingerprint
}

/** The fingerprint as it was first made: of the amount, the currency and the target. */
function firstFingerprintOf({ amount, currency, target }: Omit<Fingerprinted, 'metadata' | 'replaces'>): Buffer {
  return sha256(JSON.stringify({ amount: toNumber(amount), currency, named: namedBy(target) }))
}

/**
 * What differs between a request and the payment that was made of the one with this fingerprint, a fault for each
 * member. None: it is the same again. A payment with a fingerprint of the first version is compared by what that held.
 */
export function differences(said: Said, fingerprint: Buffer, payment: PaymentRow): FieldError[] {
  const first = fingerprint.length === hashLength
  const isMadeOf = (one: Fingerprinted) => (first ? firstFingerprintOf(one) : fingerprintOf(one)).equals(fingerprint)
  const late = first ? [] : timeFaults(said, payment)
  if (isMadeOf(said)) return late
  // The target is in the fingerprint only. It is the same when the fingerprint comes of it and of what the payment has;
  // the metadata may have been erased from that since.
  const stored = { ...payment, target: withPolicyOf(payment, said.target) }
  const sameButErased = isMadeOf({ ...stored, metadata: said.metadata })
  return [
    ...amountFaults(said, payment),
    ...(first ? [] : ruleFaults(said, payment)),
    ...(first || sameButErased ? [] : metadataFaults(said, payment)),
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
  return [
    ...(policies[0] === policies[1] || policies.includes('explicit')
      ? []
      : [fault('/policy', `The payment was spread by ${policies[1]}.`)]),
    ...(replaces === payment.replaces ? [] : [fault('/replaces', replacesText(payment.replaces))]),
  ]
}

function metadataFaults(said: Said, { metadata }: PaymentRow): FieldError[] {
  const same = JSON.stringify(inOrder(said.metadata)) === JSON.stringify(inOrder(metadata))
  return same ? [] : [fault('/metadata', 'The payment has other metadata.')]
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
function withPolicyOf({ explanation }: PaymentRow, target: RecordedTarget): RecordedTarget {
  const policy = allocationPolicies.find((one) => one === explanation?.policy)
  return target.kind === 'policy' && policy !== undefined ? { ...target, policy } : target
}

function policyOf(target: RecordedTarget): string {
  return target.kind === 'explicit' ? 'explicit' : target.policy
}

function namedBy(target: RecordedTarget): unknown {
  return target.kind === 'explicit'
    ? target.allocations.map((one) => [one.receivable_id, String(one.amount)])
    : target.scope
}

function inOrder(metadata: Record<string, string>): [string, string][] {
  return Object.entries(metadata).sort(([one], [other]) => (one < other ? -1 : 1))
}
