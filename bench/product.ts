import type { Authenticator } from '../src/api/auth.ts'
import { readConfig } from '../src/config.ts'
import type { AppContext } from '../src/context.ts'
import { systemClock } from '../src/core/clock.ts'
import { derivedDataKeys } from '../src/core/data-keys.ts'
import type { Log } from '../src/core/log.ts'
import { openPool, type Pool, servingLimits } from '../src/database/pool.ts'
import { oneNode, type ShardMap } from '../src/database/shard-map.ts'
import { createJobs, deliverWebhooks, sequenceEvents } from '../src/jobs/index.ts'
import { createPaymentQueue } from '../src/ledger/payments/queue.ts'
import { compose } from '../src/server/compose.ts'
import { poolSize } from '../src/server/open-database.ts'
import { wakeDeliveries } from '../src/webhooks/delivery/waking.ts'
import { encryptionKey } from './merchants.ts'
import type { Address } from './postgres.ts'

/** The product's own parts on one database, as the program composes them. */
export type Product = {
  pool: Pool
  app: AppContext
  authenticator: Authenticator
  /** Begins to send what is due, and to be told of each commit. */
  startDispatcher(): void
  /** Resolves when everything that is due has been sent. */
  delivered(): Promise<void>
  /** The sizes of the batches that were committed since the last call. */
  takeBatches(): number[]
  close(): Promise<void>
}

const log: Log = {
  debug: () => {},
  info: () => {},
  warn: (facts, message) => console.error(message, facts),
  error: (facts, message) => console.error(message, facts),
}

/**
 * Composes the product on a database, or where its tables are `apart` on several machines. Events get their positions as on a server; the
 * dispatcher runs only once it is started.
 */
export function openProduct(
  address: Address,
  publicUrl = () => 'http://127.0.0.1',
  apart?: { pool: Pool; shards: ShardMap },
): Product {
  const lost = (error: Error) => log.warn({ reason: error.message }, 'a connection was lost')
  const pool = apart?.pool ?? openPool(address, poolSize, lost, servingLimits)
  const shards = apart?.shards ?? oneNode(pool)
  const clock = systemClock
  const composition = compose({
    pool,
    shards,
    clock,
    data_keys: derivedDataKeys(encryptionKey),
    webhooks: { allow_loopback: true, allowed_hosts: [], retry_waits_s: readConfig({}).webhook_retry_waits_s },
    log,
    publicUrl,
  })
  let dispatching = false
  const wake = (stopping: AbortSignal) => wakeDeliveries(composition.app, stopping)
  const jobs = createJobs(composition.app, [
    { name: 'wake-deliveries', every_ms: 1_000, run: wake },
    deliverWebhooks(composition.dispatcher),
  ])
  const sequencing = createJobs(composition.app, [sequenceEvents(composition.app.eventFeed)])
  sequencing.start()
  let batches: number[] = []
  const payments = createPaymentQueue({
    shards,
    now: () => clock.now(),
    committed(count) {
      batches.push(count)
      composition.app.eventFeed.wake()
      if (dispatching) composition.dispatcher.wake()
    },
  })
  return {
    pool,
    app: { ...composition.app, payments, eventsCommitted: () => composition.app.eventFeed.wake() },
    authenticator: composition.authenticator,
    startDispatcher() {
      dispatching = true
      jobs.start()
    },
    delivered: () => composition.dispatcher.idle(),
    takeBatches() {
      const taken = batches
      batches = []
      return taken
    },
    async close() {
      await payments.drain()
      await jobs.stop()
      await sequencing.stop()
      await composition.close()
      await pool.end()
    },
  }
}
