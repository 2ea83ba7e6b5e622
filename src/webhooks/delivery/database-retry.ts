import { setTimeout as delay } from 'node:timers/promises'
import type { Log } from '../../core/log.ts'
import { isDatabaseUnavailable } from '../../database/errors.ts'

const firstWaitMs = 100
const longestWaitMs = 5000

/** Pauses that end early when the dispatcher stops, and work that waits until the database is available again. */
export class DatabaseRetry {
  readonly #log: Log
  readonly #stopping: AbortSignal
  #unavailable = false

  constructor(log: Log, stopping: AbortSignal) {
    this.#log = log
    this.#stopping = stopping
  }

  /** Waits for this time, or until the stop. */
  async pause(ms: number): Promise<void> {
    await delay(ms, undefined, { signal: this.#stopping }).catch(() => {})
  }

  /**
   * Runs `work`; while the database is unavailable, again and again, after 0.1 to 5 seconds. The outage is logged once.
   * Throws any other error of `work`, and after the stop also that the database is unavailable.
   */
  async retryWhileUnavailable<T>(work: () => Promise<T>): Promise<T> {
    for (let waitMs = firstWaitMs; ; waitMs = Math.min(waitMs * 2, longestWaitMs)) {
      try {
        const result = await work()
        if (this.#unavailable) this.#log.info({}, 'the database is available again; webhooks are sent')
        this.#unavailable = false
        return result
      } catch (error) {
        if (!isDatabaseUnavailable(error) || this.#stopping.aborted) throw error
        if (!this.#unavailable) this.#log.warn({ err: error }, 'the database is unavailable; webhooks wait for it')
        this.#unavailable = true
        await this.pause(waitMs)
      }
    }
  }
}
