import type { RateLimitPolicy, RateLimitState } from '../core/rate-limit.ts'

/**
 * How much a process gives of a limit before it has asked the others, and how much it takes of them at a time: a tenth, so that one who
 * is busy costs ten statements in a window, and at least five, so that few cost any.
 */
export function shareOf({ quota }: RateLimitPolicy): number {
  return Math.min(quota, Math.max(5, Math.ceil(quota / 10)))
}

/** So much of the rate comes back without asking: little enough for ten processes to give no more than all of it. */
const freeRate = 0.1

/** What one process may give to one subject. Times are in ms, by any clock that only goes forward. */
export class Bucket {
  readonly #policy: RateLimitPolicy
  readonly #share: number
  /** What may be given without asking, and since when it grows: at a tenth of the rate. */
  #free: number
  #free_at_ms: number
  /** What was given without asking, and has to be told. */
  #owed = 0
  #leased = 0
  #lapses_at_ms = 0
  /** When all would be there again as of the last lease, or of what was given without the database. */
  #full_at_ms = 0
  /** Nothing is given before, and nobody is asked. */
  refused_until_ms = 0
  /** Those that wait for the lease that is asked for. */
  waiting = 0
  leasing: Promise<void> | undefined

  constructor(policy: RateLimitPolicy, now_ms: number) {
    this.#policy = policy
    this.#share = shareOf(policy)
    this.#free = this.#share
    this.#free_at_ms = now_ms
  }

  get #each_ms(): number {
    return (this.#policy.window_s * 1_000) / this.#policy.quota
  }

  /** Gives one, if there is one. */
  take(now_ms: number): boolean {
    if (now_ms < this.refused_until_ms) return false
    if (this.#leased > 0 && now_ms < this.#lapses_at_ms) {
      this.#leased -= 1
      return true
    }
    const grown = ((now_ms - this.#free_at_ms) / this.#each_ms) * freeRate
    this.#free = Math.min(this.#share, this.#free + grown)
    this.#free_at_ms = now_ms
    if (this.#free < 1) return false
    this.#free -= 1
    this.#owed += 1
    return true
  }

  /** Takes one back that was given for what did not count in the end. */
  giveBack(): void {
    if (this.#owed > 0) {
      this.#owed -= 1
      this.#free += 1
    } else this.#leased += 1
  }

  /** How much to ask the others for. */
  wanted(): number {
    return Math.min(this.#policy.quota, this.#owed + Math.max(this.#share, this.waiting))
  }

  /** What the others have left for this process. Of that, what it owes is gone already. */
  leased(granted: number, full_in_ms: number, now_ms: number): void {
    const paid = Math.min(this.#owed, granted)
    this.#owed -= paid
    this.#full_at_ms = now_ms + full_in_ms
    this.#receive(granted - paid, now_ms)
  }

  /** Gives out by itself what the limit allows to a process that is alone: nobody can be asked. */
  alone(now_ms: number): void {
    const ahead_ms = Math.max(0, this.#full_at_ms - now_ms)
    const room = Math.floor((this.#policy.window_s * 1_000 - ahead_ms) / this.#each_ms)
    const granted = Math.max(0, Math.min(this.wanted(), room))
    this.leased(granted, ahead_ms + granted * this.#each_ms, now_ms)
  }

  #receive(granted: number, now_ms: number): void {
    if (now_ms >= this.#lapses_at_ms) this.#leased = 0
    this.#lapses_at_ms = now_ms + this.#policy.window_s * 1_000
    this.#leased += granted
    if (granted > 0) return
    // The next one is there when a window has no longer more in it than fits.
    const wait_ms = this.#full_at_ms - this.#policy.window_s * 1_000 + this.#each_ms - now_ms
    this.refused_until_ms = now_ms + Math.max(askAgain_ms, wait_ms)
  }

  /** What is left as far as this process knows. */
  state(name: string, now_ms: number): RateLimitState {
    const { quota } = this.#policy
    const refused_ms = this.refused_until_ms - now_ms
    const gone = Math.max(0, this.#full_at_ms - now_ms) / this.#each_ms + this.#owed - this.#leased
    const remaining = refused_ms > 0 ? 0 : Math.min(quota, Math.max(0, Math.floor(quota - gone)))
    const reset_ms = refused_ms > 0 ? refused_ms : (quota - remaining) * this.#each_ms
    return { name, ...this.#policy, remaining, reset_s: Math.ceil(reset_ms / 1_000) }
  }
}

// Who is refused does not make the database be asked for each request.
const askAgain_ms = 100
