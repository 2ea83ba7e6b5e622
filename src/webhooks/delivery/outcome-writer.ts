import type { Clock } from '../../core/clock.ts'
import type { Log } from '../../core/log.ts'
import type { DatabaseRetry } from '../../database/availability.ts'
import type { Pool } from '../../database/pool.ts'
import { type DeliveryOutcome, recordOutcomes } from './store.ts'

// While few outcomes come, batches are at least this far apart, in ms, so that one commit serves several.
const paceMs = 10
const batchMax = 500

/** What a writer needs. */
export type OutcomeWriterOptions = {
  pool: Pool
  clock: Clock
  database: DatabaseRetry
  log: Log
  /** Called whenever all outcomes have been written. */
  onQuiet(): void
}

/** Writes outcomes in batches, one at a time: while one is written, the next one gathers. */
export class OutcomeWriter {
  readonly #options: OutcomeWriterOptions
  #outcomes: DeliveryOutcome[] = []
  #running = false

  constructor(options: OutcomeWriterOptions) {
    this.#options = options
  }

  /** Whether some outcomes are not yet written. */
  get busy(): boolean {
    return this.#running
  }

  /** Takes an outcome to be written soon. */
  add(outcome: DeliveryOutcome): void {
    this.#outcomes.push(outcome)
    if (!this.#running) void this.#run()
  }

  async #run(): Promise<void> {
    this.#running = true
    while (this.#outcomes.length > 0) {
      if (this.#outcomes.length < batchMax) await this.#options.database.pause(paceMs)
      await this.#write(this.#outcomes.splice(0, batchMax))
    }
    this.#running = false
    this.#options.onQuiet()
  }

  /**
   * Writes a batch. When the database refuses it, in halves, until the outcome that it refuses is alone; the claim of
   * that one is left to expire.
   */
  async #write(batch: DeliveryOutcome[]): Promise<void> {
    const { pool, clock, database, log } = this.#options
    try {
      await database.retryWhileUnavailable(() => recordOutcomes(pool, batch, clock.now()))
    } catch (error) {
      const [first] = batch
      if (batch.length === 1 && first) {
        const { event_id, endpoint_id } = first.delivery
        log.error(
          { event_id, endpoint_id, err: error },
          'the outcome of a delivery could not be written; it is sent again',
        )
        return
      }
      const middle = batch.length >> 1
      await this.#write(batch.slice(0, middle))
      await this.#write(batch.slice(middle))
    }
  }
}
