import type { AppContext } from '../context.ts'
import { ProcessorFault } from '../payments/processor/fault.ts'
import type { SessionPayment } from '../payments/session/store.ts'
import { syncWithProcessor } from '../payments/session/sync-with-processor.ts'
import { pageCause } from './cause.ts'

/** A payment as its processor has it now; where that does not answer, as it was. A payer is not kept from their page by it. */
export async function syncOrKeep(app: AppContext, payment: SessionPayment, requestId: string): Promise<SessionPayment> {
  try {
    return (await syncWithProcessor(app, payment.environment_id, payment.id, pageCause(requestId))) ?? payment
  } catch (error) {
    if (!(error instanceof ProcessorFault)) throw error
    app.log.warn({ err: error, request_id: requestId }, 'a processor did not say what has become of a charge')
    return payment
  }
}
