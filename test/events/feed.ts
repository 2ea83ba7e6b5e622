import { expect } from 'vitest'
import { eventually } from '../support/eventually.ts'
import type { TestServer } from '../support/server.ts'

export type FedEvent = {
  id: string
  type: string
  data: { id: string; sequence?: number; object_version?: number; applied_to?: { id: string } }
}
export type FeedPage = { data: FedEvent[]; has_more: boolean; next_cursor: string }

/** A page of the feed, which has to be one. */
export async function page(server: TestServer, query = ''): Promise<FeedPage> {
  const { status, body } = await server.api('GET', `/events?${query}`)
  expect([status, status === 200 ? undefined : body]).toEqual([200, undefined])
  return body
}

/** Everything behind a cursor, page by page, and the cursor that leads on. */
export async function readToEnd(server: TestServer, cursor?: string, query = 'limit=100') {
  const events: FedEvent[] = []
  for (let next = cursor; ; ) {
    const { data, has_more, next_cursor } = await page(server, `${query}${next ? `&cursor=${next}` : ''}`)
    events.push(...data)
    next = next_cursor
    if (!has_more) return { events, cursor: next_cursor }
  }
}

/** Waits until every event that was committed has its position. */
export async function allSequenced({ database }: Pick<TestServer, 'database'>): Promise<void> {
  await eventually(async () => {
    const { rows } = await database.pool.query('select event_id from unsequenced_event limit 1')
    return rows.length === 0
  }, 'every event has its position')
}

/** Fails unless the order never contradicts the steps of a balance nor the versions of an object. */
export function expectInOrder(events: FedEvent[]): void {
  const last = new Map<string, number>()
  const grows = (key: string, number: number | undefined) => {
    if (number === undefined) return
    expect([key, number >= (last.get(key) ?? 0)]).toEqual([key, true])
    last.set(key, number)
  }
  for (const { data } of events) {
    const receivable = data.applied_to?.id ?? data.id
    // Two steps of a balance never have one number.
    if (data.sequence !== undefined)
      expect([receivable, last.get(`step ${receivable}`)]).not.toEqual([receivable, data.sequence])
    grows(`step ${receivable}`, data.sequence)
    grows(`version ${data.id}`, data.object_version)
  }
}
