import { z } from 'zod'
import { type Id, readId } from '../../core/id/id.ts'
import { fieldProblem, Problem } from '../../core/problem.ts'
import type { Queryable } from '../../database/pool.ts'
import { addRead, addWrite } from '../../api/operation.ts'
import type { App, Platform, RequestEnvironment } from '../../api/platform.ts'
import type { Answer } from '../../api/idempotency.ts'
import { type Application, findApplication } from '../../ledger/corrections/application.ts'
import { applyUnapplied, moveApplication, reverseApplication } from '../../ledger/corrections/operations.ts'
import { find } from '../object/rows.ts'
import { obligationListRoute } from './list.ts'
import { renderObligation } from './render.ts'
import { createObligation, moveObligation, obligation, reverseObligation } from './schema.ts'

const tag = 'Obligations'
const url = '/billing/obligations'
const params = z.object({ obligation: z.string().max(255) })

function answer(environment: RequestEnvironment, row: Application, status: number): Answer {
  return { status, body: JSON.stringify(renderObligation(environment, row)), etag: `"${row.version}"` }
}

type Target = { customer?: string | undefined; account?: string | undefined; bill?: string | undefined }

async function findTarget(
  connection: Queryable,
  environmentId: number,
  target: Target,
  pointer: string,
): Promise<{ receivable_id: Id; pointer: string }> {
  for (const kind of ['bill', 'account', 'customer'] as const) {
    const named = target[kind]
    if (named === undefined) continue
    const row = await find(connection, environmentId, kind, named)
    if (!row) throw fieldProblem('not_found', `${pointer}/${kind}`, `There is no ${kind} with this id or reference.`)
    return { receivable_id: row.id, pointer: `${pointer}/${kind}` }
  }
  throw new Problem('invalid_request', 'Name one of customer, account and bill.')
}

function readObligation(shown: string): Id {
  const id = readId('obligation', shown)
  if (id === undefined) throw new Problem('not_found', 'There is no obligation with this id.')
  return id
}

function minor(amount: number | undefined): bigint | undefined {
  return amount === undefined ? undefined : BigInt(amount)
}

/** Apply unapplied money later, retrieve, take back and move obligations. Everything is a new entry; nothing is edited. */
export function obligationRoutes(app: App, platform: Platform): void {
  addCreate(app, platform)
  obligationListRoute(app, platform)
  addRetrieve(app, platform)
  addReverse(app, platform)
  addMove(app, platform)
}

function addCreate(app: App, platform: Platform): void {
  addWrite(
    app,
    platform,
    {
      method: 'POST',
      url,
      id: 'createObligation',
      tag,
      summary: 'Apply unapplied money of a payment',
      description: 'Makes a new obligation. Money is applied in its own currency, to what its customer owes.',
      body: createObligation,
      answers: { 201: obligation },
      etag: true,
      refusals: [404, 409, 422],
    },
    async (connection, { body, context }) => {
      const payment_id = readId('payment', body.payment)
      if (payment_id === undefined) throw fieldProblem('not_found', '/payment', 'There is no payment with this id.')
      const target = await findTarget(connection, context.environment.id, body, '')
      const input = { payment_id, amount: BigInt(body.amount), ...target }
      return answer(context.environment, await applyUnapplied(connection, context, input), 201)
    },
  )
}

function addRetrieve(app: App, platform: Platform): void {
  addRead(
    app,
    platform,
    {
      method: 'GET',
      url: `${url}/:obligation`,
      id: 'retrieveObligation',
      tag,
      summary: 'Retrieve an obligation',
      params,
      answers: { 200: obligation },
      etag: true,
      refusals: [404],
    },
    async ({ params, context: { environment } }) => {
      const row = await findApplication(platform.pool, environment.id, readObligation(params.obligation))
      if (!row) throw new Problem('not_found', 'There is no obligation with this id.')
      return answer(environment, row, 200)
    },
  )
}

function addReverse(app: App, platform: Platform): void {
  addWrite(
    app,
    platform,
    {
      method: 'POST',
      url: `${url}/:obligation/reversals`,
      id: 'reverseObligation',
      tag,
      summary: 'Take an obligation back to unapplied',
      description:
        'By new entries: the obligation stays readable, with what was taken back of it. A bill is open again.',
      params,
      body: reverseObligation,
      answers: { 201: obligation },
      etag: true,
      refusals: [404, 409, 422],
    },
    async (connection, { params, body, context }) => {
      const application_id = readObligation(params.obligation)
      const input = { application_id, amount: minor(body.amount), reason: body.reason }
      return answer(context.environment, await reverseApplication(connection, context, input), 201)
    },
  )
}

function addMove(app: App, platform: Platform): void {
  addWrite(
    app,
    platform,
    {
      method: 'POST',
      url: `${url}/:obligation/moves`,
      id: 'moveObligation',
      tag,
      summary: 'Move an obligation to another receivable of the customer',
      description: 'Takes it back and applies it elsewhere, in one transaction. Answers the new obligation.',
      params,
      body: moveObligation,
      answers: { 201: obligation },
      etag: true,
      refusals: [404, 409, 422],
    },
    async (connection, { params, body, context }) => {
      const target = await findTarget(connection, context.environment.id, body.to, '/to')
      const input = { application_id: readObligation(params.obligation), amount: minor(body.amount), ...target }
      return answer(context.environment, await moveApplication(connection, context, input), 201)
    },
  )
}
