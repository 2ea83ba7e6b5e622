import type { z } from 'zod'
import type { Router } from '../../../api/fastify.ts'
import { readOperation } from '../../../api/operation.ts'
import { pageOf, readPage, renderListPage } from '../../../api/pagination.ts'
import type { AppContext } from '../../../context.ts'
import { parameterProblem } from '../../../core/problem.ts'
import type { ReceivableKind } from '../../../ledger/receivable.ts'
import type { Declared } from '../operations.ts'
import type { Resource } from '../resource.ts'
import { type ListQuery, listQueries, updatedDaysMax } from './schema.ts'
import { goesByChange, listObjects } from './store.ts'

/** The list of one kind of objects: newest first, by cursors, with filters. */
export function listOperation<Kind extends ReceivableKind, Shape extends z.ZodType>(
  router: Router,
  app: AppContext,
  resource: Resource<Kind, Shape>,
  declared: Declared,
): void {
  const { kind, tag, shape } = resource
  readOperation(
    router,
    app,
    {
      method: 'GET',
      ...declared,
      tag,
      scope: 'read',
      query: listQueries[kind],
      responses: { 200: pageOf(shape) },
      errors: ['invalid_cursor', 'card_number'],
    },
    async ({ query, context }) => {
      const { limit, cursor, ...sent } = query as ListQuery
      refuseAlone(sent, context.now)
      const filters = { environment_id: context.environment.id, ...sent }
      const page = readPage(app, kind, { limit, cursor }, filters)
      const rows = await listObjects(app.pool, context, kind, query as ListQuery, page)
      const view = { app, context }
      const body = renderListPage(
        app,
        kind,
        filters,
        rows,
        limit,
        (row) => resource.render(view, row),
        ({ id }) => id,
      )
      return { status: 200, body: body as z.input<ReturnType<typeof pageOf<Shape>>> }
    },
  )
}

/** A balance changes with every payment, so no index holds it, or when it was: another filter has to narrow the list first. */
function refuseAlone(query: Partial<ListQuery>, now: Date): void {
  const { balance_min, balance_max, archived: _, ...others } = query
  const detail = 'can be used only together with another filter, such as created_from or customer'
  const alone = Object.values(others).every((filter) => filter === undefined)
  if (alone && balance_min !== undefined) throw parameterProblem('balance_min', 'filter_alone', detail)
  if (alone && balance_max !== undefined) throw parameterProblem('balance_max', 'filter_alone', detail)
  if (!goesByChange(query) || query.updated_from === undefined) return
  const earliest = now.getTime() - updatedDaysMax * 86_400_000
  if (Date.parse(query.updated_from) < earliest) {
    throw parameterProblem('updated_from', 'filter_alone', `more than ${updatedDaysMax} days back ${detail}`)
  }
}
