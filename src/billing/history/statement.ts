import type { z } from 'zod'
import type { FastifyReply, Router } from '../../api/fastify.ts'
import { operation } from '../../api/operation.ts'
import { renderResponse, sendResponse } from '../../api/response.ts'
import { wantedType } from '../../api/wanted-type.ts'
import type { AppContext, RequestContext } from '../../context.ts'
import { Problem, parameterProblem } from '../../core/problem.ts'
import { ownerField, type ReceivableKind } from '../../ledger/receivable.ts'
import type { Declared } from '../object/operations.ts'
import { objectParams, type Resource } from '../object/resource.ts'
import { findBalanceOwner, findOwner } from './owner.ts'
import { renderMovements, renderWhole } from './render.ts'
import { movementsMax, scopedStatementQuery, statement, statementQuery, wholeStatement } from './schema.ts'
import { csvLimits, sendStatementCsv } from './send-csv.ts'
import * as store from './store.ts'

const description =
  "Days are in the environment's time zone, both inclusive. As JSON, a span with more than 1,000 movements is refused; as CSV (`Accept: text/csv`) there is no limit."

type App = Pick<AppContext, 'pool'>
type Days = { from: string; to: string }

/** The movements of a span of days of a bill, with the opening and the closing balance. */
export function billStatementOperation(
  router: Router,
  app: AppContext,
  { tag }: Resource<'bill', z.ZodType>,
  declared: Declared,
): void {
  operation(
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
      also_as: ['text/csv'],
      errors: ['amount_out_of_range', 'statement_too_long'],
    },
    async ({ params, query, context }, reply) => {
      if (wantedType(reply, ['application/json', 'text/csv']) === 'text/csv')
        return sendOwnCsv(app, context, reply, { kind: 'bill', named: params.bill, days: query })
      return sendJson(reply, await ownStatement(app, context, 'bill', params.bill, query))
    },
  )
}

/** Sends a statement of everything as a PDF. It is made above billing, as the payer has it. */
export type SendPdf = (reply: FastifyReply, owner: store.Owner, days: Days) => Promise<FastifyReply>

/** The same of a customer or an account: of its own balance, or of everything that is owed there. */
export function statementOperation<Kind extends 'customer' | 'account'>(
  router: Router,
  app: AppContext,
  { kind, tag }: Resource<Kind, z.ZodType>,
  declared: Declared,
  sendPdf: SendPdf,
): void {
  operation(
    router,
    app,
    {
      method: 'GET',
      description: `${description} With \`scope=all\` it is of everything that is owed there, by currency, with how long it has been due; only that comes as a PDF too (\`Accept: application/pdf\`), up to 1,000 movements.`,
      ...declared,
      tag,
      scope: 'read',
      params: objectParams<Kind>(kind),
      query: scopedStatementQuery,
      responses: { 200: statement.or(wholeStatement) },
      also_as: ['text/csv', 'application/pdf'],
      errors: ['no_balance', 'amount_out_of_range', 'statement_too_long', 'not_supported'],
    },
    async ({ params, query: { scope, ...days }, context }, reply) => {
      const asked = { kind, named: params[kind], days }
      const type = wantedType(reply, ['application/json', 'text/csv', 'application/pdf'])
      if (type === 'application/pdf') {
        if (scope !== 'all') throw parameterProblem('scope', 'not_in_list', 'should be `all` for a PDF')
        return sendPdf(reply, (await findOwner(app, context, kind, params[kind])).owner, days)
      }
      if (type === 'text/csv') return (scope === 'all' ? sendWholeCsv : sendOwnCsv)(app, context, reply, asked)
      const of = scope === 'all' ? statementOfAll : ownStatement
      return sendJson(reply, await of(app, context, kind, params[kind], days))
    },
  )
}

function sendJson(reply: FastifyReply, body: z.input<typeof statement> | z.input<typeof wholeStatement>): FastifyReply {
  return sendResponse(reply, renderResponse({ status: 200, body }))
}

type Asked = { kind: ReceivableKind; named: string; days: Days }

async function sendOwnCsv(app: App, context: RequestContext, reply: FastifyReply, { kind, named, days }: Asked) {
  const { owner, currency, external_reference } = await findBalanceOwner(app, context, kind, named)
  const span = { ...days, time_zone: context.environment.time_zone }
  const balance = { ...owner, kind, currency, external_reference }
  return sendStatementCsv(reply, () => store.pageStatement(app.pool, balance, span, csvLimits), span)
}

async function sendWholeCsv(app: App, context: RequestContext, reply: FastifyReply, { kind, named, days }: Asked) {
  const { owner } = await findOwner(app, context, kind, named)
  const span = { ...days, time_zone: context.environment.time_zone }
  return sendStatementCsv(reply, () => store.pageWholeStatement(app.pool, owner, span, csvLimits), span)
}

async function ownStatement(
  app: App,
  context: RequestContext,
  kind: ReceivableKind,
  named: string,
  days: Days,
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
  days: Days,
): Promise<z.input<typeof wholeStatement>> {
  const { owner } = await findOwner(app, context, kind, named)
  const span = { ...days, time_zone: context.environment.time_zone }
  const rows = await store.readWholeStatement(app.pool, owner, span, movementsMax + 1)
  refuseTooMany(rows.reduce((sum, { movements }) => sum + movements.length, 0))
  return { ...ownerField({ id: owner.id, kind }), ...span, currencies: rows.map(renderWhole) }
}

function refuseTooMany(movements: number): void {
  if (movements > movementsMax) throw statementTooLong()
}

/** The refusal of a statement that is longer than one object, or one PDF, should be. */
export function statementTooLong(): Problem {
  const detail = `There are more than ${movementsMax} movements in that span.`
  return new Problem('statement_too_long', `${detail} As CSV there is no limit: send \`Accept: text/csv\`.`)
}
