import type { Id } from '../../core/id.ts'
import type { Receivable } from '../receivable.ts'

/** What a batch was decided from will never be. PostgreSQL says it with the same code when it finds that out first. */
class StaleBalance extends Error {
  override readonly name = 'StaleBalance'
  readonly code = '40001'

  constructor() {
    super('A balance is not what it was taken for.')
  }
}

/** One try to apply a batch: when it has decided, what it will leave behind, and whether it was committed. */
type Attempt = {
  decided: PromiseWithResolvers<void>
  landed: PromiseWithResolvers<boolean>
  /** Undefined until its end. */
  hasLanded: boolean | undefined
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
  #builtOn = new Set<Attempt>()
  readonly #ended = Promise.withResolvers<void>()
  readonly #patience_ms: number

  constructor(ahead: Flight[], patience_ms: number) {
    this.#ahead = ahead
    this.#patience_ms = patience_ms
  }

  /** Resolves when all that were ahead have ended, whatever became of them. To be waited for without holding any lock. */
  async alone(): Promise<void> {
    await Promise.all(this.#ahead.map((flight) => flight.#ended.promise))
  }

  /**
   * Waits until those ahead have decided, and sets each receivable to what the last of them will leave, unless more was read.
   * Throws `StaleBalance` when it takes too long.
   */
  async foresee(receivables: Iterable<Receivable>): Promise<void> {
    for (const flight of this.#ahead) await this.#inTime(flight.#attempt.decided.promise)
    const attempts = this.#ahead.map((flight) => flight.#attempt)
    for (const receivable of receivables) {
      for (const attempt of attempts) {
        const left = attempt.leaves.get(receivable.id)
        if (!left || left.version < receivable.version) continue
        Object.assign(receivable, left)
        this.#builtOn.add(attempt)
      }
    }
  }

  /** Tells those behind what this one will leave of the receivables that it was decided from. */
  decide(receivables: Iterable<Receivable>): void {
    for (const { id, balance, version, status } of receivables) {
      this.#attempt.leaves.set(id, { balance, version, status })
    }
    this.#attempt.decided.resolve()
  }

  /** Whether everything that this one was decided from is committed. */
  isFree(): boolean {
    return [...this.#builtOn].every(({ hasLanded }) => hasLanded)
  }

  /** Waits until all that this one was decided from is committed. Throws `StaleBalance` when some of it never will be. */
  async free(): Promise<void> {
    for (const attempt of this.#builtOn) {
      if (!(await this.#inTime(attempt.landed.promise))) throw new StaleBalance()
    }
  }

  /** The attempt was undone: those that were decided from it will be too. Another may follow. */
  giveUp(): void {
    this.#attempt.leaves.clear()
    close(this.#attempt, false)
    this.#attempt = newAttempt()
    this.#builtOn.clear()
  }

  /** The attempt was committed. */
  land(): void {
    close(this.#attempt, true)
  }

  /** It is over: committed, or given up for good. */
  end(): void {
    close(this.#attempt, this.#attempt.hasLanded ?? false)
    this.#ended.resolve()
    // Else each would keep the one before it, back to the first.
    this.#ahead = []
    this.#builtOn.clear()
  }

  async #inTime<T>(promise: Promise<T>): Promise<T> {
    let timer: NodeJS.Timeout | undefined
    const lateness = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new StaleBalance()), this.#patience_ms)
    })
    try {
      return await Promise.race([promise, lateness])
    } finally {
      clearTimeout(timer)
    }
  }
}

function newAttempt(): Attempt {
  return {
    decided: Promise.withResolvers(),
    landed: Promise.withResolvers(),
    hasLanded: undefined,
    leaves: new Map(),
  }
}

function close(attempt: Attempt, committed: boolean): void {
  attempt.hasLanded = committed
  attempt.decided.resolve()
  attempt.landed.resolve(committed)
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
