import { bucketOfValue } from '../../core/bucket.ts'
import { bucketOf, type Id, newId } from '../../core/id/id.ts'
import { bigintArray, textArray, uuidArray } from '../../database/arrays.ts'
import type { Conditions } from '../../database/conditions.ts'
import type { Queryable } from '../../database/pool.ts'
import { loadSql } from '../../database/sql.ts'
import { type NoticeRow, noticeColumns } from '../../ledger/notices/notice.ts'

const insertNoticeSql = loadSql(import.meta.url, './sql/insert-notice.sql')

/** Writes a notice that was just made, with its code; nothing when its form has made it before. */
export async function insertNotice(
  database: Queryable,
  row: NoticeRow,
  { actor, request_id }: { actor: string; request_id: string },
): Promise<void> {
  await database.query({
    ...insertNoticeSql,
    values: [
      row.id,
      row.bucket,
      row.environment_id,
      row.code,
      bucketOfValue(row.code),
      row.customer_id,
      row.target_id,
      row.checkout_id,
      row.checkout_kind,
      row.currency,
      row.amount,
      uuidArray(row.chosen_ids),
      textArray(row.chosen_kinds),
      bigintArray(row.chosen_amounts.map(BigInt)),
      row.expires_at,
      row.created_at,
      newId(row.bucket, row.created_at.getTime()),
      actor,
      request_id,
    ],
  })
}

/** Finds a notice of an environment by its id. */
export async function findNotice(database: Queryable, environmentId: number, id: Id): Promise<NoticeRow | undefined> {
  const { rows } = await database.query<NoticeRow>({
    name: 'find-notice',
    text: `select ${noticeColumns} from transfer_notice as n
      where n.environment_id = $1 and n.id = $2 and n.bucket = $3`,
    values: [environmentId, id, bucketOf(id)],
  })
  return rows[0]
}

/** Up to `limit` notices that meet the conditions, newest first. */
export async function listNotices(database: Queryable, conditions: Conditions, limit: number): Promise<NoticeRow[]> {
  const { rows } = await database.query<NoticeRow>({
    text: `select ${noticeColumns} from transfer_notice as n where ${conditions.text} order by n.id desc limit ${limit}`,
    values: conditions.values,
  })
  return rows
}

/** The newest notice that waits and is of exactly this: whoever comes back to it is shown the same code again. */
export async function findWaitingNotice(
  database: Queryable,
  wanted: Pick<
    NoticeRow,
    | 'environment_id'
    | 'bucket'
    | 'target_id'
    | 'checkout_id'
    | 'customer_id'
    | 'currency'
    | 'amount'
    | 'chosen_ids'
    | 'chosen_amounts'
  >,
  now: Date,
): Promise<NoticeRow | undefined> {
  const byCustomer = wanted.checkout_id === null
  const { rows } = await database.query<NoticeRow>({
    name: byCustomer ? 'find-waiting-notice' : 'find-waiting-notice-of-checkout',
    text: `select ${noticeColumns} from transfer_notice as n
      where n.environment_id = $1 and n.bucket = $2 and n.status in ('shown', 'announced') and n.expires_at > $3
        and ${byCustomer ? 'n.customer_id = $4 and n.target_id = $5' : 'n.checkout_id = $4 and $5::uuid is null'}
        and n.currency = $6 and n.amount = $7 and n.chosen_ids = $8::uuid[] and n.chosen_amounts = $9::bigint[]
      order by n.id desc limit 1`,
    values: [
      wanted.environment_id,
      wanted.bucket,
      now,
      byCustomer ? wanted.customer_id : wanted.checkout_id,
      wanted.target_id,
      wanted.currency,
      wanted.amount,
      uuidArray(wanted.chosen_ids),
      bigintArray(wanted.chosen_amounts.map(BigInt)),
    ],
  })
  return rows[0]
}
