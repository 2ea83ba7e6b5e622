import { assert } from '../core/assert.ts'
import type { Id } from '../core/id/id.ts'
import { maxBalance } from '../core/money.ts'

/** How a payment is spread when the caller does not say who gets what. */
export const allocationPolicies = ['due_date_first', 'oldest_first', 'proportional', 'in_order'] as const
export type AllocationPolicy = (typeof allocationPolicies)[number]

/** What the allocation needs to know about a receivable; the write path and the preview both have it. */
export type Candidate = {
  readonly id: Id
  readonly kind: 'customer' | 'account' | 'bill'
  readonly currency: string
  readonly balance: bigint
  readonly status: 'unpaid' | 'paid' | 'voided' | null
  readonly due_date: string | null
  readonly bill_date: string | null
  readonly overpayment_allowed: boolean
}

/** One amount for one receivable, and the rule that gave it. */
export type AllocationLine = {
  receivable_id: Id
  amount: bigint
  rule: AllocationPolicy | 'explicit' | 'chosen' | 'overpayment'
}
export type SkipReason = 'currency_differs' | 'voided' | 'nothing_owed'
export type Allocation = {
  lines: AllocationLine[]
  unapplied: bigint
  skipped: { receivable_id: Id; reason: SkipReason }[]
}

/**
 * Spreads `amount` over the candidates by a policy. Pure: the preview, the write path and the model test call this one
 * function. Nothing is refused: what does not fit is left unapplied. The lines and `unapplied` always sum to `amount`.
 */
export function allocate(
  amount: bigint,
  currency: string,
  policy: AllocationPolicy,
  candidates: readonly Candidate[],
): Allocation {
  const skipped: Allocation['skipped'] = []
  const open: Candidate[] = []
  const usable: Candidate[] = []
  for (const candidate of candidates) {
    const reason = skipReason(candidate, currency)
    if (reason !== 'nothing_owed' && reason !== undefined) skipped.push({ receivable_id: candidate.id, reason })
    else {
      usable.push(candidate)
      if (reason === undefined) open.push(candidate)
    }
  }
  const ordered = order(open, policy)
  const lines = policy === 'proportional' ? inProportion(amount, ordered) : oneAfterAnother(amount, ordered, policy)
  const rest = amount - lines.reduce((sum, line) => sum + line.amount, 0n)
  const overpaid = overpay(rest, order(usable, policy), lines)
  const paid = new Set(lines.map(({ receivable_id }) => receivable_id))
  for (const candidate of usable) {
    if (candidate.balance <= 0n && !paid.has(candidate.id)) {
      skipped.push({ receivable_id: candidate.id, reason: 'nothing_owed' })
    }
  }
  const unapplied = rest - overpaid
  const applied = lines.reduce((sum, line) => sum + line.amount, 0n)
  assert(applied + unapplied === amount && unapplied >= 0n, 'an allocation always sums to its payment')
  return { lines, unapplied, skipped }
}

function skipReason(candidate: Candidate, currency: string): SkipReason | undefined {
  if (candidate.currency !== currency) return 'currency_differs'
  if (candidate.status === 'voided') return 'voided'
  return candidate.balance > 0n ? undefined : 'nothing_owed'
}

/** An amount that a payer chose to pay of a receivable. */
export type ChosenAmount = { receivable_id: Id; amount: bigint }

/**
 * Gives each receivable, in order and as far as the money goes, the smaller of what was chosen for it and what it owes. A balance
 * whose rules allow overpayment takes all that was chosen for it. What is left stays unapplied: it is never spent on what was not
 * chosen. Pure, like `allocate`.
 */
export function allocateChosen(
  amount: bigint,
  currency: string,
  chosen: readonly ChosenAmount[],
  get: (id: Id) => Candidate | undefined,
): Allocation {
  const lines: AllocationLine[] = []
  const skipped: Allocation['skipped'] = []
  let unapplied = amount
  for (const { receivable_id, amount: wanted } of chosen) {
    const candidate = get(receivable_id)
    if (!candidate) continue
    const reason = skipReason(candidate, currency)
    const overpaid = candidate.kind !== 'bill' && candidate.overpayment_allowed && reason !== 'currency_differs'
    const owed = reason === undefined ? candidate.balance : 0n
    const most = overpaid ? maxBalance + candidate.balance : owed
    const fits = wanted < most ? wanted : most
    const part = fits < unapplied ? fits : unapplied
    if (part > 0n) lines.push({ receivable_id, amount: part, rule: owed > 0n ? 'chosen' : 'overpayment' })
    else if (reason !== undefined) skipped.push({ receivable_id, reason })
    assert(part >= 0n, 'nothing is taken from whom money is for')
    unapplied -= part
  }
  assert(unapplied >= 0n, 'no more is applied than has arrived')
  return { lines, unapplied, skipped }
}

/** `due_date_first`: earliest due first, those without a due date after them; ties, and the rest, by age. Ids end all ties. */
function order(candidates: Candidate[], policy: AllocationPolicy): Candidate[] {
  if (policy === 'in_order' || policy === 'proportional') return candidates
  const age = (one: Candidate) => `${one.bill_date ?? '0000-00-00'} ${one.id}`
  const key = (one: Candidate) =>
    policy === 'due_date_first' ? `${one.due_date ?? '9999-99-99'} ${age(one)}` : age(one)
  return candidates
    .map((candidate) => ({ candidate, key: key(candidate) }))
    .sort((left, right) => (left.key < right.key ? -1 : 1))
    .map(({ candidate }) => candidate)
}

function oneAfterAnother(amount: bigint, candidates: Candidate[], rule: AllocationPolicy): AllocationLine[] {
  const lines: AllocationLine[] = []
  let rest = amount
  for (const { id, balance } of candidates) {
    if (rest === 0n) break
    const part = rest < balance ? rest : balance
    lines.push({ receivable_id: id, amount: part, rule })
    rest -= part
  }
  return lines
}

/**
 * Each gets its share of what is owed, rounded down to whole minor units; the units left over go to the largest
 * remainders.
 */
function inProportion(amount: bigint, candidates: Candidate[]): AllocationLine[] {
  const owed = candidates.reduce((sum, { balance }) => sum + balance, 0n)
  if (amount >= owed) return oneAfterAnother(amount, candidates, 'proportional')
  const shares = candidates.map(({ id, balance }) => ({
    id,
    amount: (amount * balance) / owed,
    remainder: (amount * balance) % owed,
  }))
  let left = amount - shares.reduce((sum, share) => sum + share.amount, 0n)
  // Sorting keeps the order of equal ones.
  const byRemainder = shares.toSorted((one, other) =>
    one.remainder === other.remainder ? 0 : one.remainder > other.remainder ? -1 : 1,
  )
  for (const share of byRemainder) {
    if (left === 0n) break
    share.amount += 1n
    left -= 1n
  }
  return shares
    .filter((share) => share.amount > 0n)
    .map((share) => ({ receivable_id: share.id, amount: share.amount, rule: 'proportional' as const }))
}

/** Applies what is left over to the first balance whose rules allow overpayment, never to a bill. Returns how much. */
function overpay(rest: bigint, candidates: Candidate[], lines: AllocationLine[]): bigint {
  const taker = candidates.find(({ kind, overpayment_allowed }) => kind !== 'bill' && overpayment_allowed)
  if (!taker) return 0n
  const paid = lines.find((line) => line.receivable_id === taker.id)
  const capacity = maxBalance + (taker.balance - (paid?.amount ?? 0n))
  const part = rest < capacity ? rest : capacity
  if (part <= 0n) return 0n
  if (paid) paid.amount += part
  else lines.push({ receivable_id: taker.id, amount: part, rule: 'overpayment' })
  return part
}

/** Why an amount that the caller named cannot be applied as written; `undefined` when it can. */
export function explicitFault(
  amount: bigint,
  currency: string,
  candidate: Candidate,
): 'currency_mismatch' | 'bill_voided' | 'amount_exceeds_remaining' | undefined {
  if (candidate.currency !== currency) return 'currency_mismatch'
  if (candidate.status === 'voided') return 'bill_voided'
  if (candidate.kind !== 'bill' && candidate.overpayment_allowed) {
    return candidate.balance - amount < -maxBalance ? 'amount_exceeds_remaining' : undefined
  }
  return amount > candidate.balance ? 'amount_exceeds_remaining' : undefined
}
