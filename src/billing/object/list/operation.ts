import { Problem } from '../../../core/problem.ts'
import { addRead } from '../../../api/operation.ts'
import { pageOf, readPage, renderPage } from '../../../api/pagination.ts'
import type { App, Platform } from '../../../api/platform.ts'
import type { ReceivableKind } from '../../../ledger/receivable.ts'
import type { Resource } from '../resource.ts'
import { type ListQuery, listQueries } from './schema.ts'
import { listObjects } from './store.ts'

/** The list of one kind of objects: newest first, by cursors, with filters. */
export function listRoute<Kind extends ReceivableKind>(app: App, platform: Platform, resource: Resource<Kind>): void {
  const { kind, name, url, shape } = resource
  addRead(
    app,
    platform,
    {
      method: 'GET',
      url,
      id: `list${name.many}`,
      tag: name.many,
      summary: `List ${url.slice('/billing/'.length)}`,
      query: listQueries[kind],
      answers: { 200: pageOf(shape) },
    },
    async ({ query, context }) => {
      const { limit, cursor, ...sent } = query as ListQuery
      refuseBalanceAlone(sent)
      const filters = { environment_id: context.environment.id, ...sent }
      const page = readPage(platform, kind, { limit, cursor }, filters)
      const rows = await listObjects(platform.pool, context, kind, query as ListQuery, page)
      const view = { platform, context }
      const shown = renderPage(
        platform,
        kind,
        filters,
        rows,
        limit,
        (row) => resource.render(view, row),
        ({ id }) => id,
      )
      return { status: 200, body: JSON.stringify(shown) }
    },
  )
}

/** A balance changes with every payment, so no index holds it: another filter has to narrow the list first. */
function refuseBalanceAlone({ balance_min, balance_max, archived: _, ...others }: Partial<ListQuery>): void {
  if (balance_min === undefined && balance_max === undefined) return
  if (Object.values(others).some((filter) => filter !== undefined)) return
  const detail = 'is taken only beside another filter, such as created_from or customer'
  const pointer = balance_min === undefined ? '/balance_max' : '/balance_min'
  throw new Problem('invalid_request', `${pointer}: ${detail}`, {
    errors: [{ pointer, code: 'filter_alone', detail }],
  })
}
