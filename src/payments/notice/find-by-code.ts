import { bucketOfValue } from '../../core/bucket.ts'
import type { Id } from '../../core/id/id.ts'
import { integerArray, textArray } from '../../database/arrays.ts'
import type { Queryable } from '../../database/pool.ts'
import { loadSql } from '../../database/sql.ts'
import { type CheckoutTarget, policyFor, targetOf } from '../../ledger/checkouts/checkout.ts'
import { chosenOf, type NoticeRow } from '../../ledger/notices/notice.ts'
import type { PaymentTarget } from '../../ledger/payments/command.ts'

const findCodedNoticesSql = loadSql(import.meta.url, './sql/find-coded-notices.sql')

/** What is needed of a notice to give money to what it is for. Nothing of it ever changes. */
export type CodedNotice = Pick<
  NoticeRow,
  'id' | 'bucket' | 'customer_id' | 'currency' | 'checkout_id' | 'chosen_ids' | 'chosen_amounts'
> & { target_kind: CheckoutTarget['kind'] | null; target_id: Id | null }

/** The one notice that a code among these belongs to; undefined when there is none, or more than one: then nobody knows which was meant. */
export async function findCodedNotice(
  database: Queryable,
  environmentId: number,
  codes: readonly string[],
): Promise<CodedNotice | undefined> {
  if (codes.length === 0) return undefined
  const { rows } = await database.query<CodedNotice>({
    ...findCodedNoticesSql,
    values: [environmentId, textArray(codes), integerArray(codes.map(bucketOfValue))],
  })
  return rows.length === 1 ? rows[0] : undefined
}

/** Where the money of a notice goes: to what its payer chose, or to the target of its request or session. */
export function targetOfNotice(notice: CodedNotice): PaymentTarget {
  if (notice.checkout_id === null) return { kind: 'chosen', amounts: chosenOf(notice) }
  const target = targetOf(notice)
  return target ? policyFor(target) : { kind: 'direct' }
}
