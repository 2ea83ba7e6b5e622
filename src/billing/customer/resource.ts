import type { z } from 'zod'
import { formatId } from '../../core/id/id.ts'
import { formatRules } from '../../core/payment-rules.ts'
import { customer } from '../../shapes/customer.ts'
import { balanceFieldsOf, commonFieldsOf } from '../object/render.ts'
import type { Resource, View } from '../object/resource.ts'
import type { CustomerRow } from '../object/rows.ts'
import { payableRules } from '../object/rules.ts'

export const customers: Resource<'customer', typeof customer> = {
  kind: 'customer',
  tag: 'Customers',
  shape: customer,
  render: renderCustomer,
}

/** A customer as the API shows it. Its rules are absent when it has no balance: then it cannot be paid. */
function renderCustomer(view: View, row: CustomerRow): z.input<typeof customer> {
  const rules = payableRules(view.context.environment, row)
  return {
    id: formatId('customer', row.id),
    external_reference: row.external_reference,
    name: row.name ?? undefined,
    email: row.email ?? undefined,
    phone: row.phone ?? undefined,
    locale: row.locale ?? undefined,
    ...balanceFieldsOf(row),
    payment_rules: rules && formatRules(rules),
    ...commonFieldsOf(view, row),
    pseudonymised_at: row.pseudonymised_at?.toISOString(),
  }
}
