import { setTimeout as delay } from 'node:timers/promises'
import { isConflict, isLockTimeout } from './errors.ts'

// The operating system's codes of a connection that cannot be made, or that breaks.
const socketCodes = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ECONNABORTED',
  'EPIPE',
  'ENOENT',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'EHOSTDOWN',
  'ENETUNREACH',
  'ENETDOWN',
])

// The beginnings of PostgreSQL's codes that say nothing about the statement, and everything about the state of the
// server. Source: PostgreSQL, appendix A.
const stateCodes = [
  // The connection could not be made, or broke.
  '08',
  // The disk is full, there is no memory left, or there are too many connections.
  '53',
  // The server is shutting down, has crashed or is starting; an operator has ended the connection.
  '57P',
  // The statement reached its time limit, or an operator has cancelled it.
  '57014',
  // The system beneath PostgreSQL failed: a file could not be read or written.
  '58',
  // The server is a standby, or has become one: another server takes the writes.
  '25006',
  // The server has ended a transaction in which it heard nothing from this process for too long, or that took too long.
  '25P03',
  '25P04',
]
const unavailableMessages =
  /connection terminated|timeout exceeded when trying to connect|timeout expired|read timeout|client has encountered a connection error|not queryable|connection ended|not currently accepting connections/i

/** A connection got no answer in time and was destroyed. Whether its last statements took effect is unknown. */
export class DeadlineExceeded extends Error {
  override readonly name = 'DeadlineExceeded'

  constructor() {
    super('The database did not answer in time.')
  }
}

/**
 * A commit was sent and not reported as done: it may have taken effect, or may yet do so, or may be on this server alone and not on its
 * standby. The same change sent again takes effect once.
 */
export class OutcomeUnknown extends Error {
  override readonly name = 'OutcomeUnknown'

  constructor(why: string, cause?: unknown) {
    super(`Whether a commit took effect is not known: ${why}`, { cause })
  }
}

/**
 * Whether the database could not be reached, the connection was lost, or the server can do nothing in its present state:
 * the caller gets a 503 and may try again.
 */
export function isDatabaseUnavailable(error: unknown): boolean {
  if (error instanceof DeadlineExceeded || error instanceof OutcomeUnknown) return true
  const { code, message } = (error ?? {}) as { code?: unknown; message?: unknown }
  if (typeof code === 'string' && (socketCodes.has(code) || stateCodes.some((state) => code.startsWith(state)))) {
    return true
  }
  return typeof message === 'string' && unavailableMessages.test(message)
}

/** Whether the same request may succeed when it is sent again: its own content is not what failed. */
export function isTemporary(error: unknown): boolean {
  return isDatabaseUnavailable(error) || isLockTimeout(error) || isConflict(error)
}

const triesMax = 3

/**
 * Runs `work`, three times in all while the database is unavailable and somebody still waits for it. It must be work
 * that may be done twice.
 */
export async function retryWhileUnavailable<T>(
  work: () => Promise<T>,
  isAwaited: () => boolean = () => true,
): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await work()
    } catch (error) {
      if (!isDatabaseUnavailable(error) || tries === triesMax || !isAwaited()) throw error
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

  /** Waits for this time, or until the stop. Returns whether it has come. */
  async pause(ms: number): Promise<boolean> {
    await delay(ms, undefined, { signal: this.#stopping }).catch(() => {})
    return this.#stopping.aborted
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
