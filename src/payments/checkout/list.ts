import { idRange, readPage, renderListPage } from '../../api/pagination.ts'
import { findObject } from '../../billing/object/rows.ts'
import type { AppContext, RequestContext } from '../../context.ts'
import { Conditions } from '../../database/conditions.ts'
import type { CheckoutRow } from '../../ledger/checkouts/checkout.ts'
import { listCheckouts } from './store.ts'

/** How a list of requests or sessions can be narrowed; the statuses are those of the API. */
export type CheckoutListQuery = {
  limit: number
  cursor?: string | undefined
  external_reference?: string | undefined
  status?: 'active' | 'paid' | 'completed' | 'expired' | 'cancelled' | 'failed' | undefined
  customer?: string | undefined
  created_from?: string | undefined
  created_to?: string | undefined
}

/** A page of requests or sessions, newest first. */
export async function listPage<Shown>(
  app: Pick<AppContext, 'pool' | 'vault'>,
  { environment, now }: RequestContext,
  kind: CheckoutRow['kind'],
  { limit, cursor, ...sent }: CheckoutListQuery,
  render: (row: CheckoutRow) => Shown,
) {
  const filters = { environment_id: environment.id, ...sent }
  const page = readPage(app, `payment_${kind}`, { limit, cursor }, filters)
  const { from, below } = idRange(sent, page)
  const conditions = new Conditions()
  conditions.and`c.environment_id = ${environment.id} and c.kind = ${kind} and c.id >= ${from} and c.id < ${below}`
  if (sent.external_reference !== undefined) conditions.and`c.external_reference = ${sent.external_reference}`
  addStatus(conditions, kind, sent.status, now)
  const customer =
    sent.customer === undefined ? undefined : await findObject(app.pool, environment.id, 'customer', sent.customer)
  if (customer) conditions.and`c.customer_id = ${customer.id}`
  const none = sent.customer !== undefined && !customer
  const rows = none ? [] : await listCheckouts(app.pool, conditions, limit + 1)
  return renderListPage(app, `payment_${kind}`, filters, rows, limit, render, ({ id }) => id)
}

/** A status as the API names it: an active one has ended by the clock, and a cancelled request is called expired. */
function addStatus(
  conditions: Conditions,
  kind: CheckoutRow['kind'],
  status: CheckoutListQuery['status'],
  now: Date,
): void {
  if (status === undefined) return
  if (status === 'active') conditions.and`c.status = 'active' and (c.expires_at is null or c.expires_at > ${now})`
  else if (status === 'expired') {
    conditions.and`(c.status = 'expired' or c.status = 'active' and c.expires_at <= ${now}
      or c.status = 'cancelled' and ${kind === 'request'})`
  } else conditions.and`c.status = ${status === 'completed' ? 'paid' : status}`
}
