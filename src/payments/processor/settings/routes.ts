import type { Router } from '../../../api/fastify.ts'
import { writeOnce } from '../../../api/idempotency.ts'
import { groupedOperation, readOperation, writeOperation } from '../../../api/operation.ts'
import { renderResponse } from '../../../api/response.ts'
import type { AppContext, RequestContext } from '../../../context.ts'
import type { ProcessorRow } from '../store.ts'
import * as schema from './schema.ts'
import * as service from './service.ts'

const tag = 'Processors'
const params = schema.processorParams
const responses = { 200: schema.shownProcessor }

function shown(app: AppContext, context: RequestContext, row: ProcessorRow) {
  const body = service.renderProcessor(app, context, row)
  return { status: 200 as const, body, etag: service.processorEtag(row) }
}

/** The payment services of the environment of the key: which are switched on, in which order, with which limits. */
export function processorRoutes(router: Router, app: AppContext): void {
  readOperation(
    router,
    app,
    {
      method: 'GET',
      url: '/settings/processors',
      id: 'listProcessors',
      tag,
      scope: 'read',
      summary: 'List the processors',
      description: 'All that the environment may have, set up or not.',
      responses: { 200: schema.shownProcessors },
    },
    async ({ context }) => {
      const rows = await service.listProcessors(app.pool, context)
      return {
        status: 200,
        body: { data: rows.map((row) => service.renderProcessor(app, context, row)) },
      }
    },
  )

  readOperation(
    router,
    app,
    {
      method: 'GET',
      url: '/settings/processors/:processor',
      id: 'retrieveProcessor',
      tag,
      scope: 'read',
      summary: 'Retrieve a processor',
      params,
      responses,
      etag: true,
    },
    async ({ params: { processor }, context }) =>
      shown(app, context, await service.findProcessorOrThrow(app.pool, context, processor)),
  )

  addUpdate(router, app)

  writeOperation(
    router,
    app,
    {
      method: 'DELETE',
      url: '/settings/processors/:processor',
      id: 'deleteProcessor',
      tag,
      scope: 'settings',
      summary: 'Forget a processor',
      description:
        'Its secrets and all that was set of it are deleted. The simulator of a test environment is on again.',
      params,
      responses: { 200: schema.deletedProcessor },
      errors: ['payment_in_progress'],
    },
    async (connection, { params: { processor }, context }) => {
      await service.removeProcessor(connection, context, processor)
      return { status: 200, body: { name: processor, deleted: true as const } }
    },
  )
}

function addUpdate(router: Router, app: AppContext): void {
  groupedOperation(
    router,
    app,
    {
      method: 'PATCH',
      url: '/settings/processors/:processor',
      id: 'updateProcessor',
      tag,
      scope: 'settings',
      summary: 'Set up a processor',
      description:
        'A new `secret_key` is tried by one call to the processor before it is saved. Switching one off leaves the payments that were begun through it looked after.',
      params,
      query: schema.verifyQuery,
      body: schema.updateProcessorBody,
      responses,
      etag: true,
      errors: [
        'precondition_failed',
        'processor_refused_key',
        'processor_unreachable',
        'not_supported',
        'amount_out_of_range',
        'card_number',
      ],
    },
    async ({ params: { processor: name }, query, body: input, context, if_match }) => {
      // Before the transaction: none stays open while a processor is asked.
      await service.checkKeys(app, context, name, input, query.verify)
      return writeOnce(app, context, async (connection) => {
        const row = await service.updateProcessor(connection, app, context, { name, input, if_match })
        return renderResponse<typeof responses>(shown(app, context, row))
      })
    },
  )
}
