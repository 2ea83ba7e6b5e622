import type { Clock } from '../../core/clock.ts'
import type { Log } from '../../core/log.ts'
import type { Pool } from '../../database/pool.ts'
import type { DatabaseRetry } from './database-retry.ts'
import { type Outcome, recordOutcomes } from './record-outcomes.ts'
import { shown } from './shown-ids.ts'

// While few outcomes come, batches are at least this far apart, so that one commit serves several.
const paceMs = 10
const batchMax = 500

/** What a settler needs. */
export type OutcomeWriterOptions = {
  pool: Pool
  clock: Clock
  patience: DatabaseRetry
  log: Log
  /** Called each time when all outcomes have been written. */
  onQuiet(): void
}

/** Writes outcomes in batches, one at a time: while one is written, the next gathers. */
export class OutcomeWriter {
  readonly #options: OutcomeWriterOptions
  #outcomes: Outcome[] = []
  #running = false

  constructor(options: OutcomeWriterOptions) {
    this.#options = options
  }

  /** Whether some outcomes are not yet written. */
  get busy(): boolean {
    return this.#running
  }

  /** Takes an outcome to be written soon. */
  add(outcome: Outcome): void {
    this.#outcomes.push(outcome)
    if (!this.#running) void this.#run()
  }

  async #run(): Promise<void> {
    this.#running = true
    while (this.#outcomes.length > 0) {
      if (this.#outcomes.length < batchMax) await this.#options.patience.pause(paceMs)
      await this.#write(this.#outcomes.splice(0, batchMax))
    }
    this.#running = false
    this.#options.onQuiet()
  }

  /** Writes a batch; when the database refuses it, in halves, until the one that it refuses is alone and left to lapse. */
  async #write(batch: Outcome[]): Promise<void> {
    const { pool, clock, patience, log } = this.#options
    try {
      await patience.retryWhileUnavailable(() => recordOutcomes(pool, batch, clock.now()))
    } catch (error) {
      const [first] = batch
      if (batch.length === 1 && first) {
        const { event_id, endpoint_id } = first.delivery
        log.error(
          { ...shown({ event_id, endpoint_id }), err: error },
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
