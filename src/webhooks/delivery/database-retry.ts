import { setTimeout as delay } from 'node:timers/promises'
import type { Log } from '../../core/log.ts'
import { isDatabaseUnavailable } from '../../database/errors.ts'

const firstWaitMs = 100
const longestWaitMs = 5000

/** Waits that end early when the dispatcher stops, and work that waits for the database to come back. */
export class DatabaseRetry {
  readonly #log: Log
  readonly #stopping: AbortSignal
  #away = false

  constructor(log: Log, stopping: AbortSignal) {
    this.#log = log
    this.#stopping = stopping
  }

  /** Waits so many ms, or until the stop. */
  async pause(ms: number): Promise<void> {
    await delay(ms, undefined, { signal: this.#stopping }).catch(() => {})
  }

  /**
   * Does `work`; while the database is away, again and again, after 0.1 to 5 seconds. It is logged once. Throws what `work`
   * throws for another reason, and at the stop also that the database is away.
   */
  async retryWhileUnavailable<T>(work: () => Promise<T>): Promise<T> {
    for (let waitMs = firstWaitMs; ; waitMs = Math.min(waitMs * 2, longestWaitMs)) {
      try {
        const result = await work()
        if (this.#away) this.#log.info({}, 'the database is back; webhooks are sent again')
        this.#away = false
        return result
      } catch (error) {
        if (!isDatabaseUnavailable(error) || this.#stopping.aborted) throw error
        if (!this.#away) this.#log.warn({ err: error }, 'the database is away; webhooks wait for it')
        this.#away = true
        await this.pause(waitMs)
      }
    }
  }
}
