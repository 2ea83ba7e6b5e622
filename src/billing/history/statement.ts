import type { z } from 'zod'
import type { Router } from '../../api/fastify.ts'
import { readOperation } from '../../api/operation.ts'
import type { AppContext, RequestContext } from '../../context.ts'
import { Problem } from '../../core/problem.ts'
import { ownerField, type ReceivableKind } from '../../ledger/receivable.ts'
import type { Declared } from '../object/operations.ts'
import { objectParams, type Resource } from '../object/resource.ts'
import { findBalanceOwner, findOwner } from './owner.ts'
import { renderMovements, renderWhole } from './render.ts'
import { movementsMax, scopedStatementQuery, statement, statementQuery, wholeStatement } from './schema.ts'
import * as store from './store.ts'

const description =
  "Days are in the environment's time zone, both inclusive. A span with more than 1,000 movements is refused."

type App = Pick<AppContext, 'pool'>
type Span = { from: string; to: string }

/** The movements of a span of days of a bill, with the opening and the closing balance. */
export function billStatementOperation(
  router: Router,
  app: AppContext,
  { tag }: Resource<'bill', z.ZodType>,
  declared: Declared,
): void {
  readOperation(
    router,
    app,
    {
      method: 'GET',
      description,
      ...declared,
      tag,
      scope: 'read',
      params: objectParams('bill'),
      query: statementQuery,
      responses: { 200: statement },
      errors: ['amount_out_of_range', 'statement_too_long'],
    },
    async ({ params, query, context }) => ({
      status: 200,
      body: await ownStatement(app, context, 'bill', params.bill, query),
    }),
  )
}

/** The same of a customer or an account: of its own balance, or of everything that is owed there. */
export function statementOperation<Kind extends 'customer' | 'account'>(
  router: Router,
  app: AppContext,
  { kind, tag }: Resource<Kind, z.ZodType>,
  declared: Declared,
): void {
  readOperation(
    router,
    app,
    {
      method: 'GET',
      description: `${description} With \`scope=all\` it is of everything that is owed there, by currency, with how long it has been due.`,
      ...declared,
      tag,
      scope: 'read',
      params: objectParams<Kind>(kind),
      query: scopedStatementQuery,
      responses: { 200: statement.or(wholeStatement) },
      errors: ['no_balance', 'amount_out_of_range', 'statement_too_long'],
    },
    async ({ params, query: { scope, ...span }, context }) => {
      const of = scope === 'all' ? statementOfAll : ownStatement
      return { status: 200, body: await of(app, context, kind, params[kind], span) }
    },
  )
}

async function ownStatement(
  app: App,
  context: RequestContext,
  kind: ReceivableKind,
  named: string,
  days: Span,
): Promise<z.input<typeof statement>> {
  const { owner, currency, shown } = await findBalanceOwner(app, context, kind, named)
  const span = { ...days, time_zone: context.environment.time_zone }
  const { opening, movements } = await store.readStatement(app.pool, owner, span, movementsMax + 1)
  refuseTooMany(movements.length)
  return { ...shown, currency, ...span, ...renderMovements(opening, movements) }
}

async function statementOfAll(
  app: App,
  context: RequestContext,
  kind: 'customer' | 'account',
  named: string,
  days: Span,
): Promise<z.input<typeof wholeStatement>> {
  const { owner } = await findOwner(app, context, kind, named)
  const span = { ...days, time_zone: context.environment.time_zone }
  const rows = await store.readWholeStatement(app.pool, owner, span, movementsMax + 1)
  refuseTooMany(rows.reduce((sum, { movements }) => sum + movements.length, 0))
  return { ...ownerField({ id: owner.id, kind }), ...span, currencies: rows.map(renderWhole) }
}

function refuseTooMany(movements: number): void {
  if (movements <= movementsMax) return
  throw new Problem('statement_too_long', `There are more than ${movementsMax} movements in that span.`)
}
