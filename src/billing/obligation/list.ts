import { z } from 'zod'
import type { Router } from '../../api/fastify.ts'
import { readOperation } from '../../api/operation.ts'
import {
  createdQuery,
  idRange,
  type PageStart,
  pageOf,
  pageQuery,
  readPage,
  renderListPage,
  updatedQuery,
} from '../../api/pagination.ts'
import type { AppContext } from '../../context.ts'
import { parseId } from '../../core/id/id.ts'
import { parameterProblem } from '../../core/problem.ts'
import { Conditions } from '../../database/conditions.ts'
import type { Queryable } from '../../database/pool.ts'
import { type Application, applicationSelect } from '../../ledger/corrections/application.ts'
import { idOrReference, keptCurrencyCode, sentId } from '../../shapes/primitives.ts'
import { findObject } from '../object/rows.ts'
import { renderObligation } from './render.ts'
import { obligation } from './schema.ts'

const listObligations = z.strictObject({
  ...pageQuery,
  payment: sentId('payment').optional(),
  customer: idOrReference.optional().describe('Id or external reference: everything that this customer paid'),
  account: idOrReference.optional().describe('Id or external reference'),
  bill: idOrReference.optional().describe('Id or external reference'),
  currency: keptCurrencyCode.optional(),
  ...createdQuery,
  ...updatedQuery,
})
type ListObligations = z.output<typeof listObligations>

/** `GET /billing/obligations`: newest first, by cursors, with filters. */
export function obligationListRoute(router: Router, app: AppContext): void {
  readOperation(
    router,
    app,
    {
      method: 'GET',
      url: '/billing/obligations',
      id: 'listObligations',
      tag: 'Obligations',
      scope: 'read',
      summary: 'List obligations',
      query: listObligations,
      responses: { 200: pageOf(obligation) },
      errors: ['invalid_cursor'],
    },
    async ({ query, context: { environment } }) => {
      const { limit, cursor, ...sent } = query
      refuseAlone(query)
      const filters = { environment_id: environment.id, ...sent }
      const page = readPage(app, 'obligation', { limit, cursor }, filters)
      const rows = await findObligations(app.pool, environment.id, query, page)
      const render = (row: Application) => renderObligation(environment, row)
      const shown = renderListPage(app, 'obligation', filters, rows, limit, render, ({ id }) => id)
      return { status: 200, body: shown }
    },
  )
}

/** No key holds when an obligation was changed. */
function refuseAlone({ updated_from, payment, customer, account, bill, created_from }: ListObligations): void {
  if (updated_from === undefined) return
  if ([payment, customer, account, bill, created_from].some((one) => one !== undefined)) return
  const detail = 'can be used only together with payment, customer, account, bill or created_from'
  throw parameterProblem('updated_from', 'filter_alone', detail)
}

/** Up to `limit + 1` obligations, newest first. Those of an account or a bill are found by its customer's index. */
export async function findObligations(
  database: Queryable,
  environmentId: number,
  query: ListObligations,
  page: PageStart,
): Promise<Application[]> {
  const { from, below } = idRange(query, page)
  const conditions = new Conditions()
  conditions.and`environment_id = ${environmentId} and id >= ${from} and id < ${below}`
  if (query.payment !== undefined) {
    const id = parseId('payment', query.payment)
    if (id === undefined) return []
    conditions.and`payment_id = ${id}`
  }
  for (const kind of ['customer', 'account', 'bill'] as const) {
    const named = query[kind]
    if (named === undefined) continue
    const found = await findObject(database, environmentId, kind, named)
    if (!found) return []
    conditions.and`customer_id = ${found.customer_id} and bucket = ${found.bucket}`
    if (kind !== 'customer') conditions.and`receivable_id = ${found.id}`
  }
  if (query.currency !== undefined) conditions.and`currency = ${query.currency}`
  if (query.updated_from !== undefined) conditions.and`updated_at >= ${query.updated_from}`
  const { rows } = await database.query<Application>({
    text: `${applicationSelect} where ${conditions.text} order by id desc limit ${page.limit + 1}`,
    values: conditions.values,
  })
  return rows
}
