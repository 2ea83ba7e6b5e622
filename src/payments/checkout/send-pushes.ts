import type { AppContext, RequestEnvironment } from '../../context.ts'
import { siblingId } from '../../core/id/id.ts'
import { newRequestId } from '../../core/request-id.ts'
import { loadSql } from '../../database/sql.ts'
import type { CheckoutRow } from '../../ledger/checkouts/checkout.ts'
import { offeredFor, processorsFor } from '../processor/registry.ts'
import { checkApart } from '../session/apart.ts'
import type { SessionApp } from '../session/sync-with-processor.ts'
import { beginCheckout } from './begin.ts'

const listUnsentPushesSql = loadSql(import.meta.url, './sql/list-unsent-pushes.sql')
const failed = 'a push could not be sent'

type Unsent = CheckoutRow & { environment: RequestEnvironment; phone: string }

/**
 * Sends the pushes of payment requests that were created: no call of a processor happens in the transaction that creates one. The
 * id of the payment follows from that of its request, so that a push that was sent before a kill is the same one.
 */
export async function sendPushes(app: SessionApp & Pick<AppContext, 'outage'>): Promise<void> {
  const { rows } = await app.pool.query<Unsent>({ ...listUnsentPushesSql, values: [app.clock.now()] })
  for (const row of rows) await checkApart(app, row.id, failed, () => sendPush(app, row))
}

async function sendPush(app: SessionApp, row: Unsent): Promise<void> {
  const { environment, phone, id } = row
  const offered = offeredFor(await processorsFor(app, environment), row.amount, row.currency)
  const processor = offered.find(({ push }) => push)
  if (!processor) return
  const cause = { actor: 'job:send-pushes', request_id: newRequestId() } as const
  await beginCheckout(app, processor, row, { ...cause, environment, id: siblingId(id), via: { phone }, metadata: {} })
}
