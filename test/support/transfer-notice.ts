import { bucketOf, formatId, newId, parseId } from '../../src/core/id/id.ts'
import { noticeToShow } from '../../src/payments/notice/show.ts'
import type { TestServer } from './server.ts'

/** A notice of a transfer for an account, as choosing bank transfer on its page makes one. */
export async function makeNotice(
  { app, database }: Pick<TestServer, 'app' | 'database'>,
  account: string,
  amount = 500n,
): Promise<{ id: string; code: string }> {
  const id = parseId('account', account) ?? ''
  const sql = 'select environment_id, customer_id from account where id = $1'
  const { rows } = await database.owner.query(sql, [id])
  const { environment_id, customer_id } = rows[0]
  const notice = await noticeToShow(
    app,
    {
      id: newId(bucketOf(id), app.clock.now().getTime()),
      environment_id,
      customer_id,
      target_id: id,
      checkout: null,
      chosen: [{ receivable_id: id, kind: 'account', amount }],
      currency: 'ZAR',
      amount,
    },
    { actor: 'page:payment', request_id: 'req_of_a_test' },
  )
  return { id: formatId('transfer_notice', notice.id), code: notice.code }
}
