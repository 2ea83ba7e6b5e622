import { fieldProblem } from './problem.ts'

/** What may be asked of a payer, in minor units. Rules limit what is asked for; they never refuse money that has arrived. */
export type PaymentRules = {
  min_amount: bigint
  max_amount: bigint
  underpayment_allowed: boolean
  overpayment_allowed: boolean
}

/** The rules that one level sets itself; what is absent is inherited. Stored as JSON, so amounts are numbers there. */
export type PaymentRuleOverrides = {
  min_amount?: number
  max_amount?: number
  underpayment_allowed?: boolean
  overpayment_allowed?: boolean
}

const defaults = { min_amount: 1, max_amount: 999_999_999_999, underpayment_allowed: true, overpayment_allowed: false }

/** Merges the levels field by field; the last one given is the nearest and wins. */
export function effectiveRules(...levels: (PaymentRuleOverrides | null | undefined)[]): PaymentRules {
  const merged = Object.assign({}, defaults, ...levels) as typeof defaults
  return { ...merged, min_amount: BigInt(merged.min_amount), max_amount: BigInt(merged.max_amount) }
}

/** What a payer may be asked for now; `undefined` when nothing can be paid. */
export type PayableRange = { from: bigint; to: bigint }

/**
 * The range that may be asked, given what remains. The whole remainder may always be paid unless it exceeds the
 * maximum, even when it is below the minimum; without overpayment the maximum is what remains.
 */
export function payableRange(rules: PaymentRules, remaining: bigint): PayableRange | undefined {
  const owed = remaining > 0n ? remaining : 0n
  const to = rules.overpayment_allowed || owed > rules.max_amount ? rules.max_amount : owed
  if (to <= 0n) return undefined
  const least = rules.min_amount > 0n ? rules.min_amount : 1n
  if (!rules.underpayment_allowed && owed > 0n) return owed > to ? undefined : { from: owed, to }
  return { from: owed > 0n && owed < least ? owed : least > to ? to : least, to }
}

/** A change of the rules of one level. */
export type RulesPatch = { [Rule in keyof PaymentRuleOverrides]?: PaymentRuleOverrides[Rule] | null | undefined }

/**
 * Changes the rules that one level sets itself: rules that are sent change, `null` inherits again (one rule, or all of
 * them). `inherited` are the levels above it, the furthest first. Throws `invalid_payment_rules` when the resulting
 * rules contradict each other.
 */
export function changeRules(
  inherited: readonly PaymentRuleOverrides[],
  current: PaymentRuleOverrides,
  patch: RulesPatch | null | undefined,
  pointer = '',
): PaymentRuleOverrides {
  if (patch === undefined) return current
  const changed = Object.fromEntries(
    Object.entries(patch === null ? {} : { ...current, ...patch }).filter(
      ([, value]) => value !== null && value !== undefined,
    ),
  ) as PaymentRuleOverrides
  const { min_amount: min, max_amount: max } = effectiveRules(...inherited, changed)
  if (min > max) {
    const named = typeof patch?.min_amount === 'number' ? 'min_amount' : 'max_amount'
    const detail = `After inheritance min_amount would be ${min} and max_amount ${max}.`
    throw fieldProblem('invalid_payment_rules', `${pointer}/payment_rules/${named}`, detail)
  }
  return changed
}

/** The rules as the API shows them. */
export function formatRules(rules: PaymentRules) {
  return { ...rules, min_amount: Number(rules.min_amount), max_amount: Number(rules.max_amount) }
}
