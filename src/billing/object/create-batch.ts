import { z } from 'zod'
import { type BatchDeclared, type BatchWork, batchOperation } from '../../api/batch/operation.ts'
import { rehearse } from '../../api/batch/rehearse.ts'
import type { Router } from '../../api/fastify.ts'
import { writeOnce } from '../../api/idempotency.ts'
import { renderResponse } from '../../api/response.ts'
import type { AppContext, RequestContext } from '../../context.ts'
import type { Connection } from '../../database/pool.ts'
import type { ReceivableKind } from '../../ledger/receivable.ts'
import type { ChangeView } from './operations.ts'
import { type Resource, respondObject } from './resource.ts'
import type { Rows } from './rows.ts'

/** The body of a row that a dry run has taken back. */
export const takenBack = z.null().describe('In a dry run: what would be made has no id, so it is not shown')

/** What holds of every batch whose rows have transactions of their own. */
export const besideEachOther =
  'The rows are carried out beside each other, so none may need what another makes. A dry run carries out each by itself and takes it back.'

/** Creates many objects, each in a transaction of its own unless `own` says otherwise. `check` is of `BatchWork`. */
export function createBatchOperation<Kind extends ReceivableKind, Shape extends z.ZodType, Body extends z.ZodType>(
  router: Router,
  app: AppContext,
  resource: Resource<Kind, Shape>,
  declared: Pick<BatchDeclared<Body>, 'url' | 'id' | 'summary' | 'row' | 'answer'>,
  create: (connection: Connection, view: ChangeView, input: z.output<Body>) => Promise<Rows[Kind]>,
  check: (context: RequestContext, input: z.output<Body>) => void,
  own: Partial<BatchWork<z.output<Body>>> = {},
): void {
  const { tag, shape } = resource
  batchOperation(
    router,
    app,
    { ...declared, tag, scope: 'billing', description: besideEachOther, shown: [shape, takenBack] },
    {
      check,
      limitOf: () => app.batchLimits.transactions,
      carryOut(context, input) {
        const view = { app, context }
        return writeOnce(
          app,
          context,
          async (connection) =>
            renderResponse<{ 201: Shape }>(respondObject(resource, view, await create(connection, view, input), 201)),
          { committed: app.eventsCommitted },
        )
      },
      rehearse: (context, input) => rehearse(app, (connection) => create(connection, { app, context }, input)),
      ...own,
    },
  )
}
