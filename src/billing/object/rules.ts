import type { RequestEnvironment } from '../../context.ts'
import { effectiveRules, limitToDebt, type PaymentRules } from '../../core/payment-rules.ts'
import type { AccountRow, BillRow, CustomerRow } from './rows.ts'

/** What the rules of an object are derived from. */
export type RuledRow =
  | Pick<CustomerRow, 'kind' | 'payment_rules' | 'balance'>
  | Pick<AccountRow, 'kind' | 'payment_rules' | 'customer_rules' | 'balance'>
  | Pick<BillRow, 'kind' | 'payment_rules' | 'customer_rules' | 'account_rules' | 'balance'>
type Environment = Pick<RequestEnvironment, 'payment_rules'>

/**
 * The effective rules of an object, after inheritance. Responses, look-ups and pages all use this function, so they show
 * the same rules. A bill is never overpaid, so its maximum is its remaining amount.
 */
export function rulesOf(environment: Environment, row: RuledRow): PaymentRules {
  const above = row.kind === 'customer' ? [] : [row.customer_rules]
  if (row.kind === 'bill') above.push(row.account_rules ?? {})
  const rules = effectiveRules(environment.payment_rules, ...above, row.payment_rules)
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
