import type { z } from 'zod'
import type { RequestEnvironment } from '../../context.ts'
import { formatId } from '../../core/id/id.ts'
import { toNumber } from '../../core/money.ts'
import type { Application } from '../../ledger/corrections/application.ts'
import { ownerField } from '../../ledger/receivable.ts'
import type { obligation } from './schema.ts'

/** An obligation as the API shows it: one amount of one payment applied to one customer, account or bill. */
export function renderObligation(
  environment: Pick<RequestEnvironment, 'mode'>,
  row: Application,
): z.input<typeof obligation> {
  return {
    id: formatId('obligation', row.id),
    amount: toNumber(row.amount),
    amount_reversed: toNumber(row.reversed_amount),
    currency: row.currency,
    payment_id: formatId('payment', row.payment_id),
    ...ownerField({ id: row.receivable_id, kind: row.kind }),
    mode: environment.mode,
    created_at: row.created_at.toISOString(),
    updated_at: row.updated_at.toISOString(),
  }
}
