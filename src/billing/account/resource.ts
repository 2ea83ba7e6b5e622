import type { z } from 'zod'
import { formatId } from '../../core/id/id.ts'
import { formatRules } from '../../core/payment-rules.ts'
import { account } from '../../shapes/account.ts'
import { balanceFieldsOf, commonFieldsOf } from '../object/render.ts'
import type { Resource, View } from '../object/resource.ts'
import type { AccountRow } from '../object/rows.ts'
import { payableRules } from '../object/rules.ts'

export const accounts: Resource<'account', typeof account> = {
  kind: 'account',
  tag: 'Accounts',
  shape: account,
  render: renderAccount,
}

/** An account as the API shows it. */
function renderAccount(view: View, row: AccountRow): z.input<typeof account> {
  const rules = payableRules(view.context.environment, row)
  return {
    id: formatId('account', row.id),
    external_reference: row.external_reference,
    customer_id: formatId('customer', row.customer_id),
    name: row.name ?? undefined,
    ...balanceFieldsOf(row),
    payment_rules: rules && formatRules(rules),
    ...commonFieldsOf(view, row),
  }
}
