import type { Router } from '../../api/fastify.ts'
import { readOperation } from '../../api/operation.ts'
import { type PageStart, pageOf, readPage, renderListPage } from '../../api/pagination.ts'
import type { AppContext, RequestEnvironment } from '../../context.ts'
import { endOfDate, startOfDate } from '../../core/clock.ts'
import { Conditions } from '../../database/conditions.ts'
import type { Queryable } from '../../database/pool.ts'
import type { SettlementRow } from '../../ledger/settlements/settlement-row.ts'
import { renderSettlement } from './render.ts'
import * as schema from './schema.ts'

/** `GET /collect/settlements`: newest first, by cursors, with filters. */
export function settlementListRoute(router: Router, app: AppContext): void {
  readOperation(
    router,
    app,
    {
      method: 'GET',
      url: '/collect/settlements',
      id: 'listSettlements',
      tag: 'Settlements',
      scope: 'read',
      summary: 'List settlements',
      query: schema.listSettlements,
      responses: { 200: pageOf(schema.settlement) },
      errors: ['invalid_cursor'],
    },
    async ({ query, context: { environment } }) => {
      const { limit, cursor, ...sent } = query
      const filters = { environment_id: environment.id, ...sent }
      const page = readPage(app, 'settlement', { limit, cursor }, filters)
      const rows = await findSettlements(app.pool, environment, query, page)
      const render = (row: SettlementRow) => renderSettlement(environment, row)
      return { status: 200, body: renderListPage(app, 'settlement', filters, rows, limit, render, ({ id }) => id) }
    },
  )
}

/** Up to `limit + 1` settlements, newest first. They are few: filters go through those of the environment. */
async function findSettlements(
  database: Queryable,
  environment: RequestEnvironment,
  { processor, status, from, to }: schema.ListSettlements,
  { after, limit }: PageStart,
): Promise<SettlementRow[]> {
  const conditions = new Conditions()
  conditions.and`e.environment_id = ${environment.id}`
  if (after !== undefined) conditions.and`e.id < ${after}`
  if (processor !== undefined) conditions.and`e.processor = ${processor}`
  if (status !== undefined) conditions.and`e.status = ${status}`
  if (from !== undefined) conditions.and`e.arrives_at >= ${startOfDate(environment.time_zone, from)}`
  if (to !== undefined) conditions.and`e.arrives_at < ${endOfDate(environment.time_zone, to)}`
  const { rows } = await database.query<SettlementRow>({
    text: `select e.* from settlement as e where ${conditions.text} order by e.id desc limit ${limit + 1}`,
    values: conditions.values,
  })
  return rows
}
