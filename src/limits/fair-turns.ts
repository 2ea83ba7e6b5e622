import { Problem } from '../core/problem.ts'

/** Lets work in so that no key holds up another. */
export type FairTurns = {
  /**
   * Does the work of a key when it is its turn. Throws `overloaded` when too much of that key waits. Where it had to wait and nobody wants
   * it any more by then, it is not done: it throws too, for nobody.
   */
  run<T>(key: string, work: () => Promise<T>, isWanted: () => boolean): Promise<T>
  /** How much waits for its turn. */
  waiting(): number
}

type Key = { running: number; waiting: (() => void)[] }

export type FairTurnsLimits = {
  /** How much runs at once. */
  running_max: number
  /** How much of one key, so that others find room at once. */
  key_running_max: number
  /** How much of one key waits. */
  key_waiting_max: number
}

// For all a third more than for one. Of one it is more than makes payments fastest; whatever comes besides waits behind a few batches.
const usualTurns: FairTurnsLimits = { running_max: 512, key_running_max: 384, key_waiting_max: 2_000 }

/** Makes the turns of a process. What waits is let in key by key, and of each key in the order of arrival. */
export function createFairTurns(limits: FairTurnsLimits = usualTurns): FairTurns {
  return new RoundOfKeys(limits)
}

class RoundOfKeys implements FairTurns {
  readonly #limits: FairTurnsLimits
  /** Those that have something running or waiting. The one of which something was let in goes behind the others. */
  readonly #keys = new Map<string, Key>()
  #running = 0
  #waiting = 0

  constructor(limits: FairTurnsLimits) {
    this.#limits = limits
  }

  waiting(): number {
    return this.#waiting
  }

  run<T>(name: string, work: () => Promise<T>, isWanted: () => boolean): Promise<T> {
    const key = this.#keyOf(name)
    if (this.#running >= this.#limits.running_max || key.running >= this.#limits.key_running_max) {
      return this.#runLater(name, key, work, isWanted)
    }
    this.#letIn(key)
    return this.#begin(name, key, work)
  }

  async #runLater<T>(name: string, key: Key, work: () => Promise<T>, isWanted: () => boolean): Promise<T> {
    await this.#wait(key)
    return this.#begin(name, key, isWanted() ? work : unwanted)
  }

  /** Not by `finally`, which costs several times as much: every request of the API comes this way. */
  #begin<T>(name: string, key: Key, work: () => Promise<T>): Promise<T> {
    const leave = () => this.#leave(name, key)
    try {
      const done = work()
      done.then(leave, leave)
      return done
    } catch (error) {
      leave()
      throw error
    }
  }

  #keyOf(name: string): Key {
    const known = this.#keys.get(name)
    if (known) return known
    const key = { running: 0, waiting: [] }
    this.#keys.set(name, key)
    return key
  }

  #wait(key: Key): Promise<void> {
    if (key.waiting.length >= this.#limits.key_waiting_max)
      throw overloaded('Too many requests of this key are waiting.')
    this.#waiting += 1
    return new Promise((resolve) => key.waiting.push(resolve))
  }

  #letIn(key: Key): void {
    this.#running += 1
    key.running += 1
  }

  #leave(name: string, key: Key): void {
    this.#running -= 1
    key.running -= 1
    if (key.running === 0 && key.waiting.length === 0) this.#keys.delete(name)
    if (this.#waiting > 0) this.#letNextIn()
  }

  #letNextIn(): void {
    for (const [name, key] of this.#keys) {
      const begin = key.running < this.#limits.key_running_max ? key.waiting.shift() : undefined
      if (!begin) continue
      this.#keys.delete(name)
      this.#keys.set(name, key)
      this.#waiting -= 1
      this.#letIn(key)
      begin()
      return
    }
  }
}

function unwanted(): never {
  throw overloaded('Nobody waits for this any more.')
}

function overloaded(detail: string): Problem {
  return new Problem('overloaded', detail, { retry_after_s: 1 })
}
