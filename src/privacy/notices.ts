import type { Connection } from '../database/pool.ts'
import type { NoticeRow } from '../ledger/notices/notice.ts'

type Customer = Pick<NoticeRow, 'id' | 'bucket' | 'environment_id'>

/**
 * Erases what receivers answered to the events of a customer's transfer notices. The notices themselves name nobody: amounts, ids and a
 * code that we made, by which money that comes late still finds what it is for.
 */
export async function eraseAnswersToNotices(
  connection: Connection,
  { id, bucket, environment_id }: Customer,
): Promise<void> {
  await connection.query({
    name: 'erase-answers-to-notices',
    text: `update webhook_attempt as a set response_excerpt = null
      from transfer_notice as n
      join event as e on e.environment_id = n.environment_id and e.subject_id = n.id and e.bucket = n.bucket
      where n.environment_id = $1 and n.customer_id = $2 and n.bucket = $3
        and a.event_id = e.id and a.bucket = e.bucket and a.response_excerpt is not null`,
    values: [environment_id, id, bucket],
  })
}
