import { newRequestId } from '../../core/request-id.ts'
import { isDatabaseAway } from '../../database/errors.ts'
import type { Platform } from '../../api/platform.ts'
import { settlePayment } from './sync-with-processor.ts'
import { claimDueChecks, moveStatus } from './store.ts'

const lookMs = 1_000
const batchMax = 50
const abandonedMs = 24 * 3_600_000

/**
 * One look at the unsettled payments that are due: asks the processor about each, and lets those run out that were begun a day
 * ago and never charged. Returns how many it looked at. Nobody's browser is needed for money that was taken to be applied.
 */
export async function checkUnsettled(platform: Platform): Promise<number> {
  const due = await claimDueChecks(platform.pool, platform.clock.now(), batchMax)
  const checks = await Promise.allSettled(due.map((payment) => checkOne(platform, payment)))
  for (const check of checks) if (check.status === 'rejected') throw check.reason
  return due.length
}

async function checkOne(platform: Platform, key: Awaited<ReturnType<typeof claimDueChecks>>[number]): Promise<void> {
  try {
    const payment = await settlePayment(platform, key.environment_id, key.id, newRequestId())
    const now = platform.clock.now()
    if (!payment || now.getTime() - payment.created_at.getTime() < abandonedMs) return
    if (payment.status === 'initiating' || payment.status === 'pending_action') {
      await moveStatus(platform.pool, payment, { status: 'expired', now })
    }
  } catch (error) {
    // The next question is set already, so one payment that cannot be settled holds up none of the others.
    if (isDatabaseAway(error)) throw error
    platform.log.error({ err: error, payment_id: key.id }, 'an unsettled payment could not be checked')
  }
}

/** Looks every second, and at once again while there is more than one batch to do. A database that is away is waited for. */
export function startJanitor(platform: Platform): { stop(): Promise<void> } {
  let running: Promise<void> | undefined
  let stopped = false
  const look = async () => {
    try {
      while (!stopped && (await checkUnsettled(platform)) === batchMax);
    } catch (error) {
      if (!isDatabaseAway(error)) platform.log.error({ err: error }, 'the unsettled payments could not be checked')
    }
  }
  const timer = setInterval(() => {
    running ??= look().finally(() => {
      running = undefined
    })
  }, lookMs)
  timer.unref()
  return {
    async stop() {
      stopped = true
      clearInterval(timer)
      await running
    },
  }
}
