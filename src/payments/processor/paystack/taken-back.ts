import type { ChargeState } from '../processor.ts'
import type { PaystackClient } from './client.ts'
import { paystackDisputes } from './disputes.ts'
import { isOurRefund, listPaystackRefunds } from './refunds.ts'
import { type PaystackTransaction, sentBackCharge } from './state.ts'

type Succeeded = Extract<ChargeState, { status: 'succeeded' }>

// Nobody who has paid just now waits for a second call.
const freshMs = 60_000

/**
 * What has become of the money of a transaction after it succeeded. One that is `reversed` was taken back: by a dispute, by refunds, or
 * else by a bank or by Paystack, which is a late failure. Of one that was refunded in the dashboard and not by us nothing is left, which
 * says nothing to a payment that has succeeded here.
 */
export async function withTakenBack(
  client: PaystackClient,
  transaction: PaystackTransaction,
  state: Succeeded,
  now: Date,
): Promise<ChargeState> {
  const isReversed = transaction.status === 'reversed'
  if (!isReversed && now.getTime() - state.at.getTime() < freshMs) return state
  const disputes = await paystackDisputes(client, transaction)
  const disputed = { ...state, disputes }
  // A dispute that came to nothing has reversed nothing.
  if (!isReversed || disputes.some(({ status }) => status !== 'closed')) return disputed
  const refunds = (await listPaystackRefunds(client, String(transaction.id))).filter(
    ({ status }) => status !== 'failed',
  )
  if (refunds.some(isOurRefund)) return disputed
  if (refunds.length > 0) return sentBackCharge(transaction)
  const { amount, currency } = state
  return {
    ...disputed,
    failed_later: { reference: `transaction:${transaction.id}:reversed`, amount, currency, reason: 'reversed' },
  }
}
