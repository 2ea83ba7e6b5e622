import { z } from 'zod'
import type { Router } from '../../api/fastify.ts'
import { readOperation, writeOperation } from '../../api/operation.ts'
import type { AppContext, RequestEnvironment } from '../../context.ts'
import { absentProblem } from '../../core/absent.ts'
import { type Id, parseId } from '../../core/id/id.ts'
import type { Queryable } from '../../database/pool.ts'
import { type Application, findApplication } from '../../ledger/corrections/application.ts'
import { applyUnapplied, moveApplication, reverseApplication } from '../../ledger/corrections/operations.ts'
import { sentId } from '../../shapes/primitives.ts'
import { type Named, namedOne } from '../object/named.ts'
import { findOrThrow } from '../object/rows.ts'
import { obligationListRoute } from './list.ts'
import { renderObligation } from './render.ts'
import { createObligationBody, moveObligationBody, obligation, reverseObligationBody } from './schema.ts'

const tag = 'Obligations'
const params = z.object({ obligation: sentId('obligation') })

function respond<Status extends number>(environment: RequestEnvironment, row: Application, status: Status) {
  return { status, body: renderObligation(environment, row), etag: `"${row.version}"` }
}

async function findTarget(
  connection: Queryable,
  environmentId: number,
  target: Named,
  at: string,
): Promise<{ receivable_id: Id; pointer: string }> {
  const { kind, named, pointer } = namedOne(target, at)
  const row = await findOrThrow(connection, environmentId, kind, named, {}, { pointer })
  return { receivable_id: row.id, pointer }
}

function readObligation(shown: string): Id {
  const id = parseId('obligation', shown)
  if (id === undefined) throw absentProblem('obligation', shown, { parameter: 'obligation' })
  return id
}

function minor(amount: number | undefined): bigint | undefined {
  return amount === undefined ? undefined : BigInt(amount)
}

/**
 * Create obligations from unapplied money, list, retrieve, reverse and move them. A change is a new entry; nothing is
 * edited.
 */
export function obligationRoutes(router: Router, app: AppContext): void {
  addCreate(router, app)
  obligationListRoute(router, app)
  addRetrieve(router, app)
  addReverse(router, app)
  addMove(router, app)
}

function addCreate(router: Router, app: AppContext): void {
  writeOperation(
    router,
    app,
    {
      method: 'POST',
      url: '/billing/obligations',
      id: 'createObligation',
      tag,
      scope: 'payments',
      summary: 'Apply unapplied money of a payment',
      description:
        'Creates a new obligation. Money is applied only in its own currency, and only to what its own customer owes.',
      body: createObligationBody,
      responses: { 201: obligation },
      etag: true,
      errors: [
        'not_found',
        'payment_state',
        'amount_exceeds_remaining',
        'no_balance',
        'customer_mismatch',
        'currency_mismatch',
        'bill_voided',
      ],
    },
    async (connection, { body, context }) => {
      const payment_id = parseId('payment', body.payment)
      if (payment_id === undefined) throw absentProblem('payment', body.payment, { pointer: '/payment' })
      const target = await findTarget(connection, context.environment.id, body, '')
      const input = { payment_id, amount: BigInt(body.amount), ...target }
      return respond(context.environment, await applyUnapplied(connection, context, input), 201)
    },
  )
}

function addRetrieve(router: Router, app: AppContext): void {
  readOperation(
    router,
    app,
    {
      method: 'GET',
      url: '/billing/obligations/:obligation',
      id: 'retrieveObligation',
      tag,
      scope: 'read',
      summary: 'Retrieve an obligation',
      params,
      responses: { 200: obligation },
      etag: true,
    },
    async ({ params, context: { environment } }) => {
      const row = await findApplication(app.pool, environment.id, readObligation(params.obligation))
      if (!row) throw absentProblem('obligation', params.obligation, { parameter: 'obligation' })
      return respond(environment, row, 200)
    },
  )
}

function addReverse(router: Router, app: AppContext): void {
  writeOperation(
    router,
    app,
    {
      method: 'POST',
      url: '/billing/obligations/:obligation/reversals',
      id: 'reverseObligation',
      tag,
      scope: 'payments',
      summary: 'Reverse an obligation to unapplied',
      description:
        'Reversed by new entries: the obligation stays readable and shows how much of it was reversed. A bill that it paid is open again.',
      params,
      body: reverseObligationBody,
      responses: { 201: obligation },
      etag: true,
      errors: ['payment_state', 'amount_exceeds_remaining', 'amount_out_of_range', 'card_number'],
    },
    async (connection, { params, body, context }) => {
      const application_id = readObligation(params.obligation)
      const input = { application_id, amount: minor(body.amount), reason: body.reason }
      return respond(context.environment, await reverseApplication(connection, context, input), 201)
    },
  )
}

function addMove(router: Router, app: AppContext): void {
  writeOperation(
    router,
    app,
    {
      method: 'POST',
      url: '/billing/obligations/:obligation/moves',
      id: 'moveObligation',
      tag,
      scope: 'payments',
      summary: 'Move an obligation to another receivable of the customer',
      description: 'Reverses it and applies the money elsewhere, in one transaction. Returns the new obligation.',
      params,
      body: moveObligationBody,
      responses: { 201: obligation },
      etag: true,
      errors: [
        'payment_state',
        'amount_exceeds_remaining',
        'amount_out_of_range',
        'invalid_allocation',
        'no_balance',
        'customer_mismatch',
        'currency_mismatch',
        'bill_voided',
      ],
    },
    async (connection, { params, body, context }) => {
      const target = await findTarget(connection, context.environment.id, body.to, '/to')
      const input = { application_id: readObligation(params.obligation), amount: minor(body.amount), ...target }
      return respond(context.environment, await moveApplication(connection, context, input), 201)
    },
  )
}
