import { bucketOf } from '../../core/id.ts'
import { createGroupCommit } from '../../database/group-commit.ts'
import type { Pool } from '../../database/pool.ts'
import { applyBatch } from './batch.ts'
import { type Claimant, claimantOf } from './claims.ts'
import { createExpectation } from './expectation.ts'
import type { PaymentOrder, PaymentOutcome } from './order.ts'

export type PaymentQueueOptions = {
  pool: Pool
  now(): Date
  /**
   * Batches in flight at most, each with its own share of the buckets, so that two never lock the same receivable. With two a fifth
   * of two processors was idle; three gave 1.0, 1.15 and 1.17 times the rate in three pairs of runs, four no more.
   */
  partitions?: number
  batch_max?: number
  waiting_max?: number
  /** Called after each commit with the size of its batch, so that events leave at once. */
  committed?(payments: number): void
}

export type PaymentQueue = {
  /** Applies one payment, exactly once, together with whatever else is waiting. */
  apply(order: PaymentOrder): Promise<PaymentOutcome>
  /** How many are waiting for their answer. */
  waiting(): number
  /** Resolves when all that was asked for has been answered. */
  drain(): Promise<void>
}

/** The queue before the one write path for payments. */
export function createPaymentQueue(options: PaymentQueueOptions): PaymentQueue {
  const { pool, now, partitions = 3, batch_max = 200, waiting_max = 5_000 } = options
  const expectation = createExpectation()
  const queue = createGroupCommit<Claimant, PaymentOutcome>({
    carryOut: (claimants) => applyBatch(pool, claimants, now(), expectation),
    claimsOf: ({ names }) => names,
    laneOf: ({ order }) => bucketOf(order.payment.id),
    lanes: partitions,
    batch_max,
    waiting_max,
    committed: options.committed,
  })
  return { apply: (order) => queue.add(claimantOf(order)), waiting: queue.waiting, drain: queue.drain }
}
