import type { z } from 'zod'
import type { Router } from '../../api/fastify.ts'
import { readOperation } from '../../api/operation.ts'
import { pageOf, readPage, renderListPage } from '../../api/pagination.ts'
import type { AppContext, RequestContext } from '../../context.ts'
import { sumToNumber } from '../../core/money.ts'
import { Problem } from '../../core/problem.ts'
import { ownerField, type ReceivableKind } from '../../ledger/receivable.ts'
import type { Declared } from '../object/operations.ts'
import { objectParams, type Resource } from '../object/resource.ts'
import { findOrThrow } from '../object/rows.ts'
import { renderEntry, renderMovements } from './render.ts'
import { balanceAt, balanceQuery, entriesQuery, entry, movementsMax, statement, statementQuery } from './schema.ts'
import * as store from './store.ts'

type App = Pick<AppContext, 'pool'>

// Every bill has a balance.
const balanceErrors = { customer: ['no_balance'], account: ['no_balance'], bill: [] } as const

/** The object whose history is asked for, with the currency of its balance; null when it has no balance. */
async function findOwner({ pool }: App, { environment }: RequestContext, kind: ReceivableKind, named: string) {
  const row = await findOrThrow(pool, environment.id, kind, named)
  const owner: store.Owner = { environment_id: environment.id, id: row.id, bucket: row.bucket }
  return { owner, currency: row.balance === null ? null : row.receivable_currency }
}

/** As `findOwner`, but throws `no_balance` for an object without a balance. */
async function findBalanceOwner(app: App, context: RequestContext, kind: ReceivableKind, named: string) {
  const { owner, currency } = await findOwner(app, context, kind, named)
  if (currency === null) throw new Problem('no_balance', `The ${kind} has no balance, so it has no history.`)
  return { owner, currency, shown: ownerField({ id: owner.id, kind }) }
}

/** Lists the entries of an object's balance, newest first. */
export function entriesOperation<Kind extends ReceivableKind>(
  router: Router,
  app: AppContext,
  { kind, tag }: Resource<Kind, z.ZodType>,
  declared: Declared,
): void {
  const list = `${kind} entries`
  readOperation(
    router,
    app,
    {
      method: 'GET',
      ...declared,
      tag,
      params: objectParams(kind),
      query: entriesQuery,
      responses: { 200: pageOf(entry) },
      errors: ['invalid_cursor'],
    },
    async ({ params, query, context }) => {
      const { owner } = await findOwner(app, context, kind, params[kind])
      const filters = { environment_id: owner.environment_id, owner: owner.id }
      const page = readPage(app, list, query, filters)
      const rows = await store.listEntries(app.pool, owner, page)
      return {
        status: 200,
        body: renderListPage(app, list, filters, rows, page.limit, renderEntry, ({ id }) => id),
      }
    },
  )
}

/** The balance of an object at one instant, from what had been recorded by another. */
export function balanceOperation<Kind extends ReceivableKind>(
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
      description: 'The sum of the entries that were effective by effective_at and had been recorded by recorded_at.',
      ...declared,
      tag,
      params: objectParams(kind),
      query: balanceQuery,
      responses: { 200: balanceAt },
      errors: [...balanceErrors[kind], 'amount_out_of_range'],
    },
    async ({ params, query, context }) => {
      const { owner, currency, shown } = await findBalanceOwner(app, context, kind, params[kind])
      const effectiveAt = query.effective_at === undefined ? context.now : new Date(query.effective_at)
      const recordedAt = query.recorded_at === undefined ? undefined : new Date(query.recorded_at)
      const balance = await store.readBalanceAt(app.pool, owner, effectiveAt, recordedAt)
      return {
        status: 200,
        body: {
          ...shown,
          balance: sumToNumber(balance),
          currency,
          effective_at: effectiveAt.toISOString(),
          recorded_at: (recordedAt ?? context.now).toISOString(),
        },
      }
    },
  )
}

/** The movements of a span of days, with the opening and the closing balance. */
export function statementOperation<Kind extends ReceivableKind>(
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
      description:
        "Days are in the environment's time zone, both inclusive. A span with more than 1,000 movements is refused.",
      ...declared,
      tag,
      params: objectParams(kind),
      query: statementQuery,
      responses: { 200: statement },
      errors: [...balanceErrors[kind], 'amount_out_of_range', 'statement_too_long'],
    },
    async ({ params, query, context }) => {
      const { owner, currency, shown } = await findBalanceOwner(app, context, kind, params[kind])
      const span = { ...query, time_zone: context.environment.time_zone }
      const { opening, movements } = await store.readStatement(app.pool, owner, span, movementsMax + 1)
      if (movements.length > movementsMax) {
        throw new Problem('statement_too_long', `There are more than ${movementsMax} movements in that span.`)
      }
      return { status: 200, body: { ...shown, currency, ...span, ...renderMovements(opening, movements) } }
    },
  )
}
