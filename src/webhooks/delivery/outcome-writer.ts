import type { Clock } from '../../core/clock.ts'
import type { AttemptCounts } from '../../core/figures.ts'
import type { Log } from '../../core/log.ts'
import { type DatabaseRetry, isDatabaseUnavailable } from '../../database/availability.ts'
import type { Pool } from '../../database/pool.ts'
import { shown } from './failure-log.ts'
import { apartFromLocked, type DeliveryOutcome, type EndpointToPause, queuesOfEnded, recordOutcomes } from './store.ts'

// While few outcomes come, batches are at least this far apart, in ms, so that one commit serves several.
const paceMs = 10
const batchMax = 500
// The pause before an outcome is written whose delivery another session has locked, in ms.
const lockedPauseMs = 1_000

/** What a writer needs. */
export type OutcomeWriterOptions = {
  /** Where attempts are counted, if they are. */
  attempts?: AttemptCounts | undefined
  pool: Pool
  clock: Clock
  database: DatabaseRetry
  log: Log
  /** Called with an endpoint that has to be paused. */
  pause(endpoint: EndpointToPause): Promise<void>
  /** Called when deliveries may have got their turn. */
  onTurns(): void
  /** Called whenever all outcomes have been written. */
  onQuiet(): void
}

/** Writes outcomes in batches, one at a time: while one is written, the next one gathers. */
export class OutcomeWriter {
  readonly #options: OutcomeWriterOptions
  #outcomes: DeliveryOutcome[] = []
  #running = false
  #postponed = 0
  #hasLost = false

  constructor(options: OutcomeWriterOptions) {
    this.#options = options
  }

  /** Whether some outcomes are not yet written. */
  get busy(): boolean {
    return this.#running || this.#postponed > 0
  }

  /** Takes an outcome to be written soon. */
  add(outcome: DeliveryOutcome): void {
    this.#count(outcome)
    this.#outcomes.push(outcome)
    if (!this.#running) void this.#run()
  }

  /** A claim that was returned without an attempt is not counted. */
  #count({ status, attempt }: DeliveryOutcome): void {
    const { attempts } = this.#options
    if (!attempts || attempt === undefined || status === 'cancelled') return
    attempts[status === 'pending' ? 'failed' : status] += 1
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

  /** Writes a batch. Outcomes of locked deliveries are written later. */
  async #write(batch: DeliveryOutcome[]): Promise<void> {
    const { pool, clock, database } = this.#options
    const write = async (part: DeliveryOutcome[]) => {
      const toPause = await database.retryWhileUnavailable(() => recordOutcomes(pool, part, clock.now()))
      if (queuesOfEnded(part).length > 0) this.#options.onTurns()
      for (const endpoint of toPause) await this.#options.pause(endpoint)
    }
    try {
      const locked = await apartFromLocked(batch, write)
      if (locked.length > 0) void this.#postpone(locked)
    } catch (error) {
      if (isDatabaseUnavailable(error)) this.#loseAtStop((error as Error).message)
      else await this.#writeHalves(batch, error)
    }
  }

  /**
   * The database refuses an outcome: writes halves until the one that it refuses is alone. The claim of that one is left
   * to expire.
   */
  async #writeHalves(batch: DeliveryOutcome[], error: unknown): Promise<void> {
    const [first] = batch
    if (batch.length === 1 && first) {
      const { event_id, endpoint_id } = first.delivery
      this.#options.log.error(
        { ...shown({ event_id, endpoint_id }), err: error },
        'the outcome of a delivery could not be written; it is sent again',
      )
      return
    }
    const middle = batch.length >> 1
    await this.#write(batch.slice(0, middle))
    await this.#write(batch.slice(middle))
  }

  async #postpone(locked: DeliveryOutcome[]): Promise<void> {
    this.#postponed += 1
    const isStopping = await this.#options.database.pause(lockedPauseMs)
    this.#postponed -= 1
    if (!isStopping) for (const outcome of locked) this.add(outcome)
    else {
      this.#loseAtStop('other sessions hold locks')
      this.#options.onQuiet()
    }
  }

  /** The claims are left to expire. Logged once, however many there are. */
  #loseAtStop(reason: string): void {
    if (this.#hasLost) return
    this.#hasLost = true
    this.#options.log.warn(
      { reason },
      'outcomes of deliveries could not be written before the stop; these deliveries are sent again',
    )
  }
}
