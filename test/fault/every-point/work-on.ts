import { lookIntoCallbacks } from '../../../src/payments/callbacks/look-into.ts'
import { syncDueCaptures } from '../../../src/payments/capture/sync-due-captures.ts'
import { syncDueRefunds } from '../../../src/payments/refund/sync-due-refunds.ts'
import { syncDueSessions } from '../../../src/payments/session/sync-due-sessions.ts'
import { eventually } from '../../support/eventually.ts'
import type { TestEnvironment } from './flows.ts'

/** What goes on by itself in an environment, as if half a minute had passed, in which a request would have looked after it. */
export async function workOn({ id, server: { app, database } }: TestEnvironment): Promise<void> {
  for (const table of ['payment', 'refund', 'capture']) {
    await database.owner.query(
      `update ${table} set next_check_at = now() where next_check_at is not null and environment_id = $1`,
      [id],
    )
  }
  await syncDueSessions(app)
  await syncDueRefunds(app)
  await syncDueCaptures(app)
  await lookIntoCallbacks(app)
  await eventually(async () => {
    const { rows } = await database.owner.query('select from unsequenced_event limit 1')
    return rows.length === 0
  }, 'every event has its place in the feed')
}
