import type { RequestEnvironment } from '../../context.ts'
import { effectiveRules, limitToDebt, type PaymentRuleOverrides, type PaymentRules } from '../../core/payment-rules.ts'
import type { AccountRow, BillRow, CustomerRow } from './rows.ts'

/**
 * What the rules of an object are derived from: its own, and those of the levels above it, where there are any. A list of debts reads the same
 * levels for every kind, so that an object's own rules may come twice: the nearest wins, which is the same.
 */
export type RuledRow = {
  payment_rules: PaymentRuleOverrides
  customer_rules?: PaymentRuleOverrides
  account_rules?: PaymentRuleOverrides | null
} & ({ kind: 'customer' | 'account'; balance: bigint | null } | { kind: 'bill'; balance: bigint })

type Environment = Pick<RequestEnvironment, 'payment_rules'>

/**
 * The effective rules of an object, after inheritance. Responses, look-ups and pages all use this function, so they show
 * the same rules. A bill is never overpaid, so its maximum is its remaining amount.
 */
export function rulesOf(environment: Environment, row: RuledRow): PaymentRules {
  const rules = effectiveRules(environment.payment_rules, row.customer_rules, row.account_rules, row.payment_rules)
  return row.kind === 'bill' ? limitToDebt({ ...rules, overpayment_allowed: false }, row.balance) : rules
}

/** As `rulesOf`, but `undefined` for an object that cannot be paid: without a balance, or a paid or voided bill. */
export function payableRules(
  environment: Environment,
  row: CustomerRow | AccountRow | BillRow,
): PaymentRules | undefined {
  const payable = row.kind === 'bill' ? row.status === 'unpaid' : row.balance !== null
  return payable ? rulesOf(environment, row) : undefined
}
