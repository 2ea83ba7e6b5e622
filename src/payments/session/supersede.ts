import type { Id } from '../../core/id/id.ts'
import { processorNamed } from '../processor/registry.ts'
import { findSessionPayment, firstCheckMs, listRivals, type SessionPayment, updateStatus } from './store.ts'
import { type SessionApp, type SessionCause, syncWithProcessor } from './sync-with-processor.ts'

/**
 * Cancels the payments that were started earlier for any of the same receivables and never charged, and `previous`, the attempt
 * before it to pay the same request or session: a payer who goes back and begins again, or pays in a second window, would
 * otherwise be charged twice. Of two that begin at the same time each may be looked for before the other is written; but each
 * looks after its own is, so at least one sees both, and it is the same one that gives way, whoever sees it. The charge is
 * closed first, so that a cancelled payment cannot be paid; where it is too late for that, the payment gets the state of its
 * charge. A processor that closes none leaves it payable: it is cancelled all the same, and stays watched. Money that arrives all
 * the same is applied as far as it is owed.
 */
export async function supersede(
  app: SessionApp,
  started: SessionPayment,
  previous: Id | null,
  cause: SessionCause,
): Promise<void> {
  const { environment_id } = started
  const replaced = previous === null ? undefined : await findSessionPayment(app.pool, environment_id, previous)
  const waits = replaced?.status === 'initiating' || replaced?.status === 'pending_action'
  const rivals = (await listRivals(app.pool, started)).filter(({ id }) => id !== previous)
  const giving = rivals.some((rival) => isLater(rival, started))
    ? [started]
    : rivals.filter((rival) => isLater(started, rival))
  for (const payment of [...(replaced && waits ? [replaced] : []), ...giving]) {
    try {
      await cancel(app, payment, cause)
    } catch (error) {
      // It is cancelled with the next one that is started, or expires.
      app.log.warn({ err: error, payment_id: payment.id }, 'a payment that gives way could not be cancelled')
    }
  }
}

type Begun = Pick<SessionPayment, 'id' | 'created_at'>

function isLater(one: Begun, other: Begun): boolean {
  const [first, second] = [one.created_at.getTime(), other.created_at.getTime()]
  return first > second || (first === second && one.id > other.id)
}

async function cancel(app: SessionApp, payment: SessionPayment, cause: SessionCause) {
  const { processor_reference, environment_id, id, mode } = payment
  const now = app.clock.now()
  if (processor_reference !== null) {
    const processor = await processorNamed(app, { id: environment_id, mode }, payment.processor)
    if ((await processor?.close(processor_reference)) !== 'closed') {
      await syncWithProcessor(app, environment_id, id, cause)
      if (processor?.capabilities.close !== false) return
      const next_check_at = new Date(now.getTime() + firstCheckMs)
      return void (await updateStatus(app.pool, payment, { status: 'cancelled', now, next_check_at, ...cause }))
    }
  }
  await updateStatus(app.pool, payment, { status: 'cancelled', now, ...cause })
}
