import type { z } from 'zod'
import type { Router } from '../../api/fastify.ts'
import { readOperation } from '../../api/operation.ts'
import { pageOf, readPage, renderListPage } from '../../api/pagination.ts'
import type { AppContext } from '../../context.ts'
import { sumToNumber } from '../../core/money.ts'
import type { ReceivableKind } from '../../ledger/receivable.ts'
import type { Declared } from '../object/operations.ts'
import { objectParams, type Resource } from '../object/resource.ts'
import { findBalanceOwner, findOwner } from './owner.ts'
import { renderEntry } from './render.ts'
import { balanceAt, balanceQuery, entriesQuery, entry } from './schema.ts'
import * as store from './store.ts'

// Every bill has a balance.
const balanceErrors = { customer: ['no_balance'], account: ['no_balance'], bill: [] } as const

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
      description:
        'With a filter, a page looks through 1,000 entries at most. So it may hold fewer than `limit`, or none, while has_more is true: next_cursor goes on.',
      ...declared,
      tag,
      scope: 'read',
      params: objectParams(kind),
      query: entriesQuery,
      responses: { 200: pageOf(entry) },
      errors: ['invalid_cursor'],
    },
    async ({ params, query, context }) => {
      const { owner } = await findOwner(app, context, kind, params[kind])
      const { limit, cursor, ...sought } = query
      const filters = { environment_id: owner.environment_id, owner: owner.id, ...sought }
      const page = readPage(app, list, { limit, cursor }, filters)
      const { rows, read_to } = Object.values(sought).every((filter) => filter === undefined)
        ? { rows: await store.listEntries(app.pool, owner, page), read_to: undefined }
        : await store.findEntries(app.pool, owner, page, sought)
      return {
        status: 200,
        body: renderListPage(app, list, filters, rows, limit, renderEntry, ({ id }) => id, read_to),
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
      scope: 'read',
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
