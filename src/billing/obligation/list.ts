import { z } from 'zod'
import { readId } from '../../core/id/id.ts'
import { Conditions } from '../../database/conditions.ts'
import type { Queryable } from '../../database/pool.ts'
import { addRead } from '../../api/operation.ts'
import {
  createdQuery,
  idRange,
  type PageStart,
  pageOf,
  pageQuery,
  readPage,
  renderPage,
} from '../../api/pagination.ts'
import type { App, Platform } from '../../api/platform.ts'
import { currencyCode, idOrReference } from '../../shapes/primitives.ts'
import { type Application, applicationSelect } from '../../ledger/corrections/application.ts'
import { find } from '../object/rows.ts'
import { renderObligation } from './render.ts'
import { obligation } from './schema.ts'

const listObligations = z.strictObject({
  ...pageQuery,
  payment: z.string().max(255).optional(),
  customer: idOrReference.optional().describe('Id or external reference: all that this customer paid'),
  account: idOrReference.optional().describe('Id or external reference'),
  bill: idOrReference.optional().describe('Id or external reference'),
  currency: currencyCode.optional(),
  ...createdQuery,
})
type ListObligations = z.output<typeof listObligations>

/** `GET /billing/obligations`: newest first, by cursors, with filters. */
export function obligationListRoute(app: App, platform: Platform): void {
  addRead(
    app,
    platform,
    {
      method: 'GET',
      url: '/billing/obligations',
      id: 'listObligations',
      tag: 'Obligations',
      summary: 'List obligations',
      query: listObligations,
      answers: { 200: pageOf(obligation) },
    },
    async ({ query, context: { environment } }) => {
      const { limit, cursor, ...sent } = query
      const filters = { environment_id: environment.id, ...sent }
      const page = readPage(platform, 'obligation', { limit, cursor }, filters)
      const rows = await findObligations(platform.pool, environment.id, query, page)
      const render = (row: Application) => renderObligation(environment, row)
      const shown = renderPage(platform, 'obligation', filters, rows, limit, render, ({ id }) => id)
      return { status: 200, body: JSON.stringify(shown) }
    },
  )
}

/** Up to `limit + 1` obligations, newest first. An account or a bill is looked for among those of its customer. */
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
    const id = readId('payment', query.payment)
    if (id === undefined) return []
    conditions.and`payment_id = ${id}`
  }
  for (const kind of ['customer', 'account', 'bill'] as const) {
    const named = query[kind]
    if (named === undefined) continue
    const found = await find(database, environmentId, kind, named)
    if (!found) return []
    const customer = 'customer_id' in found ? found.customer_id : found.id
    conditions.and`customer_id = ${customer} and bucket = ${found.bucket}`
    if (kind !== 'customer') conditions.and`receivable_id = ${found.id}`
  }
  if (query.currency !== undefined) conditions.and`currency = ${query.currency}`
  const { rows } = await database.query<Application>(
    `${applicationSelect} where ${conditions.text} order by id desc limit ${page.limit + 1}`,
    conditions.values,
  )
  return rows
}
