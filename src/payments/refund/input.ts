import type { RequestContext } from '../../context.ts'
import { absentProblem } from '../../core/absent.ts'
import { bucketOf, type Id, newId, parseId } from '../../core/id/id.ts'
import type { WantedRefund } from '../../ledger/corrections/send-refund.ts'
import type { CreateRefund } from './schema.ts'

/** Reads what both ways to refund have in common, and makes the id. Throws `not_found` for what is no id. */
export function readRefund(
  { now }: Pick<RequestContext, 'now'>,
  payment: string,
  { amount, from, reason }: CreateRefund,
): Omit<WantedRefund, 'way'> {
  const payment_id = parseId('payment', payment)
  if (payment_id === undefined) throw absentProblem('payment', payment, { parameter: 'payment' })
  return {
    id: newId(bucketOf(payment_id), now.getTime()),
    payment_id,
    amount: minor(amount),
    from: from?.map((source, index) => ({
      application_id: readObligation(source.obligation, `/from/${index}/obligation`),
      amount: minor(source.amount),
    })),
    reason,
  }
}

function readObligation(shown: string, pointer: string): Id {
  const id = parseId('obligation', shown)
  if (id === undefined) throw absentProblem('obligation', shown, { pointer })
  return id
}

function minor(amount: number | undefined): bigint | undefined {
  return amount === undefined ? undefined : BigInt(amount)
}
