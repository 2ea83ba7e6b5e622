import { z } from 'zod'
import type { Router } from '../../api/fastify.ts'
import { readOperation } from '../../api/operation.ts'
import { idRange, type PageStart, pageOf, readPage, renderListPage } from '../../api/pagination.ts'
import type { AppContext } from '../../context.ts'
import { Conditions } from '../../database/conditions.ts'
import type { Queryable } from '../../database/pool.ts'
import { type DisputeRow, disputeSelect } from '../../ledger/corrections/dispute-row.ts'
import { dispute } from '../../shapes/dispute.ts'
import { sentId } from '../../shapes/primitives.ts'
import { narrowByPayment } from '../of-payment.ts'
import { renderDispute } from './render.ts'
import * as schema from './schema.ts'
import { findDisputeOrThrow } from './store.ts'

/** List and retrieve disputes. They are answered at the processor. */
export function disputeRoutes(router: Router, app: AppContext): void {
  addList(router, app)
  addRetrieve(router, app)
}

function addList(router: Router, app: AppContext): void {
  readOperation(
    router,
    app,
    {
      method: 'GET',
      url: '/collect/disputes',
      id: 'listDisputes',
      tag: 'Disputes',
      scope: 'read',
      summary: 'List disputes',
      query: schema.listDisputes,
      responses: { 200: pageOf(dispute) },
      errors: ['invalid_cursor'],
    },
    async ({ query, context: { environment } }) => {
      const { limit, cursor, ...sent } = query
      const filters = { environment_id: environment.id, ...sent }
      const page = readPage(app, 'dispute', { limit, cursor }, filters)
      const rows = await findDisputes(app.pool, environment.id, query, page)
      const render = (row: DisputeRow) => renderDispute(environment, row)
      return { status: 200, body: renderListPage(app, 'dispute', filters, rows, limit, render, ({ id }) => id) }
    },
  )
}

function addRetrieve(router: Router, app: AppContext): void {
  readOperation(
    router,
    app,
    {
      method: 'GET',
      url: '/collect/disputes/:dispute',
      id: 'retrieveDispute',
      tag: 'Disputes',
      scope: 'read',
      summary: 'Retrieve a dispute',
      params: z.object({ dispute: sentId('dispute') }),
      responses: { 200: dispute },
    },
    async ({ params, context: { environment } }) => {
      const row = await findDisputeOrThrow(app.pool, environment.id, params.dispute)
      return { status: 200, body: renderDispute(environment, row) }
    },
  )
}

/** Up to `limit + 1` disputes, newest first. */
async function findDisputes(
  pool: Queryable,
  environmentId: number,
  query: schema.ListDisputes,
  page: PageStart,
): Promise<DisputeRow[]> {
  const { from, below } = idRange(query, page)
  const conditions = new Conditions()
  conditions.and`e.environment_id = ${environmentId} and e.id >= ${from} and e.id < ${below}`
  if (!(await narrowByPayment(conditions, pool, environmentId, query))) return []
  const { rows } = await pool.query<DisputeRow>({
    text: `${disputeSelect} where ${conditions.text} order by e.id desc limit ${page.limit + 1}`,
    values: conditions.values,
  })
  return rows
}
