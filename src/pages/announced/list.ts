import type { Id } from '../../core/id/id.ts'
import type { Queryable } from '../../database/pool.ts'
import { loadSql } from '../../database/sql.ts'
import type { CheckoutRow } from '../../ledger/checkouts/checkout.ts'
import { scopeOf } from '../debts/store.ts'
import type { PageSubject } from '../subject.ts'

/** A transfer that a payer says was sent, and what of it is for the object of a page. Nothing of it has arrived. */
export type AnnouncedTransfer = {
  id: Id
  code: string
  currency: string
  announced_at: Date
  parts: { receivable_id: Id; amount: bigint }[]
  /** Whether it was begun on this page, which can show it. */
  begun_here: boolean
}

type Row = Omit<AnnouncedTransfer, 'parts' | 'begun_here'> & { target_id: Id | null; ids: Id[]; amounts: string[] }

const listAnnouncedSql = loadSql(import.meta.url, './sql/list-announced.sql')

/** The last transfers that were announced for the object of a page, and that are still waited for. */
export async function listAnnounced(pool: Queryable, subject: PageSubject, now: Date): Promise<AnnouncedTransfer[]> {
  const { rows } = await pool.query<Row>({ ...listAnnouncedSql, values: [...scopeOf(subject), now] })
  return rows.map(({ target_id, ids, amounts, ...row }) => ({
    ...row,
    parts: ids.map((receivable_id, at) => ({ receivable_id, amount: BigInt(amounts[at] ?? 0) })),
    begun_here: target_id === subject.id,
  }))
}

type AnnouncedOf = Pick<AnnouncedTransfer, 'id' | 'code' | 'currency' | 'announced_at'> & { amount: bigint }

/** The same of a request or session. */
export async function listAnnouncedOf(
  pool: Queryable,
  { environment_id, id, bucket }: Pick<CheckoutRow, 'environment_id' | 'id' | 'bucket'>,
  now: Date,
): Promise<AnnouncedOf[]> {
  const { rows } = await pool.query<AnnouncedOf>({
    name: 'list-announced-of-checkout',
    text: `select n.id, n.code, n.currency, n.announced_at, n.amount from transfer_notice as n
      where n.environment_id = $1 and n.checkout_id = $2 and n.bucket = $3 and n.status = 'announced' and n.expires_at > $4
      order by n.id desc limit 5`,
    values: [environment_id, id, bucket, now],
  })
  return rows
}

/** How much a transfer is to bring. */
export function sumOfParts({ parts }: Pick<AnnouncedTransfer, 'parts'>): bigint {
  return parts.reduce((sum, { amount }) => sum + amount, 0n)
}
