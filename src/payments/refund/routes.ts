import { z } from 'zod'
import type { Router } from '../../api/fastify.ts'
import { readOperation } from '../../api/operation.ts'
import type { AppContext } from '../../context.ts'
import { sentId } from '../../shapes/primitives.ts'
import { refundCreateRoute } from './create.ts'
import { refundListRoute } from './list.ts'
import { refundRecordRoute } from './record.ts'
import { renderRefund } from './render.ts'
import { refund } from './schema.ts'
import { findRefundOrThrow } from './store.ts'

/** Record, create, list and retrieve refunds. */
export function refundRoutes(router: Router, app: AppContext): void {
  refundRecordRoute(router, app)
  refundCreateRoute(router, app)
  refundListRoute(router, app)
  addRetrieve(router, app)
}

function addRetrieve(router: Router, app: AppContext): void {
  readOperation(
    router,
    app,
    {
      method: 'GET',
      url: '/billing/refunds/:refund',
      id: 'retrieveRefund',
      tag: 'Refunds',
      scope: 'read',
      summary: 'Retrieve a refund',
      params: z.object({ refund: sentId('refund') }),
      responses: { 200: refund },
      etag: true,
    },
    async ({ params, context: { environment } }) => {
      const row = await findRefundOrThrow(app.pool, environment.id, params.refund)
      return { status: 200, body: renderRefund(environment, row), etag: `"${row.version}"` }
    },
  )
}
