import type { AppContext } from '../../context.ts'
import type { Processor } from '../processor/processor.ts'
import { listSuperseded, type SessionPayment, updateStatus } from './store.ts'
import { type SessionApp, type SessionCause, syncWithProcessor } from './sync-with-processor.ts'

/**
 * Cancels the payments that were started earlier for any of the same receivables and never charged: a payer who goes back
 * and begins again, or pays in a second window, would otherwise be charged twice. The charge is closed first, so that a
 * cancelled payment cannot be paid; where it is too late for that, the payment gets the state of its charge. Money that
 * arrives all the same is applied as far as it is owed.
 */
export async function supersede(
  app: SessionApp & Pick<AppContext, 'log'>,
  processor: Processor,
  started: SessionPayment,
  cause: SessionCause,
): Promise<void> {
  for (const payment of await listSuperseded(app.pool, started)) {
    try {
      await cancel(app, processor, payment, cause)
    } catch (error) {
      // It is cancelled with the next one that is started, or expires.
      app.log.warn({ err: error, payment_id: payment.id }, 'a payment that gives way could not be cancelled')
    }
  }
}

async function cancel(app: SessionApp, processor: Processor, payment: SessionPayment, cause: SessionCause) {
  const { processor_reference, environment_id, id } = payment
  if (processor_reference !== null) {
    const isOurs = processor.name === payment.processor
    const isClosed = isOurs && (await processor.cancel(processor_reference))
    if (!isClosed) return void (await syncWithProcessor(app, environment_id, id, cause))
  }
  await updateStatus(app.pool, payment, { status: 'cancelled', now: app.clock.now(), ...cause })
}
