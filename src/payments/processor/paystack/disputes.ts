import { z } from 'zod'
import { lookingFor } from '../fault.ts'
import type { DisputeState } from '../processor.ts'
import { fromPaystackAmount } from './amounts.ts'
import type { PaystackClient } from './client.ts'
import { lenientText, type PaystackTransaction, paystackInstant } from './state.ts'

const id = z.union([z.int(), z.string()])
const disputeShape = z.object({
  id,
  domain: z.string(),
  status: z.string(),
  resolution: lenientText,
  category: lenientText,
  refund_amount: z.unknown(),
  currency: lenientText,
  dueAt: lenientText,
  transaction: z.object({ id }),
})
type PaystackDispute = z.output<typeof disputeShape>

/** The disputes of a transaction. */
export async function paystackDisputes(
  client: PaystackClient,
  transaction: PaystackTransaction,
): Promise<DisputeState[]> {
  const path = `/dispute?transaction=${encodeURIComponent(transaction.id)}&perPage=100`
  const { data } = await lookingFor(() => client.get(path, z.array(disputeShape)))
  const isIts = (dispute: PaystackDispute) =>
    String(dispute.transaction.id) === String(transaction.id) && dispute.domain === transaction.domain
  return data.filter(isIts).map(stateOfDispute)
}

/**
 * What Paystack says of a dispute. It takes the money when it is accepted, by the merchant or for want of an answer, and not before;
 * one that is declined has moved none. A word that is not known ends nothing, and moves nothing.
 */
function stateOfDispute(dispute: PaystackDispute): DisputeState {
  const currency = dispute.currency?.toUpperCase()
  return {
    reference: `dispute:${dispute.id}`,
    amount: currency === undefined ? undefined : fromPaystackAmount(dispute.refund_amount, currency),
    currency,
    reason: dispute.category || 'chargeback',
    respond_by: paystackInstant(dispute.dueAt),
    ...whereItIs(dispute),
  }
}

function whereItIs({ status, resolution }: PaystackDispute): Pick<DisputeState, 'status' | 'money'> {
  if (status === 'awaiting-merchant-feedback') return { status: 'needs_response', money: 'kept' }
  if (status !== 'resolved') return { status: 'under_review', money: 'kept' }
  if (resolution === 'merchant-accepted' || resolution === 'auto-accepted') return { status: 'lost', money: 'taken' }
  return { status: resolution === 'declined' ? 'closed' : 'under_review', money: 'kept' }
}
