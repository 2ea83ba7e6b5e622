import type { Router } from '../../api/fastify.ts'
import { readOperation } from '../../api/operation.ts'
import { idRange, type PageStart, pageOf, readPage, renderListPage } from '../../api/pagination.ts'
import type { AppContext } from '../../context.ts'
import { Conditions } from '../../database/conditions.ts'
import type { Queryable } from '../../database/pool.ts'
import { type RefundRow, refundSelect } from '../../ledger/corrections/refund-row.ts'
import { narrowByPayment } from '../of-payment.ts'
import { renderRefund } from './render.ts'
import * as schema from './schema.ts'

/** `GET /billing/refunds`: newest first, by cursors, with filters. */
export function refundListRoute(router: Router, app: AppContext): void {
  readOperation(
    router,
    app,
    {
      method: 'GET',
      url: '/billing/refunds',
      id: 'listRefunds',
      tag: 'Refunds',
      scope: 'read',
      summary: 'List refunds',
      query: schema.listRefunds,
      responses: { 200: pageOf(schema.refund) },
      errors: ['invalid_cursor'],
    },
    async ({ query, context: { environment } }) => {
      const { limit, cursor, ...sent } = query
      const filters = { environment_id: environment.id, ...sent }
      const page = readPage(app, 'refund', { limit, cursor }, filters)
      const rows = await findRefunds(app.pool, environment.id, query, page)
      const render = (row: RefundRow) => renderRefund(environment, row)
      return { status: 200, body: renderListPage(app, 'refund', filters, rows, limit, render, ({ id }) => id) }
    },
  )
}

/** Up to `limit + 1` refunds, newest first. */
async function findRefunds(
  pool: Queryable,
  environmentId: number,
  query: schema.ListRefunds,
  page: PageStart,
): Promise<RefundRow[]> {
  const { from, below } = idRange(query, page)
  const conditions = new Conditions()
  conditions.and`e.environment_id = ${environmentId} and e.id >= ${from} and e.id < ${below}`
  if (!(await narrowByPayment(conditions, pool, environmentId, query))) return []
  const { rows } = await pool.query<RefundRow>({
    text: `${refundSelect} where ${conditions.text} order by e.id desc limit ${page.limit + 1}`,
    values: conditions.values,
  })
  return rows
}
