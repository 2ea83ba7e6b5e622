import { setTimeout as delay } from 'node:timers/promises'

const unavailableCodes = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ENOENT',
  'ENOTFOUND',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  '57P01',
  '57P02',
  '57P03',
  '57P05',
  '53300',
  '08000',
  '08001',
  '08003',
  '08006',
  '25006',
])
const unavailableMessages =
  /connection terminated|timeout exceeded when trying to connect|client has encountered a connection error|not queryable|connection ended|not currently accepting connections/i

/** Whether the database could not be reached or the connection was lost: the caller gets a 503 and may try again. */
export function isDatabaseUnavailable(error: unknown): boolean {
  const { code, message } = (error ?? {}) as { code?: unknown; message?: unknown }
  if (typeof code === 'string' && unavailableCodes.has(code)) return true
  return typeof message === 'string' && unavailableMessages.test(message)
}

const triesMax = 3

/** Runs `work`, three times in all while the database is unavailable. It must be work that may be done twice. */
export async function retryWhileUnavailable<T>(work: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await work()
    } catch (error) {
      if (!isDatabaseUnavailable(error) || tries === triesMax) throw error
    }
  }
}

const firstWaitMs = 100
const longestWaitMs = 5000

/** Called when the database becomes unavailable during some work, and when it is available again. */
export type AvailabilityListener = { onUnavailable(error: unknown): void; onAvailable(): void }

/** Pauses that end early at the stop, and work that waits until the database is available again. */
export class DatabaseRetry {
  readonly #stopping: AbortSignal
  readonly #listener: AvailabilityListener
  #unavailable = false

  constructor(stopping: AbortSignal, listener: AvailabilityListener) {
    this.#stopping = stopping
    this.#listener = listener
  }

  /** Waits for this time, or until the stop. */
  async pause(ms: number): Promise<void> {
    await delay(ms, undefined, { signal: this.#stopping }).catch(() => {})
  }

  /**
   * Runs `work`; while the database is unavailable, again and again, after 0.1 to 5 seconds. The outage is reported
   * once. Throws any other error of `work`, and after the stop also that the database is unavailable.
   */
  async retryWhileUnavailable<T>(work: () => Promise<T>): Promise<T> {
    for (let waitMs = firstWaitMs; ; waitMs = Math.min(waitMs * 2, longestWaitMs)) {
      try {
        const result = await work()
        if (this.#unavailable) this.#listener.onAvailable()
        this.#unavailable = false
        return result
      } catch (error) {
        if (!isDatabaseUnavailable(error) || this.#stopping.aborted) throw error
        if (!this.#unavailable) this.#listener.onUnavailable(error)
        this.#unavailable = true
        await this.pause(waitMs)
      }
    }
  }
}
