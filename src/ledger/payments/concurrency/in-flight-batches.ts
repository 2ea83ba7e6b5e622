import { randomBytes } from 'node:crypto'
import type { Id } from '../../../core/id/id.ts'
import { bigintArray } from '../../../database/arrays.ts'
import type { Queryable } from '../../../database/pool.ts'
import { loadSql } from '../../../database/sql.ts'
import type { Receivable } from '../../receivable.ts'

const openBatchSql = loadSql(import.meta.url, '../../sql/open-batch.sql')
const awaitBatchesSql = loadSql(import.meta.url, '../../sql/await-batches.sql')

/** A batch ahead does not decide. PostgreSQL has this code for transactions that stand in each other's way. */
class StuckBehind extends Error {
  override readonly name = 'StuckBehind'
  readonly code = '40001'

  constructor() {
    super('A batch ahead is not decided in time.')
  }
}

/** One try to apply a batch: when it has decided, and what it will leave of the balances. */
type Attempt = {
  decided: PromiseWithResolvers<void>
  leaves: Map<Id, Pick<Receivable, 'balance' | 'version' | 'status'>>
}

// Batches of several processes could wait for each other in a circle that PostgreSQL does not see, since part of it lies in
// here. Whoever waited this long gives up what it holds, and the circle is open.
const patienceMs = 2_000

/**
 * A batch from its begin to its end, as the batches that begin meanwhile see it: they decide from what it will leave, although
 * the database does not show it yet. So the payments to one account are not one batch after the other, each waiting for the
 * commit before it: the processors have something to do meanwhile.
 */
export class Flight {
  /** Those that were in flight when this one began, the oldest first. */
  #ahead: Flight[]
  #attempt = newAttempt()
  #builtOn = new Set<Flight>()
  readonly #ended = Promise.withResolvers<void>()
  #hasEnded = false
  readonly #key = randomBytes(8).readBigInt64BE()
  readonly #patience_ms: number

  constructor(ahead: Flight[], patience_ms: number) {
    this.#ahead = ahead
    this.#patience_ms = patience_ms
  }

  /** Resolves when all that were ahead have ended, whatever became of them. To be waited for without holding any lock. */
  async alone(): Promise<void> {
    await Promise.all(this.#ahead.map((flight) => flight.#ended.promise))
  }

  /** The first statement of its transaction: from now on those behind can wait for its end. */
  async open(connection: Queryable): Promise<void> {
    await connection.query({ ...openBatchSql, values: [this.#key] })
  }

  /**
   * Waits until those ahead have decided, sets each receivable to what the last of them will leave, unless more was read, and returns
   * those that were set so. Throws a conflict when it takes too long.
   */
  async foresee(receivables: Iterable<Receivable>): Promise<Receivable[]> {
    for (const flight of this.#ahead) await this.#inTime(flight.#attempt.decided.promise)
    const foreseen: Receivable[] = []
    for (const receivable of receivables) {
      for (const flight of this.#ahead) {
        const left = flight.#attempt.leaves.get(receivable.id)
        if (!left || left.version < receivable.version) continue
        Object.assign(receivable, left)
        this.#builtOn.add(flight)
        foreseen.push(receivable)
      }
    }
    return foreseen
  }

  /** Tells those behind what this one will leave of the receivables that it was decided from. */
  decide(receivables: Iterable<Receivable>): void {
    for (const { id, balance, version, status } of receivables) {
      this.#attempt.leaves.set(id, { balance, version, status })
    }
    this.#attempt.decided.resolve()
  }

  /** Has the database wait for the end of those that this one was decided from, before what is sent next. */
  async follow(connection: Queryable): Promise<void> {
    const inFlight = [...this.#builtOn].filter((flight) => !flight.#hasEnded)
    if (inFlight.length === 0) return
    await connection.query({ ...awaitBatchesSql, values: [bigintArray(inFlight.map((flight) => flight.#key))] })
  }

  /** The attempt was undone; what was decided from it will not find the balances that it expects. Another may follow. */
  giveUp(): void {
    this.#attempt.leaves.clear()
    this.#attempt.decided.resolve()
    this.#attempt = newAttempt()
    this.#builtOn.clear()
  }

  /** It is over: committed, or given up for good. */
  end(): void {
    this.#hasEnded = true
    this.#attempt.decided.resolve()
    this.#ended.resolve()
    // Else each would keep the one before it, back to the first.
    this.#ahead = []
    this.#builtOn.clear()
  }

  async #inTime(promise: Promise<void>): Promise<void> {
    let timer: NodeJS.Timeout | undefined
    const lateness = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new StuckBehind()), this.#patience_ms)
    })
    try {
      await Promise.race([promise, lateness])
    } finally {
      clearTimeout(timer)
    }
  }
}

function newAttempt(): Attempt {
  return { decided: Promise.withResolvers(), leaves: new Map() }
}

/** The batches in flight of one process. */
export type Flights = { begin(): Flight; end(flight: Flight): void }

/** Knows which batches are in flight. */
export function createFlights(patience_ms: number = patienceMs): Flights {
  const inFlight = new Set<Flight>()
  return {
    begin() {
      const flight = new Flight([...inFlight], patience_ms)
      inFlight.add(flight)
      return flight
    },
    end(flight) {
      inFlight.delete(flight)
      flight.end()
    },
  }
}
