import { toNumber } from './money.ts'
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

type Limit = 'min_amount' | 'max_amount'
type Levels = readonly (PaymentRuleOverrides | null | undefined)[]

function merge(levels: Levels): typeof defaults {
  return Object.assign({}, defaults, ...levels)
}

/**
 * The effective rules of some levels, the nearest last: field by field the nearest wins. When min_amount and max_amount
 * come from two levels and contradict each other, since a level above was changed later, the nearer limit wins and the
 * other is set equal to it. So there is always an amount that both allow.
 */
export function effectiveRules(...levels: Levels): PaymentRules {
  const merged = merge(levels)
  const setAt = (limit: Limit) => levels.findLastIndex((level) => level?.[limit] !== undefined)
  if (merged.min_amount > merged.max_amount) {
    if (setAt('min_amount') > setAt('max_amount')) merged.max_amount = merged.min_amount
    else merged.min_amount = merged.max_amount
  }
  return { ...merged, min_amount: BigInt(merged.min_amount), max_amount: BigInt(merged.max_amount) }
}

/** The rules for a debt of `owed`: without overpayment max_amount is at most the debt, and min_amount at most max_amount. */
export function limitToDebt(rules: PaymentRules, owed: bigint): PaymentRules {
  const max = rules.overpayment_allowed || rules.max_amount < owed ? rules.max_amount : owed
  return { ...rules, max_amount: max, min_amount: rules.min_amount < max ? rules.min_amount : max }
}

/** What a payer may be asked for now; `undefined` when nothing can be paid. */
export type PayableRange = { from: bigint; to: bigint }

/**
 * The range that may be asked, given what remains. The whole remainder may always be paid unless it exceeds the
 * maximum, even when it is below the minimum; without overpayment the maximum is what remains.
 */
export function payableRange(rules: PaymentRules, remaining: bigint): PayableRange | undefined {
  const owed = remaining > 0n ? remaining : 0n
  const { min_amount: least, max_amount: to } = limitToDebt(rules, owed)
  if (to <= 0n) return undefined
  if (!rules.underpayment_allowed && owed > 0n) return owed > to ? undefined : { from: owed, to }
  return { from: owed > 0n && owed < least ? owed : least, to }
}

/** A change of the rules of one level. */
export type RulesPatch = { [Rule in keyof PaymentRuleOverrides]?: PaymentRuleOverrides[Rule] | null | undefined }

/**
 * Changes the rules that one level sets itself: rules that are sent change, `null` inherits again (one rule, or all of
 * them). `inherited` are the levels above it, the furthest first. Throws `invalid_payment_rules` when a limit that is sent
 * contradicts the resulting rules. A contradiction that a change above has caused does not prevent other changes.
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
  const { min_amount: min, max_amount: max } = merge([...inherited, changed])
  const limited = patch?.min_amount !== undefined || patch?.max_amount !== undefined
  if (limited && min > max) {
    const named = typeof patch?.min_amount === 'number' ? 'min_amount' : 'max_amount'
    const detail = `After inheritance min_amount would be ${min} and max_amount ${max}.`
    throw fieldProblem('invalid_payment_rules', `${pointer}/payment_rules/${named}`, detail)
  }
  return changed
}

/** The rules as the API shows them. */
export function formatRules(rules: PaymentRules) {
  return { ...rules, min_amount: toNumber(rules.min_amount), max_amount: toNumber(rules.max_amount) }
}
