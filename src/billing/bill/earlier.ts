import { z } from 'zod'
import type { Router } from '../../api/fastify.ts'
import { readOperation } from '../../api/operation.ts'
import { pageOf, pageQuery, readPage, renderListPage } from '../../api/pagination.ts'
import type { AppContext } from '../../context.ts'
import { formatActor } from '../../core/actor.ts'
import { shownActor } from '../../shapes/actor.ts'
import { shownParticulars } from '../../shapes/particulars.ts'
import { date, shownInstant } from '../../shapes/primitives.ts'
import { objectParams } from '../object/resource.ts'
import { findOrThrow } from '../object/rows.ts'
import { bills, renderParticulars } from './resource.ts'
import { type EarlierParticulars, listEarlierParticulars } from './store.ts'

/** What a bill was for and when it was due until that was changed; without what it did not say. */
export const earlierParticulars = z
  .object({
    due_date: date.optional().describe('When it was due'),
    ...shownParticulars,
    replaced_at: shownInstant.describe('Until when the bill said this'),
    request_id: z.string().max(64).optional().describe('The request that replaced it'),
    actor: shownActor,
  })
  .meta({ id: 'EarlierParticulars' })

/** What a bill was for, and when it was due, earlier, as the API shows it. */
export function renderEarlier(row: EarlierParticulars): z.input<typeof earlierParticulars> {
  return {
    ...(row.due_date !== null && { due_date: row.due_date }),
    ...renderParticulars(row),
    replaced_at: row.replaced_at.toISOString(),
    ...(row.request_id !== null && { request_id: row.request_id }),
    actor: formatActor(row.actor),
  }
}

const list = 'earlier particulars'

/** Lists what a bill was for before it was changed, newest first. */
export function earlierOperation(router: Router, app: AppContext): void {
  readOperation(
    router,
    app,
    {
      method: 'GET',
      url: '/billing/bills/:bill/earlier_particulars',
      id: 'listEarlierParticulars',
      tag: bills.tag,
      scope: 'read',
      summary: 'List what a bill was for, and when it was due, earlier',
      description:
        'Each item is what `due_date`, `description`, `lines` and `document_url` were until one of them was changed, and who changed it. All but the date is erased when the customer is pseudonymised.',
      params: objectParams('bill'),
      query: z.strictObject(pageQuery),
      responses: { 200: pageOf(earlierParticulars) },
      errors: ['invalid_cursor'],
    },
    async ({ params, query, context }) => {
      const row = await findOrThrow(app.pool, context.environment.id, 'bill', params.bill)
      const filters = { environment_id: row.environment_id, bill: row.id }
      const page = readPage(app, list, query, filters)
      const rows = await listEarlierParticulars(app.pool, row, page)
      const body = renderListPage(app, list, filters, rows, page.limit, renderEarlier, ({ id }) => id)
      return { status: 200, body }
    },
  )
}
