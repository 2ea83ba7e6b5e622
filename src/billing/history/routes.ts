import { Problem } from '../../core/problem.ts'
import type { ChangeContext } from '../../api/context.ts'
import { addRead } from '../../api/operation.ts'
import { pageOf, readPage, renderPage } from '../../api/pagination.ts'
import type { App, Platform } from '../../api/platform.ts'
import { paidMember, type ReceivableKind } from '../../ledger/receivable.ts'
import { mustFind } from '../object/rows.ts'
import { accounts, bills, customers, objectParams, type Resource } from '../object/resource.ts'
import { renderEntry, renderMovements } from './render.ts'
import { balanceAt, balanceQuery, entriesQuery, entry, movementsMax, statement, statementQuery } from './schema.ts'
import * as store from './store.ts'

/** The history of customers, accounts and bills: their entries, their balance at any time, their statements. */
export function historyRoutes(app: App, platform: Platform): void {
  for (const resource of [customers, accounts, bills]) {
    entriesRoute(app, platform, resource)
    balanceRoute(app, platform, resource)
    statementRoute(app, platform, resource)
  }
}

type AnyResource = Pick<Resource<ReceivableKind>, 'kind' | 'name' | 'url'>

/** The object whose history is asked for, with the currency of its balance; null when it has no balance. */
async function findOwner(platform: Platform, { environment }: ChangeContext, kind: ReceivableKind, named: string) {
  const row = await mustFind(platform.pool, environment.id, kind, named)
  const owner: store.Owner = { environment_id: environment.id, id: row.id, bucket: row.bucket }
  return { owner, currency: row.balance === null ? null : row.receivable_currency }
}

/** As `findOwner`, but throws `no_balance` for what has none. */
async function findHolder(platform: Platform, context: ChangeContext, kind: ReceivableKind, named: string) {
  const { owner, currency } = await findOwner(platform, context, kind, named)
  if (currency === null) throw new Problem('no_balance', `The ${kind} has no balance, so it has no history.`)
  return { owner, currency, shown: paidMember({ id: owner.id, kind }) }
}

function entriesRoute(app: App, platform: Platform, { kind, name, url }: AnyResource): void {
  const list = `${kind} entries`
  addRead(
    app,
    platform,
    {
      method: 'GET',
      url: `${url}/:${kind}/entries`,
      id: `list${name.one}Entries`,
      tag: name.many,
      summary: `List the entries of ${name.article}`,
      params: objectParams(kind),
      query: entriesQuery,
      answers: { 200: pageOf(entry) },
      refusals: [404],
    },
    async ({ params, query, context }) => {
      const { owner } = await findOwner(platform, context, kind, params[kind])
      const filters = { environment_id: owner.environment_id, owner: owner.id }
      const page = readPage(platform, list, query, filters)
      const rows = await store.listEntries(platform.pool, owner, page)
      const shown = renderPage(platform, list, filters, rows, page.limit, renderEntry, ({ id }) => id)
      return { status: 200, body: JSON.stringify(shown) }
    },
  )
}

function balanceRoute(app: App, platform: Platform, { kind, name, url }: AnyResource): void {
  addRead(
    app,
    platform,
    {
      method: 'GET',
      url: `${url}/:${kind}/balance`,
      id: `retrieve${name.one}Balance`,
      tag: name.many,
      summary: `Retrieve the balance of ${name.article} at a time`,
      description: 'What counted by effective_at, as far as it was written by recorded_at.',
      params: objectParams(kind),
      query: balanceQuery,
      answers: { 200: balanceAt },
      refusals: [404, 422],
    },
    async ({ params, query, context }) => {
      const { owner, currency, shown } = await findHolder(platform, context, kind, params[kind])
      const effectiveAt = query.effective_at === undefined ? context.now : new Date(query.effective_at)
      const recordedAt = query.recorded_at === undefined ? undefined : new Date(query.recorded_at)
      const balance = await store.balanceAt(platform.pool, owner, effectiveAt, recordedAt)
      const body = {
        ...shown,
        balance: Number(balance),
        currency,
        effective_at: effectiveAt.toISOString(),
        recorded_at: (recordedAt ?? context.now).toISOString(),
      }
      return { status: 200, body: JSON.stringify(body) }
    },
  )
}

function statementRoute(app: App, platform: Platform, { kind, name, url }: AnyResource): void {
  addRead(
    app,
    platform,
    {
      method: 'GET',
      url: `${url}/:${kind}/statement`,
      id: `retrieve${name.one}Statement`,
      tag: name.many,
      summary: `Retrieve a statement of ${name.article}`,
      description:
        "Days are those of the environment's time zone, both included. More than 1,000 movements need a shorter span.",
      params: objectParams(kind),
      query: statementQuery,
      answers: { 200: statement },
      refusals: [404, 422],
    },
    async ({ params, query, context }) => {
      const { owner, currency, shown } = await findHolder(platform, context, kind, params[kind])
      const span = { ...query, time_zone: context.environment.time_zone }
      const { opening, movements } = await store.readStatement(platform.pool, owner, span, movementsMax + 1)
      if (movements.length > movementsMax) {
        throw new Problem('statement_too_long', `There are more than ${movementsMax} movements in that span.`)
      }
      const body = { ...shown, currency, ...span, ...renderMovements(opening, movements) }
      return { status: 200, body: JSON.stringify(body) }
    },
  )
}
