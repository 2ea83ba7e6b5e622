type Waiter = { wake(): void }

/** How many may wait at once in this process, and how many of them for one environment. */
export type WaiterLimits = { all_max: number; of_environment_max: number }

// Whoever waits holds a connection of HTTP and none to the database, but each reads a page whenever something comes for its environment.
const defaultLimits: WaiterLimits = { all_max: 1_000, of_environment_max: 20 }

/** Those who wait for the feed of their environment to grow. */
export class FeedWaiters {
  readonly #limits: WaiterLimits
  readonly #waiting = new Map<number, Set<Waiter>>()
  #count = 0
  #ended = false
  /** The last position that this process knows of. */
  #position = 0n

  constructor(limits: WaiterLimits = defaultLimits) {
    this.#limits = limits
  }

  /**
   * Resolves with true once there may be more of an environment behind `position`, and with false when the time is over, the signal
   * is aborted, the server stops, or too many wait already.
   */
  wait(environmentId: number, position: bigint, time_ms: number, signal: AbortSignal): Promise<boolean> {
    if (this.#position > position) return Promise.resolve(true)
    const ofEnvironment = this.#waiting.get(environmentId) ?? new Set()
    const isFull = this.#count >= this.#limits.all_max || ofEnvironment.size >= this.#limits.of_environment_max
    if (isFull || this.#ended || signal.aborted) return Promise.resolve(false)
    this.#waiting.set(environmentId, ofEnvironment)
    return new Promise((resolve) => {
      const leave = (woken: boolean) => {
        clearTimeout(timer)
        signal.removeEventListener('abort', giveUp)
        this.#count -= 1
        ofEnvironment.delete(waiter)
        if (ofEnvironment.size === 0) this.#waiting.delete(environmentId)
        resolve(woken)
      }
      const giveUp = () => leave(false)
      const waiter = { wake: () => leave(!this.#ended) }
      const timer = setTimeout(giveUp, time_ms)
      signal.addEventListener('abort', giveUp)
      ofEnvironment.add(waiter)
      this.#count += 1
    })
  }

  /**
   * Says that positions were given up to `position`: those behind `from` to events of these environments. Where an earlier one
   * is new too, another process gave it, to an event of any environment.
   */
  advance(position: bigint, from: bigint, environmentIds: readonly number[]): void {
    if (position === this.#position) return
    // A database that was restored goes on from an earlier one. If runs overtook each other, the next look sets it right.
    const isBehind = position < this.#position
    const affected = from > this.#position ? [...this.#waiting.keys()] : environmentIds
    this.#position = position
    if (isBehind) return
    for (const id of affected) for (const waiter of [...(this.#waiting.get(id) ?? [])]) waiter.wake()
  }

  /** From now on nobody waits. */
  end(): void {
    this.#ended = true
    for (const waiters of [...this.#waiting.values()]) for (const waiter of [...waiters]) waiter.wake()
  }
}
