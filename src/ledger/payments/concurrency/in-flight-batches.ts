import { randomBytes } from 'node:crypto'
import type { Id } from '../../../core/id/id.ts'
import { bigintArray } from '../../../database/arrays.ts'
import type { Queryable } from '../../../database/pool.ts'
import { loadSql } from '../../../database/sql.ts'
import type { Receivable } from '../../receivable.ts'

const openBatchSql = loadSql(import.meta.url, '../../sql/open-batch.sql')
const awaitBatchesSql = loadSql(import.meta.url, '../../sql/await-batches.sql')

/** An earlier batch has not decided in time. PostgreSQL has this code for transactions that may simply be run again. */
class PredecessorTimeout extends Error {
  override readonly name = 'PredecessorTimeout'
  readonly code = '40001'

  constructor() {
    super('An earlier batch has not decided in time.')
  }
}

/** One try to apply a batch: when it has decided, and the balances that it will write. */
type Attempt = {
  decided: PromiseWithResolvers<void>
  balances: Map<Id, Pick<Receivable, 'balance' | 'version' | 'status' | 'owed_since'>>
}

// Batches of several processes could deadlock in a way that PostgreSQL cannot see, since part of the cycle is in the
// program. A batch that has waited for this long aborts, and so releases its locks.
const predecessorTimeoutMs = 2_000

/**
 * A batch that has started and not yet committed. A later batch that touches the same balance decides from the balance this one
 * will write, so that batches on one hot account overlap instead of queueing for its row lock. The states and a time line of two
 * batches are in this folder's README.
 */
export class InFlightBatch {
  /** Those that were in flight when this one started, the oldest first. */
  #predecessors: InFlightBatch[]
  #attempt = newAttempt()
  #builtOn = new Set<InFlightBatch>()
  readonly #ended = Promise.withResolvers<void>()
  #hasEnded = false
  readonly #key = randomBytes(8).readBigInt64BE()
  readonly #predecessor_timeout_ms: number
  readonly #lock_wait: string

  constructor(predecessors: InFlightBatch[], predecessor_timeout_ms: number, lock_wait_ms: number) {
    this.#predecessors = predecessors
    this.#predecessor_timeout_ms = predecessor_timeout_ms
    this.#lock_wait = `${lock_wait_ms}ms`
  }

  /** Resolves when all predecessors have ended, committed or not. Must be awaited without holding any lock. */
  async waitUntilAlone(): Promise<void> {
    await Promise.all(this.#predecessors.map((batch) => batch.#ended.promise))
  }

  /** The first statement of the transaction: from now on later batches can wait for its end. */
  async open(connection: Queryable): Promise<void> {
    await connection.query({ ...openBatchSql, values: [this.#key, this.#lock_wait] })
  }

  /**
   * Waits until all earlier batches have decided; overwrites each receivable with the newest balance they will write, unless a newer
   * one was read; returns those overwritten. Throws 40001 after the time-out.
   */
  async readAhead(receivables: Iterable<Receivable>): Promise<Receivable[]> {
    for (const batch of this.#predecessors) await this.#inTime(batch.#attempt.decided.promise)
    const overwritten: Receivable[] = []
    for (const receivable of receivables) {
      for (const batch of this.#predecessors) {
        const ahead = batch.#attempt.balances.get(receivable.id)
        if (!ahead || ahead.version < receivable.version) continue
        Object.assign(receivable, ahead)
        this.#builtOn.add(batch)
        overwritten.push(receivable)
      }
    }
    return overwritten
  }

  /** Publishes the balances that this batch will write, and so lets later batches decide. */
  publishBalances(receivables: Iterable<Receivable>): void {
    for (const { id, balance, version, status, owed_since } of receivables) {
      this.#attempt.balances.set(id, { balance, version, status, owed_since })
    }
    this.#attempt.decided.resolve()
  }

  /**
   * Makes the database wait for the end of the batches whose balances this one was decided from, before the statements
   * sent next.
   */
  async waitForPredecessors(connection: Queryable): Promise<void> {
    const inFlight = [...this.#builtOn].filter((batch) => !batch.#hasEnded)
    if (inFlight.length === 0) return
    const keys = bigintArray(inFlight.map((batch) => batch.#key))
    await connection.query({
      ...awaitBatchesSql,
      values: [keys, `${this.#predecessor_timeout_ms}ms`, this.#lock_wait],
    })
  }

  /**
   * The attempt was aborted: batches that were decided from it will not find the balances that they expect. Another
   * attempt may follow.
   */
  reset(): void {
    this.#attempt.balances.clear()
    this.#attempt.decided.resolve()
    this.#attempt = newAttempt()
    this.#builtOn.clear()
  }

  /** It is over: committed, or aborted for good. */
  end(): void {
    this.#hasEnded = true
    this.#attempt.decided.resolve()
    this.#ended.resolve()
    // Otherwise each batch would keep the one before it alive, back to the first.
    this.#predecessors = []
    this.#builtOn.clear()
  }

  async #inTime(promise: Promise<void>): Promise<void> {
    let timer: NodeJS.Timeout | undefined
    const timeout = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new PredecessorTimeout()), this.#predecessor_timeout_ms)
    })
    try {
      await Promise.race([promise, timeout])
    } finally {
      clearTimeout(timer)
    }
  }
}

function newAttempt(): Attempt {
  return { decided: Promise.withResolvers(), balances: new Map() }
}

/** The batches in flight of one process. */
export type InFlightBatchRegistry = {
  /** Enters a batch that waits for a lock for so long at most. */
  begin(lock_wait_ms: number): InFlightBatch
  end(batch: InFlightBatch): void
}

/** Makes the registry that each batch of a process enters when it starts and leaves when it ends. */
export function createInFlightBatches(predecessor_timeout_ms: number = predecessorTimeoutMs): InFlightBatchRegistry {
  const inFlight = new Set<InFlightBatch>()
  return {
    begin(lock_wait_ms) {
      const batch = new InFlightBatch([...inFlight], predecessor_timeout_ms, lock_wait_ms)
      inFlight.add(batch)
      return batch
    },
    end(batch) {
      inFlight.delete(batch)
      batch.end()
    },
  }
}
