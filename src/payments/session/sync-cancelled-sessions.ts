import type { AppContext } from '../../context.ts'
import { newRequestId } from '../../core/request-id.ts'
import { processorNamed } from '../processor/registry.ts'
import { checkApart } from './apart.ts'
import { claimCancelledChecks, findSessionPayment, type SessionPayment, scheduleCheck } from './store.ts'
import { type SessionApp, syncWithProcessor } from './sync-with-processor.ts'

const batchMax = 50
const watchMinMs = 60_000
const watchMaxMs = 3_600_000
const failed = 'the charge of a cancelled payment could not be closed'

type App = SessionApp & Pick<AppContext, 'outage'>

/**
 * Closes the charges of payments that were cancelled with what they were for, so that their payers, who may still be on the
 * page of the processor, are not charged. Where it is too late for that, the payment gets the state of its charge, and
 * the money is kept; where the processor closes none, it is asked for two days, for the payer may still pay. Returns after the current batch when it is told to stop.
 */
export async function syncCancelledSessions(app: App, stopping?: AbortSignal): Promise<void> {
  for (;;) {
    const due = await claimCancelledChecks(app.pool, app.clock.now(), batchMax)
    const checks = await Promise.allSettled(due.map((key) => checkApart(app, key.id, failed, () => closeOne(app, key))))
    for (const check of checks) if (check.status === 'rejected') throw check.reason
    if (due.length < batchMax || stopping?.aborted) return
  }
}

async function closeOne(app: App, key: Awaited<ReturnType<typeof claimCancelledChecks>>[number]): Promise<void> {
  const payment = await findSessionPayment(app.pool, key.environment_id, key.id)
  if (!payment || payment.processor_reference === null) return
  const { environment_id, mode, processor_reference } = payment
  const processor = await processorNamed(app, { id: environment_id, mode }, payment.processor)
  if (!processor) return
  if ((await processor.close(processor_reference)) !== 'closed') {
    const cause = { request_id: newRequestId(), actor: 'job:sync-cancelled-sessions' } as const
    await syncWithProcessor(app, environment_id, payment.id, cause)
  }
  const ends = processor.capabilities.close
  await scheduleCheck(app.pool, key, 'cancelled', ends ? null : nextWatch(payment, app.clock.now()))
}

/** At intervals that grow with the age of the payment, to an hour. */
function nextWatch({ created_at }: Pick<SessionPayment, 'created_at'>, now: Date): Date {
  const age_ms = now.getTime() - created_at.getTime()
  return new Date(now.getTime() + Math.min(Math.max(age_ms / 4, watchMinMs), watchMaxMs))
}
