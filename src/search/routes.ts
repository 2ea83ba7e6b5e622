import type { Router } from '../api/fastify.ts'
import { readOperation } from '../api/operation.ts'
import type { AppContext, RequestContext } from '../context.ts'
import { findAmounts } from './find-amounts.ts'
import { findExactly, findId, findPaymentReference } from './find-exactly.ts'
import { findNames } from './find-names.ts'
import { bestOf, type Search } from './hit.ts'
import { readObjects } from './read-objects.ts'
import { foundKinds, type SearchResult, searchQuery, searchResults } from './schema.ts'

/** `GET /search`: one field for whatever somebody at a desk has been told. What is sought is never logged. */
export function searchRoutes(router: Router, app: AppContext): void {
  readOperation(
    router,
    app,
    {
      method: 'GET',
      url: '/search',
      id: 'search',
      tag: 'Search',
      scope: 'read',
      summary: 'Search by an id, a reference, a name, a contact or an amount',
      description:
        'Ids, references, e-mail addresses and phone numbers match as a whole; of names any beginning of one of the first five words does, with what follows it. Amounts find the newest bills and unapplied payments: those are looked for among the newest 1,000 of each. Each object is as its own GET shows it, without the addresses of pages, archived ones included.',
      query: searchQuery,
      responses: { 200: searchResults },
    },
    async ({ query: { q, kinds, limit }, context }) => {
      const sought = { environment_id: context.environment.id, q, kinds: new Set(kinds ?? foundKinds), limit }
      return { status: 200, body: { data: await search(app, context, sought) } }
    },
  )
}

/** One statement after the other: a search takes one connection of the pool, whatever is found. */
async function search(
  { pool }: Pick<AppContext, 'pool'>,
  context: RequestContext,
  sought: Search,
): Promise<SearchResult[]> {
  const hits = findId(sought)
  for (const find of [findExactly, findPaymentReference, findNames, findAmounts])
    hits.push(...(await find(pool, sought)))
  return readObjects(pool, context, bestOf(hits, sought.limit))
}
