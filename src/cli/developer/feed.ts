import { setTimeout as pause } from 'node:timers/promises'
import { type Api, ApiError, Unanswered } from './api.ts'

/** An event of the feed: its bytes are those of the webhook when it is written as JSON. */
export type FeedEvent = { id: string; type: string; created_at: string; data: Record<string, unknown> }

/** Events that follow each other, and the cursor of what follows them. */
export type FeedPage = { data: FeedEvent[]; next_cursor: string }

const wait_s = 25
const firstPause_ms = 500
const longestPause_ms = 10_000

/** What a reader of the feed is told when something comes between. */
export type FeedNotes = {
  /** The server does not answer; it is asked again until it does. */
  onBreak(reason: string): void
  onBack(): void
  /** The cursor is of no use any more, so the feed begins elsewhere. */
  onLost(reason: string): void
}

/**
 * Reads the feed for as long as the signal allows: pages that are not empty, and with each the cursor to go on after it. It
 * begins after the cursor, or at the end of the feed, and goes on where it was when the server was away. Throws ApiError
 * when the server refuses the key or the types.
 */
export async function* followFeed(
  api: Api,
  from: { cursor: string | undefined; types: string | undefined },
  notes: FeedNotes,
  signal: AbortSignal,
): AsyncGenerator<FeedPage> {
  let cursor = from.cursor ?? 'latest'
  let failures = 0
  while (!signal.aborted) {
    try {
      const page = await readFeedPage(api, { cursor, types: from.types }, signal)
      if (failures > 0) notes.onBack()
      failures = 0
      // The first page tells where the end is, before anything waits for what comes after it.
      const isNew = cursor !== page.next_cursor
      cursor = page.next_cursor
      if (isNew) yield page
    } catch (error) {
      if (signal.aborted) return
      if (error instanceof Unanswered) {
        if (failures === 0) notes.onBreak(error.message)
        failures += 1
        await pause(Math.min(firstPause_ms * 2 ** (failures - 1), longestPause_ms), undefined, { signal }).catch(
          () => {},
        )
      } else if (error instanceof ApiError && isOfCursor(error) && cursor !== '') {
        notes.onLost(error.message)
        cursor = error.code === 'cursor_expired' ? '' : 'latest'
      } else throw error
    }
  }
}

const isOfCursor = ({ code }: ApiError) => code === 'cursor_expired' || code === 'invalid_cursor'

/** One page; of the end of the feed at once, so that its cursor is known, else when something has happened or after 25 s. */
export function readFeedPage(
  api: Api,
  { cursor, types }: { cursor: string; types: string | undefined },
  signal?: AbortSignal,
): Promise<FeedPage> {
  const query = new URLSearchParams({
    ...(cursor !== '' && { cursor }),
    ...(types !== undefined && { types }),
    wait_s: String(cursor === 'latest' ? 0 : wait_s),
    limit: '20',
  })
  return api.call('GET', `/events?${query}`, undefined, signal)
}
