import { z } from 'zod'
import type { AppContext } from '../context.ts'
import { canonicalJson } from '../core/canonical-json.ts'
import { decode, encode } from '../core/id/base62.ts'
import { firstIdAt, type Id } from '../core/id/id.ts'
import { Problem } from '../core/problem.ts'
import { sameSecret } from '../core/secret.ts'
import { expecting } from '../shapes/expected.ts'
import { instant, wholeNumberText } from '../shapes/primitives.ts'

export const pageLimitMax = 100
const pageLimitDefault = 20
const shownIdLength = 22

/** The two fields that every list takes; spread them into its query schema. */
export const pageQuery = {
  limit: wholeNumberText(1, pageLimitMax).default(pageLimitDefault).describe('Maximum number of items'),
  cursor: expecting(z.string(), 'the next_cursor of the page before, unchanged')
    .max(200)
    .optional()
    .describe('next_cursor of the previous page, unchanged'),
}

/** The two fields of every list that can be filtered by age. Both instants are inclusive. */
export const createdQuery = {
  created_from: instant.optional().describe('Created at this instant or later'),
  created_to: instant.optional().describe('Created at this instant or earlier'),
}

/** The field of lists that can be filtered by change. */
export const updatedQuery = {
  updated_from: instant.optional().describe('Changed at this instant or later, money included'),
}

/** The shape of every list's response. */
export function pageOf<Item extends z.ZodType>(item: Item) {
  return z.object({
    data: z.array(item).max(pageLimitMax),
    has_more: z.boolean(),
    next_cursor: z.string().max(200).optional().describe('Absent on the last page'),
  })
}

/**
 * Everything that determines a list: the environment, the parent, the filters as they were sent. A cursor is bound to
 * it.
 */
export type ListFilters = { readonly environment_id: number; readonly [filter: string]: unknown }

/** Where a page starts. Read `limit + 1` rows beyond `after` to know whether more follow. */
export type PageStart = { limit: number; after: Id | undefined }

/** No id is higher. */
export const highestId = 'ffffffff-ffff-ffff-ffff-ffffffffffff'

/**
 * The range of ids of a page, newest first: from `from`, and below `below`. The cursor and the instants are both ranges
 * of ids, since an id begins with its milliseconds. Both instants are inclusive.
 */
export function idRange(
  { created_from, created_to }: { created_from?: string | undefined; created_to?: string | undefined },
  { after }: Pick<PageStart, 'after'>,
): { from: Id; below: Id } {
  const end = created_to === undefined ? highestId : firstIdAt(Date.parse(created_to) + 1)
  return {
    from: firstIdAt(created_from === undefined ? 0 : Date.parse(created_from)),
    below: after !== undefined && after < end ? after : end,
  }
}

/**
 * Reads which page is requested. Throws `invalid_cursor` for a cursor that this list did not return for these filters.
 */
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
    throw invalidCursor()
  }
  return { limit, after }
}

/** The refusal of a cursor that a list did not return. */
export function invalidCursor(): Problem {
  const detail = 'This list did not return that cursor for these filters: send its next_cursor, unchanged.'
  return new Problem('invalid_cursor', detail, { errors: [{ parameter: 'cursor', code: 'invalid_cursor', detail }] })
}

/**
 * Renders a list's response from up to `limit + 1` rows: the extra row only shows that there are more. The next page
 * starts after the id of the last row shown. A list that looks through a bounded number of rows says by `readTo` where it ended
 * before the page was full.
 */
export function renderListPage<Row, Shown>(
  app: Pick<AppContext, 'vault'>,
  listName: string,
  filters: ListFilters,
  rows: readonly Row[],
  limit: number,
  render: (row: Row) => Shown,
  idOf: (row: Row) => Id,
  readTo?: Id,
): { data: Shown[]; has_more: boolean; next_cursor?: string } {
  const shown = rows.slice(0, limit)
  const last = shown.at(-1)
  const after = rows.length > limit && last !== undefined ? idOf(last) : readTo
  return {
    data: shown.map(render),
    has_more: after !== undefined,
    ...(after !== undefined && { next_cursor: cursorAt(app, listName, filters, after) }),
  }
}

/** The id of the last row shown, and 132 bits derived from it, the list and its filters. */
function cursorAt({ vault }: Pick<AppContext, 'vault'>, listName: string, filters: ListFilters, after: Id): string {
  return encode(after) + vault.token('cursor', listName, canonicalJson(filters), after)
}
