import { assert, required } from '../../core/assert.ts'
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
import { coverLosses, listReversalParts, type PaymentReversal, reinstate } from './payment-reversal.ts'
import { appliesFrom, owedAgain } from './still-owed.ts'
import { lesser } from './take-back.ts'

const listOpenSharesSql = loadSql(import.meta.url, '../sql/list-open-shares.sql')
const returnShareSql = loadSql(import.meta.url, '../sql/return-share.sql')

/** What a reversal took of a payment that came of the reversed one, and has not come back there. */
type OpenShare = Pick<PaymentReversal, 'id' | 'payment_id' | 'amount' | 'transferred_amount' | 'reason'> & {
  follows: Id
  returned_amount: bigint
}

/** Money that comes back to one payment: what of it stays there, and what goes back to those that came of it. */
type Gift = {
  payment: LockedPayment
  row: Pick<OpenShare, 'id' | 'reason'>
  amount: bigint
  own: bigint
}

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
  const lost = reversal.uncovered_amount - reversal.covered_amount
  const covers = await coverLosses(connection, payment, reversal.amount - lost, reversal.id)
  const family = await lockFamily(connection, payment)
  const shares = await listOpenShares(connection, family, reversal)
  const [first, ...others] = spreadBack(family, reversal, shares, reversal.amount - lost - covers)
  const gifts = await planParts(connection, context, [required(first, 'money comes back to its payment'), ...others])
  const effective_at = appliesFrom(
    gifts.flatMap(({ parts }) => parts),
    context.now,
  )
  const journal = new Journal(context.now)
  const corrections = new Map(
    gifts.map((gift) => [gift.payment.id, new Correction(context, gift.payment, journal)] as const),
  )
  const booked = gifts.map(({ payment: { id }, row, amount, own, parts }, place) => {
    const isFirst = place === 0
    const transaction_id = required(corrections.get(id), 'each payment is corrected').bringBack({
      kind: 'dispute_won',
      source_id: row.id,
      reason: row.reason,
      account: isFirst ? account : 'transfers',
      amount: isFirst ? reversal.amount : amount,
      lost: isFirst ? lost : 0n,
      covers: isFirst ? covers : 0n,
      transferred: amount - own,
      parts,
      effective_at,
    })
    return { transaction_id, amount, row }
  })
  const [correction, ...rest] = corrections.values()
  const { transaction_id } = required(booked[0], 'money comes back to its payment')
  await Promise.all([
    reinstate(connection, payment, reversal.id, transaction_id),
    ...booked.slice(1).map((one) => returnShare(connection, payment, one)),
    required(correction, 'each payment is corrected').write(connection, rest),
  ])
  return { transaction_id, losses: lost + covers, transferred: others.map(toldGift) }
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

/** What comes back to whom, the reversed payment first. */
function spreadBack(family: Family, reversal: PaymentReversal, shares: OpenShare[], money: bigint): Gift[] {
  const { amount, uncovered_amount, transferred_amount } = reversal
  let rest = money - lesser(money, amount - uncovered_amount - transferred_amount)
  const below: Gift[] = []
  for (const follows of new Set(shares.map((share) => share.follows))) {
    const gifts = spreadBelow(family, shares, follows, rest)
    below.push(...gifts)
    rest -= directOf(family, gifts)
  }
  // What no payment had that came of it is money of the reversed one again.
  return [{ payment: family.payment, row: reversal, amount: money, own: money - directOf(family, below) }, ...below]
}

/** What of the money went to payments that came of this one, without those that came of them. */
function directOf({ became }: Family, gifts: readonly Gift[]): bigint {
  const direct = gifts.filter((gift) => became.some(({ payment }) => payment === gift.payment))
  return direct.reduce((sum, { amount }) => sum + amount, 0n)
}

function spreadBelow({ became }: Family, shares: OpenShare[], follows: Id, money: bigint): Gift[] {
  let rest = money
  const gifts: Gift[] = []
  for (const child of became) {
    const row = shares.find((share) => share.payment_id === child.payment.id && share.follows === follows)
    if (!row || rest === 0n) continue
    const amount = lesser(rest, row.amount - row.returned_amount)
    const ownTaken = row.amount - row.transferred_amount
    // Its own came back first, so what has come back is its own as far as that goes.
    const own = lesser(amount, ownTaken - lesser(ownTaken, row.returned_amount))
    const below = spreadBelow(child, shares, follows, amount - own)
    assert(directOf(child, below) === amount - own, 'what was taken of payments comes back to them')
    gifts.push({ payment: child.payment, row, amount, own }, ...below)
    rest -= amount
  }
  return gifts
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
