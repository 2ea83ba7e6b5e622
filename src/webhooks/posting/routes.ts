import type { Router } from '../../api/fastify.ts'
import { readOperation } from '../../api/operation.ts'
import { pageOf } from '../../api/pagination.ts'
import type { AppContext } from '../../context.ts'
import { listUnpostedQuery, unpostedEvent } from './schema.ts'
import { listUnposted } from './service.ts'

/** List what is delivered and not posted. */
export function postingRoutes(router: Router, app: AppContext): void {
  readOperation(
    router,
    app,
    {
      method: 'GET',
      url: '/events/unposted',
      id: 'listUnpostedEvents',
      tag: 'Webhook deliveries',
      scope: 'read',
      summary: 'List events that are not posted',
      description:
        'The events that move money, are delivered to an endpoint with `expects_posting`, and have no `posting_reference` there: oldest first, one for each endpoint. They are those with a `sequence`, and `payment.succeeded`, `payment.amount_unapplied` and `payment.reversed`.',
      query: listUnpostedQuery,
      responses: { 200: pageOf(unpostedEvent) },
      errors: ['invalid_cursor'],
    },
    async ({ query, context }) => ({ status: 200, body: await listUnposted(app, context, query) }),
  )
}
