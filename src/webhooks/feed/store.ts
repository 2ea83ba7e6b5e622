import type { Queryable } from '../../database/pool.ts'
import { loadSql } from '../../database/sql.ts'

const readFeedSql = loadSql(import.meta.url, './sql/read-feed.sql')

// No key knows a type: what is not found among so many is on a page after.
const walkMax = 10_000
// No position is higher: nothing is behind it.
const endOfFeed = 2n ** 63n - 1n

/** What is asked for: behind a position, from the oldest event that is kept, or from the end on. */
export type FeedSearch = {
  environment_id: number
  after: bigint | 'oldest' | 'latest'
  types: string[] | null
  limit: number
}

/** What was found, and the bounds of the feed in the same snapshot. */
export type FeedRows = {
  events: { position: bigint; body: string; personal: string | null }[]
  /** The last event that was looked at, when more may follow. */
  stopped_at: bigint | undefined
  /** The last position that was given. */
  place: bigint
  /** The highest position that was dropped, and until when events were. */
  dropped_to: bigint
  dropped_before: Date
}

type Row = Pick<FeedRows, 'place' | 'dropped_to' | 'dropped_before'> & {
  stopped_at: bigint | null
  position: bigint | null
  body: string
  personal: string | null
}

/** Reads a page of the feed, in one statement. */
export async function readFeedRows(
  database: Queryable,
  { environment_id, after, types, limit }: FeedSearch,
): Promise<FeedRows> {
  // One more than is shown, to know whether more follow.
  const found_max = limit + 1
  const from = after === 'oldest' ? null : after === 'latest' ? endOfFeed : after
  const { rows } = await database.query<Row>({
    ...readFeedSql,
    values: [environment_id, from, types, found_max, types === null ? found_max : walkMax],
  })
  const { place, dropped_to, dropped_before, stopped_at } = rows[0] as Row
  // A page on which nothing was found has one row without an event.
  const found = rows.flatMap(({ position, body, personal }) => (position === null ? [] : { position, body, personal }))
  const events = found.slice(0, limit)
  const last = found.length > limit ? events.at(-1)?.position : stopped_at
  return { events, stopped_at: last ?? undefined, place, dropped_to, dropped_before }
}
