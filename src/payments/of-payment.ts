import { findObject } from '../billing/object/rows.ts'
import { bucketOf, parseId } from '../core/id/id.ts'
import type { Conditions } from '../database/conditions.ts'
import type { Queryable } from '../database/pool.ts'

/** What lists of things that belong to a payment are narrowed by. */
type OfPayment = { payment?: string | undefined; customer?: string | undefined; status?: string | undefined }

/**
 * Narrows a list of refunds, disputes or the like, whose table is `e`, to those of a payment, a customer and a status. Returns false
 * when there is no such payment or customer: then the list is empty.
 */
export async function narrowByPayment(
  conditions: Conditions,
  database: Queryable,
  environmentId: number,
  { payment, customer, status }: OfPayment,
): Promise<boolean> {
  if (payment !== undefined) {
    const id = parseId('payment', payment)
    if (id === undefined) return false
    conditions.and`e.payment_id = ${id} and e.bucket = ${bucketOf(id)}`
  }
  if (customer !== undefined) {
    const found = await findObject(database, environmentId, 'customer', customer)
    if (!found) return false
    conditions.and`e.customer_id = ${found.id} and e.bucket = ${found.bucket}`
  }
  if (status !== undefined) conditions.and`e.status = ${status}`
  return true
}
