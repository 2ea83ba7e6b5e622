import type { AppContext, RequestContext } from '../../context.ts'
import { formatInstant } from '../../core/clock.ts'
import { Problem } from '../../core/problem.ts'
import { awaitStandby } from '../../database/transaction.ts'
import { wholeBody } from '../../events/personal.ts'
import { feedCursor, feedPosition } from './cursor.ts'
import type { ReadFeed } from './schema.ts'
import { type FeedRows, type FeedSearch, readFeedRows } from './store.ts'

type App = Pick<AppContext, 'pool' | 'vault' | 'eventFeed'>

/**
 * A page of the feed as text, which has the very bytes of the webhooks. At the end of the feed it waits for `wait_s` seconds, between two
 * reads and without a connection to the database, unless `left` is aborted. Throws `invalid_cursor` and `cursor_expired`.
 */
export async function readFeed(
  app: App,
  { environment }: Pick<RequestContext, 'environment'>,
  { limit, cursor, types, wait_s }: ReadFeed,
  left: AbortSignal,
): Promise<string> {
  const ends = performance.now() + wait_s * 1_000
  let search: FeedSearch = { environment_id: environment.id, after: 'oldest', types: types ?? null, limit }
  if (cursor === 'latest') search.after = 'latest'
  else if (cursor !== undefined) search.after = feedPosition(app, environment.id, cursor)
  for (;;) {
    const page = await readFeedRows(app.pool, search)
    refuseExpired(search, page)
    const remaining_ms = ends - performance.now()
    const isAnswer = page.events.length > 0 || page.stopped_at !== undefined || remaining_ms <= 0
    if (isAnswer || !(await app.eventFeed.wait(environment.id, page.place, remaining_ms, left))) {
      if (page.events.length > 0) await awaitStandby(app.pool)
      return renderPage(app, environment.id, page)
    }
    search = { ...search, after: page.place }
  }
}

function refuseExpired({ after }: FeedSearch, { dropped_to, dropped_before }: FeedRows): void {
  if (typeof after !== 'bigint' || after >= dropped_to) return
  const detail = `Events behind this cursor are no longer kept: the earliest time is ${formatInstant(dropped_before)}. Begin again without a cursor.`
  throw new Problem('cursor_expired', detail, { errors: [{ parameter: 'cursor', code: 'cursor_expired', detail }] })
}

/** The events are put together as texts: to read and write them again could change their bytes. */
function renderPage(app: App, environmentId: number, { events, stopped_at, place }: FeedRows): string {
  const next_cursor = JSON.stringify(feedCursor(app, environmentId, stopped_at ?? place))
  return `{"data":[${events.map(wholeBody).join(',')}],"has_more":${stopped_at !== undefined},"next_cursor":${next_cursor}}`
}
