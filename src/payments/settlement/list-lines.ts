import { z } from 'zod'
import type { Router } from '../../api/fastify.ts'
import { readOperation } from '../../api/operation.ts'
import { type PageStart, pageOf, readPage, renderListPage } from '../../api/pagination.ts'
import type { AppContext } from '../../context.ts'
import { Conditions } from '../../database/conditions.ts'
import type { Queryable } from '../../database/pool.ts'
import type { LineRow } from '../../ledger/settlements/line-row.ts'
import type { SettlementRow } from '../../ledger/settlements/settlement-row.ts'
import { sentId } from '../../shapes/primitives.ts'
import { renderLine } from './render.ts'
import * as schema from './schema.ts'
import { findSettlementOrThrow } from './store.ts'

/** `GET /collect/settlements/{settlement}/lines`: what a settlement is made of, newest first. */
export function settlementLinesRoute(router: Router, app: AppContext): void {
  readOperation(
    router,
    app,
    {
      method: 'GET',
      url: '/collect/settlements/:settlement/lines',
      id: 'listSettlementLines',
      tag: 'Settlements',
      scope: 'read',
      summary: 'List the lines of a settlement',
      params: z.object({ settlement: sentId('settlement') }),
      query: schema.listLines,
      responses: { 200: pageOf(schema.settlementLine) },
      errors: ['invalid_cursor'],
    },
    async ({ params, query, context: { environment } }) => {
      const row = await findSettlementOrThrow(app.pool, environment.id, params.settlement)
      const { limit, cursor, ...sent } = query
      const filters = { environment_id: environment.id, settlement: row.id, ...sent }
      const page = readPage(app, 'settlement line', { limit, cursor }, filters)
      const lines = await findLines(app.pool, row, query, page)
      const body = renderListPage(app, 'settlement line', filters, lines, limit, renderLine, ({ id }) => id)
      return { status: 200, body }
    },
  )
}

async function findLines(
  database: Queryable,
  { environment_id, id }: SettlementRow,
  { status }: schema.ListLines,
  { after, limit }: PageStart,
): Promise<LineRow[]> {
  const conditions = new Conditions()
  conditions.and`e.settlement_id = ${id} and e.environment_id = ${environment_id}`
  if (after !== undefined) conditions.and`e.id < ${after}`
  if (status !== undefined) conditions.and`e.matched = ${status === 'matched'}`
  const { rows } = await database.query<LineRow>({
    text: `select e.* from settlement_line as e where ${conditions.text} order by e.id desc limit ${limit + 1}`,
    values: conditions.values,
  })
  return rows
}
