import { setTimeout as delay } from 'node:timers/promises'

const awayCodes = new Set([
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
const awayMessages =
  /connection terminated|timeout exceeded when trying to connect|client has encountered a connection error|not queryable|connection ended|not currently accepting connections/i

/** Whether the database could not be reached or went away: the caller may try again, and gets a 503. */
export function isDatabaseUnavailable(error: unknown): boolean {
  const { code, message } = (error ?? {}) as { code?: unknown; message?: unknown }
  if (typeof code === 'string' && awayCodes.has(code)) return true
  return typeof message === 'string' && awayMessages.test(message)
}

const awayTriesMax = 3

/** Does work again when the database went away meanwhile, three times in all. It must be work that may be done twice. */
export async function retryWhileUnavailable<T>(work: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await work()
    } catch (error) {
      if (!isDatabaseUnavailable(error) || tries === awayTriesMax) throw error
    }
  }
}

const firstWaitMs = 100
const longestWaitMs = 5000

/** Told when the database goes away under some work, and when it is back. */
export type AvailabilityListener = { onAway(error: unknown): void; onBack(): void }

/** Waits that end early at the stop, and work that waits for the database to come back. */
export class DatabaseRetry {
  readonly #stopping: AbortSignal
  readonly #listener: AvailabilityListener
  #away = false

  constructor(stopping: AbortSignal, listener: AvailabilityListener) {
    this.#stopping = stopping
    this.#listener = listener
  }

  /** Waits so many ms, or until the stop. */
  async pause(ms: number): Promise<void> {
    await delay(ms, undefined, { signal: this.#stopping }).catch(() => {})
  }

  /**
   * Does `work`; while the database is away, again and again, after 0.1 to 5 seconds. It is told once. Throws what `work`
   * throws for another reason, and at the stop also that the database is away.
   */
  async retryWhileUnavailable<T>(work: () => Promise<T>): Promise<T> {
    for (let waitMs = firstWaitMs; ; waitMs = Math.min(waitMs * 2, longestWaitMs)) {
      try {
        const result = await work()
        if (this.#away) this.#listener.onBack()
        this.#away = false
        return result
      } catch (error) {
        if (!isDatabaseUnavailable(error) || this.#stopping.aborted) throw error
        if (!this.#away) this.#listener.onAway(error)
        this.#away = true
        await this.pause(waitMs)
      }
    }
  }
}
