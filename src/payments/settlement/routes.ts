import { z } from 'zod'
import type { Router } from '../../api/fastify.ts'
import { readOperation, writeOperation } from '../../api/operation.ts'
import type { AppContext } from '../../context.ts'
import { sentId } from '../../shapes/primitives.ts'
import { readBalances } from './balances.ts'
import { settlementListRoute } from './list.ts'
import { settlementLinesRoute } from './list-lines.ts'
import { renderSettlement } from './render.ts'
import * as schema from './schema.ts'
import { settleSimulator } from './settle-simulator.ts'
import { findSettlementOrThrow } from './store.ts'

const tag = 'Settlements'

/** What processors pay to the bank of the merchant, and what they still owe. */
export function settlementRoutes(router: Router, app: AppContext): void {
  settlementListRoute(router, app)
  addRetrieve(router, app)
  settlementLinesRoute(router, app)
  addBalances(router, app)
  addTestSettlement(router, app)
}

function addRetrieve(router: Router, app: AppContext): void {
  readOperation(
    router,
    app,
    {
      method: 'GET',
      url: '/collect/settlements/:settlement',
      id: 'retrieveSettlement',
      tag,
      scope: 'read',
      summary: 'Retrieve a settlement',
      params: z.object({ settlement: sentId('settlement') }),
      responses: { 200: schema.settlement },
      etag: true,
    },
    async ({ params, context: { environment } }) => {
      const row = await findSettlementOrThrow(app.pool, environment.id, params.settlement)
      return { status: 200, body: renderSettlement(environment, row), etag: `"${row.version}"` }
    },
  )
}

function addBalances(router: Router, app: AppContext): void {
  readOperation(
    router,
    app,
    {
      method: 'GET',
      url: '/collect/balances',
      id: 'retrieveProcessorBalances',
      tag,
      scope: 'read',
      summary: 'Retrieve what processors owe, as of the end of a day',
      description:
        'By processor and currency, as far as it is known now: what a processor tells later counts on the day of its own.',
      query: schema.balancesQuery,
      responses: { 200: schema.processorBalances },
      errors: ['amount_out_of_range'],
    },
    async ({ query, context }) => ({ status: 200, body: await readBalances(app.pool, context, query.as_of) }),
  )
}

function addTestSettlement(router: Router, app: AppContext): void {
  writeOperation(
    router,
    app,
    {
      method: 'POST',
      url: '/test/settlements',
      id: 'createTestSettlement',
      tag,
      scope: 'payments',
      summary: 'Have the simulator settle at once, in a test environment',
      description:
        'What it has taken and sent back since its last settlement, by currency; otherwise it settles at midnight. Nothing to settle is an empty list. Live keys get 404.',
      responses: { 201: schema.settledNow },
      errors: ['not_found'],
    },
    // The transaction holds the Idempotency-Key only: settlements are booked in transactions of their own.
    async (_connection, { context }) => {
      const rows = await settleSimulator(app, context)
      return { status: 201, body: { data: rows.map((row) => renderSettlement(context.environment, row)) } }
    },
    { committed: app.eventsCommitted },
  )
}
