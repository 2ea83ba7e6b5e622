import type { Authenticator } from '../src/api/auth.ts'
import type { Log, Platform } from '../src/api/platform.ts'
import { systemClock } from '../src/core/clock.ts'
import { openPool, type Pool } from '../src/database/pool.ts'
import { createPaymentQueue } from '../src/ledger/payments/queue.ts'
import { compose } from '../src/server/compose.ts'
import { poolSize } from '../src/server/open-database.ts'
import { encryptionKey } from './merchants.ts'
import type { Address } from './postgres.ts'

/** The product's own parts on one database, as the program composes them. */
export type Product = {
  pool: Pool
  platform: Platform
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

/** Composes the product on a database. The dispatcher runs only once it is started. */
export function openProduct(address: Address, publicUrl = () => 'http://127.0.0.1'): Product {
  const pool = openPool(address, poolSize, (error) => log.warn({ reason: error.message }, 'a connection was lost'))
  const clock = systemClock
  const composition = compose({
    pool,
    clock,
    encryption_key: encryptionKey,
    webhooks: { allow_loopback: true, allowed_hosts: [] },
    log,
    publicUrl,
  })
  let dispatching = false
  let batches: number[] = []
  const payments = createPaymentQueue({
    pool,
    now: () => clock.now(),
    committed(count) {
      batches.push(count)
      if (dispatching) composition.dispatcher.wake()
    },
  })
  return {
    pool,
    platform: { ...composition.platform, payments, wakeDispatcher: () => {} },
    authenticator: composition.authenticator,
    startDispatcher() {
      dispatching = true
      composition.dispatcher.start()
    },
    delivered: () => composition.dispatcher.idle(),
    takeBatches() {
      const taken = batches
      batches = []
      return taken
    },
    async close() {
      await payments.drain()
      await composition.close()
      await pool.end()
    },
  }
}
