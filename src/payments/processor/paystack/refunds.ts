import { z } from 'zod'
import { assert } from '../../../core/assert.ts'
import { formatId } from '../../../core/id/id.ts'
import { lookingFor, ProcessorFault } from '../fault.ts'
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
 * not answered for. Two that look at the same time would both find none, so it is called by one at a time. After a refusal it is
 * looked once more: an earlier call may have come through just now, and left nothing for this one.
 */
export async function sendPaystackRefund(client: PaystackClient, refund: NewRefund): Promise<RefundState> {
  const { processor_payment_id, amount, currency } = refund
  assert(processor_payment_id !== undefined, 'a transaction that succeeded has an id')
  const refund_id = formatId('refund', refund.refund_id)
  const find = async () => {
    const sent = await listPaystackRefunds(client, processor_payment_id)
    return sent.find(({ merchant_note }) => merchant_note?.includes(refund_id))
  }
  const before = await find()
  if (before) return stateOfRefund(before)
  const asked = {
    transaction: processor_payment_id,
    amount: toPaystackAmount(amount, currency),
    currency,
    merchant_note: refund_id,
  }
  try {
    return stateOfRefund((await client.post('/refund', asked, refundShape)).data)
  } catch (error) {
    const late = error instanceof ProcessorFault && error.kind === 'refused' ? await find() : undefined
    if (late) return stateOfRefund(late)
    throw error
  }
}

/** All refunds of a transaction, whoever made them. */
export async function listPaystackRefunds(client: PaystackClient, transaction: string): Promise<PaystackRefund[]> {
  const path = `/refund?transaction=${encodeURIComponent(transaction)}&perPage=100`
  return (await lookingFor(() => client.get(path, z.array(refundShape)))).data
}

/** Whether it was sent by us, and not in Paystack's dashboard. */
export function isOurRefund({ merchant_note }: PaystackRefund): boolean {
  return /\bre_[0-9A-Za-z]{22}\b/.test(merchant_note ?? '')
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
