import { z } from 'zod'
import type { AppContext } from '../context.ts'
import { canonicalJson } from '../core/canonical-json.ts'
import { decode, encode } from '../core/id/base62.ts'
import { firstIdAt, type Id } from '../core/id/id.ts'
import { Problem } from '../core/problem.ts'
import { sameSecret } from '../core/secret.ts'
import { instant } from '../shapes/primitives.ts'

export const pageLimitMax = 100
const pageLimitDefault = 20
const shownIdLength = 22

/** The two members that every list takes; spread them into its query schema. A query is text, so the limit is read from it. */
export const pageQuery = {
  limit: z.coerce.number().int().min(1).max(pageLimitMax).default(pageLimitDefault).describe('How many at most'),
  cursor: z.string().max(200).optional().describe('next_cursor of the page before, unchanged'),
}

/** The two members that every list by age takes. Both instants are included. */
export const createdQuery = {
  created_from: instant.optional().describe('Made at this instant or later'),
  created_to: instant.optional().describe('Made at this instant or earlier'),
}

/** The member that lists by change take. */
export const updatedQuery = {
  updated_from: instant.optional().describe('Changed at this instant or later, money included'),
}

/** The refusal of a filter without another one beside it that a key serves. */
export function filterAlone(parameter: string, detail: string): Problem {
  const pointer = `/${parameter}`
  return new Problem('invalid_request', `${pointer}: ${detail}`, {
    errors: [{ pointer, code: 'filter_alone', detail }],
  })
}

/** The shape of every list's answer. */
export function pageOf<Item extends z.ZodType>(item: Item) {
  return z.object({
    data: z.array(item).max(pageLimitMax),
    has_more: z.boolean(),
    next_cursor: z.string().max(200).optional().describe('Absent on the last page'),
  })
}

/** All that decides what is in a list and in which order: the environment, the parent, the filters as they were sent. */
export type ListFilters = { readonly environment_id: number; readonly [filter: string]: unknown }

/** Where a page begins. Ask the database for `limit + 1` rows beyond `after`, so that it is known whether more follow. */
export type PageStart = { limit: number; after: Id | undefined }

const highestId = 'ffffffff-ffff-ffff-ffff-ffffffffffff'

/**
 * The ids of a page, newest first: from `from`, and below `below`. The cursor and the instants are both ranges of ids, since an
 * id begins with its milliseconds. Both instants are included.
 */
export function idRange(
  { created_from, created_to }: { created_from?: string | undefined; created_to?: string | undefined },
  { after }: PageStart,
): { from: Id; below: Id } {
  const end = created_to === undefined ? highestId : firstIdAt(Date.parse(created_to) + 1)
  return {
    from: firstIdAt(created_from === undefined ? 0 : Date.parse(created_from)),
    below: after !== undefined && after < end ? after : end,
  }
}

/** Reads which page is asked for. Throws `invalid_cursor` for one that this list did not give for these filters. */
export function readPage(
  app: Pick<AppContext, 'vault'>,
  listName: string,
  query: { limit: number; cursor?: string | undefined },
  filters: ListFilters,
): PageStart {
  const { limit, cursor } = query
  if (cursor === undefined) return { limit, after: undefined }
  const after = decode(cursor.slice(0, shownIdLength))
  if (after === undefined || !sameSecret(cursor, cursorAt(app, listName, filters, after))) {
    throw new Problem('invalid_cursor', 'The cursor was not given by this list with these filters.')
  }
  return { limit, after }
}

/**
 * Makes the answer of a list from up to `limit + 1` rows: the one beyond the limit only tells that there are more. The next
 * page begins after the id of the last row that is shown.
 */
export function renderListPage<Row, Shown>(
  app: Pick<AppContext, 'vault'>,
  listName: string,
  filters: ListFilters,
  rows: readonly Row[],
  limit: number,
  render: (row: Row) => Shown,
  idOf: (row: Row) => Id,
): { data: Shown[]; has_more: boolean; next_cursor?: string } {
  const shown = rows.slice(0, limit)
  const last = shown.at(-1)
  const hasMore = rows.length > limit
  return {
    data: shown.map(render),
    has_more: hasMore,
    ...(hasMore && last !== undefined && { next_cursor: cursorAt(app, listName, filters, idOf(last)) }),
  }
}

/** The id of the last row shown, and 132 bits that only this list with these filters gives it. */
function cursorAt({ vault }: Pick<AppContext, 'vault'>, listName: string, filters: ListFilters, after: Id): string {
  return encode(after) + vault.token('cursor', listName, canonicalJson(filters), after)
}
