import type { RequestContext } from '../../context.ts'
import { bucketOf, newId, randomBucket } from '../../core/id/id.ts'
import type { CheckoutRow, CheckoutTarget } from '../../ledger/checkouts/checkout.ts'

/** A new request or session: in the bucket of the customer that it is for, if it is for one. */
export function newCheckout(
  { environment, now }: RequestContext,
  target: CheckoutTarget | undefined,
  fields: Pick<CheckoutRow, 'kind' | 'type' | 'currency' | 'amount' | 'metadata' | 'expires_at'> & Partial<CheckoutRow>,
): CheckoutRow {
  const bucket = target ? bucketOf(target.customer_id) : randomBucket()
  return {
    id: newId(bucket, now.getTime()),
    bucket,
    environment_id: environment.id,
    status: 'active',
    customer_id: target?.customer_id ?? null,
    target_kind: target?.kind ?? null,
    target_id: target?.id ?? null,
    external_reference: null,
    description: null,
    return_url: null,
    phone: null,
    capture_method: 'automatic',
    attempt_id: null,
    last_payment_error: null,
    payment_id: null,
    version: 1n,
    cancelled_at: null,
    created_at: now,
    updated_at: now,
    ...fields,
  }
}
