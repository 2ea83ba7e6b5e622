import { laterOf } from '../../core/clock.ts'
import { toNumber } from '../../core/money.ts'
import { presentmentUrl } from '../../core/page-link.ts'
import type { View } from './resource.ts'
import type { AccountRow, BillRow, CustomerRow } from './rows.ts'

/** The fields that every object has after its own. */
export function commonFieldsOf({ app, context: { environment } }: View, row: CustomerRow | AccountRow | BillRow) {
  return {
    metadata: Object.keys(row.metadata).length > 0 ? row.metadata : undefined,
    presentment_url:
      app !== undefined && row.archived_at === null
        ? presentmentUrl(app.publicUrl(), app.vault, row.kind, row.id, row.link_version)
        : undefined,
    mode: environment.mode,
    created_at: row.created_at.toISOString(),
    updated_at: laterOf(row.updated_at, row.moved_at ?? row.updated_at).toISOString(),
    archived_at: row.archived_at?.toISOString(),
  }
}

/** The balance of a customer or an account, where one is tracked. */
export function balanceFieldsOf(row: CustomerRow | AccountRow) {
  return {
    currency: row.receivable_currency ?? row.currency ?? undefined,
    balance: row.balance === null ? undefined : toNumber(row.balance),
  }
}
