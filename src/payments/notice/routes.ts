import { z } from 'zod'
import type { Router } from '../../api/fastify.ts'
import { readOperation } from '../../api/operation.ts'
import { createdQuery, idRange, pageOf, pageQuery, readPage, renderListPage } from '../../api/pagination.ts'
import { findObject } from '../../billing/object/rows.ts'
import type { AppContext, RequestContext } from '../../context.ts'
import { absentProblem } from '../../core/absent.ts'
import { parseId } from '../../core/id/id.ts'
import { readTransferCode } from '../../core/transfer-code.ts'
import { Conditions } from '../../database/conditions.ts'
import { type NoticeRow, renderNotice } from '../../ledger/notices/notice.ts'
import { idOrReference, sentId } from '../../shapes/primitives.ts'
import { noticeStatuses, toldTransferNotice } from '../../shapes/transfer-notice.ts'
import { findCodedNotice } from './find-by-code.ts'
import { findNotice, listNotices } from './store.ts'

const tag = 'Transfer notices'
const transferNotice = toldTransferNotice.meta({ id: 'TransferNotice' })

const listQuery = z.strictObject({
  ...pageQuery,
  customer: idOrReference.optional().describe('Id or external reference: notices for it, its accounts or its bills'),
  status: z.enum(noticeStatuses).optional(),
  code: z.string().min(1).max(100).optional().describe('As somebody typed it, with spaces or without'),
  ...createdQuery,
})
type ListNotices = z.output<typeof listQuery>

/** What payers announce: lists and single notices. They are made on pages and ended by payments, so there is nothing to write. */
export function transferNoticeRoutes(router: Router, app: AppContext): void {
  readOperation(
    router,
    app,
    {
      method: 'GET',
      url: '/collect/transfer_notices',
      id: 'listTransferNotices',
      tag,
      scope: 'read',
      summary: 'List transfer notices',
      query: listQuery,
      responses: { 200: pageOf(transferNotice) },
      errors: ['invalid_cursor'],
    },
    async ({ query, context }) => ({ status: 200, body: await listPage(app, context, query) }),
  )
  readOperation(
    router,
    app,
    {
      method: 'GET',
      url: '/collect/transfer_notices/:transfer_notice',
      id: 'retrieveTransferNotice',
      tag,
      scope: 'read',
      summary: 'Retrieve a transfer notice',
      params: z.object({ transfer_notice: sentId('transfer_notice') }),
      responses: { 200: transferNotice },
      etag: true,
    },
    async ({ params: { transfer_notice: shown }, context: { environment, now } }) => {
      const id = parseId('transfer_notice', shown)
      const row = id && (await findNotice(app.pool, environment.id, id))
      if (!row) throw absentProblem('transfer_notice', shown, { parameter: 'transfer_notice' })
      return { status: 200, body: renderNotice(environment, row, now), etag: `"${row.version}"` }
    },
  )
}

async function listPage(app: AppContext, context: RequestContext, { limit, cursor, ...sent }: ListNotices) {
  const { environment, now } = context
  const filters = { environment_id: environment.id, ...sent }
  const page = readPage(app, 'transfer_notice', { limit, cursor }, filters)
  const conditions = new Conditions()
  const { from, below } = idRange(sent, page)
  conditions.and`n.environment_id = ${environment.id} and n.id >= ${from} and n.id < ${below}`
  addStatus(conditions, sent.status, now)
  const exists = await addNamed(conditions, app, context, sent)
  const rows = exists ? await listNotices(app.pool, conditions, limit + 1) : []
  const render = (row: NoticeRow) => renderNotice(environment, row, now)
  return renderListPage(app, 'transfer_notice', filters, rows, limit, render, ({ id }) => id)
}

/** A status as it is at an instant: one that waits has ended by the clock. */
function addStatus(conditions: Conditions, status: ListNotices['status'], now: Date): void {
  if (status === undefined) return
  if (status === 'settled') conditions.and`n.status = ${status}`
  else if (status !== 'expired') conditions.and`n.status = ${status} and n.expires_at > ${now}`
  else conditions.and`n.status in ('shown', 'announced', 'expired') and n.expires_at <= ${now}`
}

/** Returns false when there is nothing of that name: then the list is empty. */
async function addNamed(
  conditions: Conditions,
  { pool }: Pick<AppContext, 'pool'>,
  { environment }: RequestContext,
  { customer, code: typed }: Pick<ListNotices, 'customer' | 'code'>,
): Promise<boolean> {
  if (customer !== undefined) {
    const found = await findObject(pool, environment.id, 'customer', customer)
    if (!found) return false
    conditions.and`n.customer_id = ${found.id} and n.bucket = ${found.bucket}`
  }
  if (typed !== undefined) {
    const code = readTransferCode(typed)
    const found = code && (await findCodedNotice(pool, environment.id, [code]))
    if (!found) return false
    conditions.and`n.id = ${found.id} and n.bucket = ${found.bucket}`
  }
  return true
}
