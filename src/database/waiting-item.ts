import type { OutcomeUnknown } from './availability.ts'

/** What an item changes: whose object, and which. A lock on the object holds up the other items that change it. */
export type LockPlace = { owner: string; object: string }

/** An item of a group commit, from its arrival until it has its outcome. */
export class WaitingItem<Item, Outcome> {
  readonly item: Item
  readonly since_ms = performance.now()
  readonly outcome: Promise<Outcome>
  /** Its claims, while it holds them. */
  claims: string[] = []
  /** Computed at the first lock that its batch meets. */
  place: LockPlace | undefined
  /** The lock timeout, when it has to wait for a lock. */
  locked: unknown
  /** Why it is not known whether it has taken effect already, when a commit of it was not reported as done. */
  unknown: OutcomeUnknown | undefined
  #isSettled = false
  #hasEnded = false
  readonly #promise = Promise.withResolvers<Outcome>()
  readonly #onEnd: (item: WaitingItem<Item, Outcome>) => void

  constructor(item: Item, onEnd: (item: WaitingItem<Item, Outcome>) => void) {
    this.item = item
    this.#onEnd = onEnd
    this.outcome = this.#promise.promise
  }

  /** Whether its outcome is known or being looked up: there is nothing left to run. */
  get isSettled(): boolean {
    return this.#isSettled
  }

  /** Gives it its outcome, unless it has one. An outcome that is still being looked up may come too late. */
  resolve(outcome: Outcome | Promise<Outcome>): void {
    this.#isSettled = true
    if (outcome instanceof Promise) {
      outcome.then(
        (found) => this.resolve(found),
        (error: unknown) => this.reject(error),
      )
    } else if (this.#end()) this.#promise.resolve(outcome)
  }

  reject(error: unknown): void {
    if (this.#end()) this.#promise.reject(this.unknown ?? error)
  }

  #end(): boolean {
    this.#isSettled = true
    if (this.#hasEnded) return false
    this.#hasEnded = true
    this.#onEnd(this)
    return true
  }
}
