import type { KeyUses } from '../api/key-uses.ts'
import { tellOverdue } from '../billing/bill/tell-overdue.ts'
import type { AppContext } from '../context.ts'
import type { EventFeed } from '../events/feed/sequencer.ts'
import { settleReservations } from '../ledger/payments/reservations/settle.ts'
import { totalClearing } from '../ledger/settlements/clearing.ts'
import { totalLedger } from '../ledger/totals.ts'
import { sendReceipts } from '../pages/receipts/send-messages.ts'
import { lookIntoCallbacks } from '../payments/callbacks/look-into.ts'
import { releaseAuthorisations } from '../payments/capture/release-authorisations.ts'
import { syncDueCaptures } from '../payments/capture/sync-due-captures.ts'
import { expireCheckouts } from '../payments/checkout/end.ts'
import { sendPushes } from '../payments/checkout/send-pushes.ts'
import { expireNotices } from '../payments/notice/expire.ts'
import { syncDueRefunds } from '../payments/refund/sync-due-refunds.ts'
import { syncCancelledSessions } from '../payments/session/sync-cancelled-sessions.ts'
import { syncDueDisputes } from '../payments/session/sync-due-disputes.ts'
import { syncDueSessions } from '../payments/session/sync-due-sessions.ts'
import { readDueSettlements } from '../payments/settlement/read-due-settlements.ts'
import { eraseLeft } from '../privacy/erase-events.ts'
import type { Dispatcher } from '../webhooks/delivery/dispatcher.ts'
import { wakeDeliveries } from '../webhooks/delivery/waking.ts'
import { runReplays } from '../webhooks/replay/run.ts'
import { maintainDatabase } from './maintain-database.ts'
import { type JobApp, type JobDefinition, type JobStatus, periodic } from './periodic.ts'
import { verifyJobs } from './verify-books.ts'

/** Everything that runs by itself, in the order in which it is stopped. */
export function jobDefinitions(app: AppContext, dispatcher: Dispatcher, keyUses: KeyUses): JobDefinition[] {
  const noteKeyUses = () => keyUses.write(app.pool)
  return [
    { name: 'note-key-uses', every_ms: 60_000, run: noteKeyUses, end: noteKeyUses },
    { name: 'sync-sessions', every_ms: 1_000, run: (stopping) => syncDueSessions(app, stopping) },
    { name: 'sync-cancelled-sessions', every_ms: 5_000, run: (stopping) => syncCancelledSessions(app, stopping) },
    { name: 'look-into-callbacks', every_ms: 500, run: (stopping) => lookIntoCallbacks(app, stopping) },
    { name: 'sync-refunds', every_ms: 1_000, run: (stopping) => syncDueRefunds(app, stopping) },
    { name: 'read-settlements', every_ms: 60_000, run: (stopping) => readDueSettlements(app, stopping) },
    { name: 'total-clearing', every_ms: 60_000, run: (stopping) => totalClearing(app.pool, app.clock.now(), stopping) },
    { name: 'total-ledger', every_ms: 60_000, run: (stopping) => totalLedger(app.pool, app.clock.now(), stopping) },
    { name: 'sync-disputes', every_ms: 5_000, run: (stopping) => syncDueDisputes(app, stopping) },
    { name: 'sync-captures', every_ms: 1_000, run: (stopping) => syncDueCaptures(app, stopping) },
    { name: 'release-authorisations', every_ms: 5_000, run: (stopping) => releaseAuthorisations(app, stopping) },
    { name: 'send-pushes', every_ms: 1_000, run: () => sendPushes(app) },
    { name: 'expire-checkouts', every_ms: 5_000, run: (stopping) => expireCheckouts(app, stopping) },
    { name: 'tell-overdue', every_ms: 30_000, run: (stopping) => tellOverdue(app, stopping) },
    { name: 'expire-notices', every_ms: 60_000, run: (stopping) => expireNotices(app, stopping) },
    { name: 'send-receipts', every_ms: 1_000, run: (stopping) => sendReceipts(app, stopping) },
    { name: 'wake-deliveries', every_ms: 1_000, run: (stopping) => wakeDeliveries(app, stopping) },
    { name: 'replay-events', every_ms: 1_000, run: (stopping) => runReplays(app, stopping) },
    { name: 'settle-reservations', every_ms: 60_000, run: (stopping) => settleReservations(app.shards, stopping) },
    { name: 'erase-left-events', every_ms: 60_000, run: (stopping) => eraseLeft(app, stopping) },
    ...verifyJobs(app),
    { name: 'maintain-database', every_ms: 3_600_000, run: (stopping) => maintainDatabase(app, stopping) },
    sequenceEvents(app.eventFeed),
    deliverWebhooks(dispatcher),
  ]
}

/** Gives events their positions in the feed. Each commit wakes it; this job looks besides, also for what others have done. */
export function sequenceEvents(feed: EventFeed): JobDefinition {
  return { name: 'sequence-events', every_ms: 500, run: () => feed.look(), end: () => feed.stop() }
}

/** Sends due webhooks. Each commit wakes the dispatcher; this job polls besides. */
export function deliverWebhooks(dispatcher: Dispatcher): JobDefinition {
  return {
    name: 'deliver-webhooks',
    every_ms: 500,
    // It looks until the database is available, which may be never. The stop of the dispatcher ends that.
    run: (stopping) => unlessAborted(dispatcher.look(), stopping),
    end: () => dispatcher.stop(),
  }
}

/** Resolves with the work, or when the signal is aborted. */
async function unlessAborted(work: Promise<void>, signal: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  const abort = () => resolve()
  signal.addEventListener('abort', abort)
  try {
    await Promise.race([work, promise])
  } finally {
    signal.removeEventListener('abort', abort)
  }
}

/** The jobs of one process. */
export type Jobs = {
  start(): void
  status(): JobStatus[]
  /** Stops them one after the other. */
  stop(): Promise<void>
}

/** Makes the jobs of a process. Nothing runs until `start`. */
export function createJobs(app: JobApp, definitions: JobDefinition[]): Jobs {
  const jobs = definitions.map((definition) => periodic(definition, app))
  return {
    start() {
      for (const job of jobs) job.start()
    },
    status: () => jobs.map((job) => job.status()),
    async stop() {
      for (const job of jobs) await job.stop()
    },
  }
}
