import { showId } from '../../core/id/id.ts'
import type { RequestEnvironment } from '../../api/platform.ts'
import type { Application } from '../../ledger/corrections/application.ts'
import { paidMember } from '../../ledger/receivable.ts'

/** An obligation as the API shows it: one amount of one payment applied to one customer, account or bill. */
export function renderObligation(environment: Pick<RequestEnvironment, 'mode'>, row: Application) {
  return {
    id: showId('obligation', row.id),
    amount: Number(row.amount),
    amount_reversed: Number(row.reversed_amount),
    currency: row.currency,
    payment_id: showId('payment', row.payment_id),
    ...paidMember({ id: row.receivable_id, kind: row.kind }),
    mode: environment.mode,
    created_at: row.created_at.toISOString(),
    updated_at: row.updated_at.toISOString(),
  }
}
