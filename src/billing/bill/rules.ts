import type { RequestEnvironment } from '../../context.ts'
import { effectiveRules, type PaymentRules } from '../../core/payment-rules.ts'
import type { BillRow } from '../object/rows.ts'

/** The rules of a bill: a bill is never overpaid, so its maximum is what remains. `undefined` when nothing can be paid. */
export function billRules(
  environment: Pick<RequestEnvironment, 'payment_rules'>,
  row: BillRow,
): PaymentRules | undefined {
  if (row.status !== 'unpaid') return undefined
  const rules = effectiveRules(environment.payment_rules, row.customer_rules, row.account_rules, row.payment_rules)
  const max = rules.max_amount < row.balance ? rules.max_amount : row.balance
  return {
    ...rules,
    overpayment_allowed: false,
    max_amount: max,
    min_amount: rules.min_amount < max ? rules.min_amount : max,
  }
}
