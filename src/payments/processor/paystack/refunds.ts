import { z } from 'zod'
import { assert } from '../../../core/assert.ts'
import { formatId } from '../../../core/id/id.ts'
import type { NewRefund, RefundState } from '../processor.ts'
import { toPaystackAmount } from './amounts.ts'
import type { PaystackClient } from './client.ts'

const refundShape = z.object({
  id: z.union([z.int(), z.string()]),
  status: z.string(),
  merchant_note: z.string().nullish().catch(undefined),
})
type PaystackRefund = z.output<typeof refundShape>

/**
 * Sends a refund of a transaction. There are no idempotency keys: our id is its note, by which one is found that was sent before and
 * not answered for. Two that look at the same time would both find none, so it is called by one at a time.
 */
export async function sendPaystackRefund(client: PaystackClient, refund: NewRefund): Promise<RefundState> {
  const { processor_payment_id, amount, currency } = refund
  assert(processor_payment_id !== undefined, 'a transaction that succeeded has an id')
  const refund_id = formatId('refund', refund.refund_id)
  const sent = await client.get(
    `/refund?transaction=${encodeURIComponent(processor_payment_id)}&perPage=100`,
    z.array(refundShape),
  )
  const same = sent.data.find(({ merchant_note }) => merchant_note?.includes(refund_id))
  if (same) return stateOfRefund(same)
  const asked = {
    transaction: processor_payment_id,
    amount: toPaystackAmount(amount, currency),
    currency,
    merchant_note: refund_id,
  }
  return stateOfRefund((await client.post('/refund', asked, refundShape)).data)
}

/** Fetches a refund by Paystack's id of it. */
export async function fetchPaystackRefund(client: PaystackClient, reference: string): Promise<RefundState> {
  return stateOfRefund((await client.get(`/refund/${encodeURIComponent(reference)}`, refundShape)).data)
}

/** What Paystack says of a refund. A word that is not known is taken as "look again". */
function stateOfRefund({ id, status }: Pick<PaystackRefund, 'id' | 'status'>): RefundState {
  const reference = String(id)
  if (status === 'processed') return { status: 'succeeded', reference }
  if (status === 'failed') {
    const failure = { code: 'failed', message: 'Paystack could not send the money back.' }
    return { status: 'failed', reference, failure }
  }
  if (status === 'needs-attention') {
    const needs = 'Paystack asks for the bank account of the payer: give it in its dashboard'
    return { status: 'pending', reference, needs }
  }
  return { status: 'pending', reference }
}
