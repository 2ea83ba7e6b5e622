import type { RequestEnvironment } from '../../context.ts'
import { effectiveRules, limitToDebt, type PaymentRules } from '../../core/payment-rules.ts'
import type { AccountRow, BillRow, CustomerRow } from './rows.ts'

type Row = CustomerRow | AccountRow | BillRow
type Environment = Pick<RequestEnvironment, 'payment_rules'>

/**
 * The rules that hold for an object: its own, else those of what it belongs to. Answers, look-ups and pages all ask here, so none can
 * say what another does not. A bill is never overpaid, so its most is what remains of it.
 */
export function rulesOf(environment: Environment, row: Row): PaymentRules {
  const above = row.kind === 'customer' ? [] : [row.customer_rules]
  if (row.kind === 'bill') above.push(row.account_rules ?? {})
  const rules = effectiveRules(environment.payment_rules, ...above, row.payment_rules)
  return row.kind === 'bill' ? limitToDebt({ ...rules, overpayment_allowed: false }, row.balance) : rules
}

/** As `rulesOf`; `undefined` where the object itself cannot be paid: it has no balance, or is a bill that is paid or voided. */
export function payableRules(environment: Environment, row: Row): PaymentRules | undefined {
  const payable = row.kind === 'bill' ? row.status === 'unpaid' : row.balance !== null
  return payable ? rulesOf(environment, row) : undefined
}
