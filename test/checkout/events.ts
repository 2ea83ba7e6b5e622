import { parseId } from '../../src/core/id/id.ts'
import type { TestServer } from '../support/server.ts'

/** The types of the events about a payment request or session, oldest first. */
export async function eventsOf(server: TestServer, { id }: { id: string }): Promise<string[]> {
  const kind = id.startsWith('pr_') ? 'payment_request' : id.startsWith('ps_') ? 'payment_session' : 'payment'
  const { rows } = await server.database.pool.query<{ type: string }>(
    'select type from event where subject_id = $1 order by id',
    [parseId(kind, id)],
  )
  return rows.map(({ type }) => type)
}
