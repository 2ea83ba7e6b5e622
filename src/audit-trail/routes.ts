import type { Router } from '../api/fastify.ts'
import { readOperation } from '../api/operation.ts'
import { readPage, renderListPage } from '../api/pagination.ts'
import type { AppContext } from '../context.ts'
import { listAudit, renderAudit } from './list.ts'
import { auditPage, auditQuery } from './schema.ts'

/** Who changed what. */
export function auditRoutes(router: Router, app: AppContext): void {
  const list = 'audit'
  readOperation(
    router,
    app,
    {
      method: 'GET',
      url: '/audit',
      id: 'listAudit',
      tag: 'Audit',
      scope: 'read',
      summary: 'List who changed what',
      description:
        'Every stored change, and every movement of money, newest first. A page looks through 5,000 of each at most. So it may hold fewer than `limit`, or none, while has_more is true: next_cursor goes on.',
      query: auditQuery,
      responses: { 200: auditPage },
      errors: ['invalid_cursor'],
    },
    async ({ query, context: { environment } }) => {
      const { limit, cursor, ...sought } = query
      const filters = { environment_id: environment.id, ...sought }
      const page = readPage(app, list, { limit, cursor }, filters)
      const { rows, read_to } = await listAudit(app.pool, environment.id, page, sought)
      return {
        status: 200,
        body: renderListPage(app, list, filters, rows, limit, renderAudit, ({ id }) => id, read_to),
      }
    },
  )
}
