import { required } from '../../core/assert.ts'
import { bucketOf, formatId, type Id } from '../../core/id/id.ts'
import { toNumber } from '../../core/money.ts'
import { integerArray, uuidArray } from '../../database/arrays.ts'
import type { Connection } from '../../database/pool.ts'
import { loadSql } from '../../database/sql.ts'
import type { ChangeContext } from '../change.ts'
import { Journal } from '../journal.ts'
import type { SystemAccount } from '../journal-rows.ts'
import { type LockedPayment, lockReceivables } from '../store.ts'
import { Correction } from './correction-journal.ts'
import { type Family, familyMembers, lockFamily } from './family.ts'
import { appliesFrom, owedAgain } from './owed-again.ts'
import { coverLosses, listReversalParts, type PaymentReversal, reinstate } from './payment-reversal.ts'
import { type Gift, type OpenShare, splitBack, spreadBack } from './spread-back.ts'

const listOpenSharesSql = loadSql(import.meta.url, '../sql/list-open-shares.sql')
const returnShareSql = loadSql(import.meta.url, '../sql/return-share.sql')

/** Money of a reversal that is back: the ledger transaction, what of it undid losses, and what went back to payments that came of it. */
type GivenBack = {
  transaction_id: Id
  losses: bigint
  transferred: { id: string; payment_id: string; customer_id: string; amount: number }[]
}

/**
 * Books that the money of a reversal of a locked payment is back. It undoes its own loss and covers those of others; the rest goes back to
 * where it was taken from, first to the payment itself, then to those that its money had become, in the same order. Each applies it to
 * what it had been applied to as far as that is still owed, and what is left over stays unapplied there.
 */
export async function giveBack(
  connection: Connection,
  context: ChangeContext,
  payment: LockedPayment,
  reversal: PaymentReversal,
  account: SystemAccount,
): Promise<GivenBack> {
  const covers = await coverLosses(connection, payment, splitBack(reversal, 0n).money, reversal.id)
  const split = splitBack(reversal, covers)
  const family = await lockFamily(connection, payment)
  const shares = await listOpenShares(connection, family, reversal)
  const [first, ...others] = spreadBack(family, reversal, shares, split)
  const gifts = await planParts(connection, context, [first, ...others])
  const effective_at = appliesFrom(
    gifts.flatMap(({ parts }) => parts),
    context.now,
  )
  const journal = new Journal(context.now)
  const corrections = new Map(
    gifts.map((gift) => [gift.payment.id, new Correction(context, gift.payment, journal)] as const),
  )
  const booked = gifts.map(({ payment: { id }, row, own, ...gift }) => {
    const transaction_id = required(corrections.get(id), 'each payment is corrected').bringBack({
      kind: 'dispute_won',
      source_id: row.id,
      reason: row.reason,
      account: id === payment.id ? account : 'transfers',
      ...gift,
      effective_at,
    })
    return { transaction_id, amount: gift.amount, row }
  })
  const [correction, ...rest] = corrections.values()
  const { transaction_id } = required(booked[0], 'money comes back to its payment')
  await Promise.all([
    reinstate(connection, payment, reversal.id, transaction_id),
    ...booked.slice(1).map((one) => returnShare(connection, payment, one)),
    required(correction, 'each payment is corrected').write(connection, rest),
  ])
  return { transaction_id, losses: split.losses, transferred: others.map(toldGift) }
}

function toldGift({ payment, row, amount }: Gift) {
  return {
    id: formatId('reversal', row.id),
    payment_id: formatId('payment', payment.id),
    customer_id: formatId('customer', required(payment.customer_id, 'money goes on to a customer')),
    amount: toNumber(amount),
  }
}

async function listOpenShares(
  connection: Connection,
  family: Family,
  { id, payment_id }: PaymentReversal,
): Promise<OpenShare[]> {
  const [{ environment_id }, ...came] = familyMembers(family) as [LockedPayment, ...LockedPayment[]]
  if (came.length === 0) return []
  const ids = came.map((one) => one.id)
  const buckets = [...new Set(ids.map(bucketOf))]
  const values = [environment_id, uuidArray(ids), integerArray(buckets), id, bucketOf(payment_id)]
  return (await connection.query<OpenShare>({ ...listOpenSharesSql, values })).rows
}

async function returnShare(
  connection: Connection,
  { environment_id }: LockedPayment,
  { row: { id }, amount, transaction_id }: { row: { id: Id }; amount: bigint; transaction_id: Id },
): Promise<void> {
  const values = [environment_id, id, bucketOf(id), amount, transaction_id]
  await connection.query({ ...returnShareSql, values })
}

/** What each payment applies again, after the receivables of all of them are locked in one sorted list. */
async function planParts(connection: Connection, { environment }: ChangeContext, gifts: Gift[]) {
  const taken = await Promise.all(
    gifts.map(async (gift) => ({ ...gift, from: await listReversalParts(connection, gift.payment, gift.row.id) })),
  )
  const ids = taken.flatMap(({ from }) => from.map(({ receivable_id }) => receivable_id))
  const receivables = await lockReceivables(connection, { ids, environments: [environment.id] })
  const promised = new Map<Id, bigint>()
  return taken.map(({ from, ...gift }) => ({
    ...gift,
    parts: owedAgain(receivables, gift.payment.currency, from, gift.own, promised),
  }))
}
