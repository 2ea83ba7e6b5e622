import type { FeedEvent } from './feed.ts'

/** An event in one line: when, what, its id, what it is about, and the amount where it has one. */
export function eventLine({ created_at, type, id, data }: FeedEvent): string {
  const { id: object, payment_id, amount, amount_due, balance, currency } = data
  const money = amount ?? amount_due ?? balance
  return [
    created_at,
    type.padEnd(28),
    id,
    object ?? payment_id ?? '',
    money !== undefined && currency !== undefined ? `${money} ${currency}` : '',
  ]
    .join('  ')
    .trimEnd()
}
