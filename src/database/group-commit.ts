import { setImmediate as nextTurn } from 'node:timers/promises'
import { QueueFigures } from '../core/figures.ts'
import { Problem } from '../core/problem.ts'
import { inSpan, type NewSpan, type SpanContext } from '../tracing/span.ts'
import { isDatabaseUnavailable, OutcomeUnknown, retryWhileUnavailable } from './availability.ts'
import { isLockTimeout } from './errors.ts'
import { LockedPlaces } from './locked-places.ts'
import { oldestGroup } from './oldest-group.ts'
import { type LockPlace, WaitingItem } from './waiting-item.ts'

export type GroupCommitOptions<Item, Outcome> = {
  /** What its items are called where its batches are traced. */
  name: string
  /**
   * Runs a batch in one transaction, in which no statement waits for a lock longer than this. The outcomes are in the
   * order of the items. An outcome that is only known after the commit is a promise: neither the others nor the next
   * batch wait for it.
   */
  runBatch(items: Item[], lock_wait_ms: number): Promise<(Outcome | Promise<Outcome>)[]>
  /**
   * What an item claims. Two items with the same claim are never in flight at once: the second finds what the first has
   * done.
   */
  claimsOf(item: Item): string[]
  /** What an item changes. A batch that meets a lock is split by it. */
  placeOf(item: Item): LockPlace
  /** Items of one group are cheaper together: where enough of the oldest one's wait, a batch has no others. */
  groupOf?: ((item: Item) => number) | undefined
  /** The span in which an item was added; undefined where nobody traces. */
  spanOf(item: Item): SpanContext | undefined
  /** How many batches may be in flight. */
  in_flight_max: number
  /** Beyond about 200 a larger batch only adds latency: 28,600/s at 500 against 34,300/s at 100. */
  batch_max: number
  /** How many items may wait for their outcome. Beyond it, 503 with Retry-After instead of a pile-up. */
  waiting_max: number
  /** How long an item may wait for its outcome. It may still take effect after that. */
  outcome_within_ms?: number
  /** Called after each commit with the size of its batch. */
  committed?: ((items: number) => void) | undefined
  /** Where batches, refusals and what waits are counted. */
  figures?: QueueFigures | undefined
}

/** Whether a group commit makes progress. */
export type GroupCommitHealth = {
  /** How long ago the last commit was while items wait that are not held up by a lock; 0 when none do. */
  stalled_ms: number
  /** Whether the last batch failed, and not long ago, since the database was unavailable. */
  unavailable: boolean
}

export type GroupCommit<Item, Outcome> = {
  /** Runs one item together with whatever else is waiting. Rejects with `overloaded` when too much is. */
  add(item: Item): Promise<Outcome>
  /** How many items wait for their outcome. */
  waiting(): number
  health(): GroupCommitHealth
  /** Resolves when every item has its outcome and no batch is in flight. */
  drain(): Promise<void>
}

// A batch takes its share of all pending items: if the first took everything, the others would be idle until it ended
// (0.87 of the rate with 256 callers). With fewer than this to share, one batch is cheaper: with 64 callers, shares of
// 32 had 1.2 times the rate of shares of 22, and 1.4 times that of one batch of 64.
const shareMin = 32

// Far longer than a batch holds its own locks, and short enough for the other items of the batch.
const lockWait_ms = 200
const outcomeWithin_ms = 8_000
const checkEvery_ms = 250
// A server that gets no requests because it is not ready would never learn that the database is available again.
const failureCounts_ms = 5_000

/**
 * Group commit: concurrent items queue in memory, and each batch takes what is waiting. It never waits on a timer: an
 * idle server runs a single item at once, a busy one commits about a hundred with one fsync.
 */
export function createGroupCommit<Item, Outcome>(
  options: GroupCommitOptions<Item, Outcome>,
): GroupCommit<Item, Outcome> {
  const queue = new Queue(options)
  return {
    add: (item) => queue.add(item),
    waiting: () => queue.waiting(),
    health: () => queue.health(),
    drain: () => queue.drain(),
  }
}

class Queue<Item, Outcome> {
  readonly #options: GroupCommitOptions<Item, Outcome>
  readonly #figures: QueueFigures
  readonly #locked: LockedPlaces<Item, Outcome>
  #waiting: WaitingItem<Item, Outcome>[] = []
  readonly #claimed = new Set<string>()
  /** The items without an outcome, the oldest first. */
  readonly #pending = new Set<WaitingItem<Item, Outcome>>()
  #running = 0
  #timer: NodeJS.Timeout | undefined
  #committed_at = 0
  #failed_at = Number.NEGATIVE_INFINITY
  #drained: (() => void)[] = []

  constructor(options: GroupCommitOptions<Item, Outcome>) {
    this.#options = options
    this.#figures = options.figures ?? new QueueFigures()
    const { placeOf, batch_max } = options
    this.#locked = new LockedPlaces({
      attempt: (items, lock_wait_ms) => this.#attempt(items, lock_wait_ms),
      placeOf,
      batch_max,
      released: (items) => {
        this.#release(items)
        void this.#run()
        this.#checkDrained()
      },
    })
  }

  add(item: Item): Promise<Outcome> {
    if (this.#pending.size >= this.#options.waiting_max) {
      this.#figures.refused += 1
      return Promise.reject(new Problem('overloaded', 'Too many requests are waiting.', { retry_after_s: 1 }))
    }
    const waiting = new WaitingItem<Item, Outcome>(item, (settled) => {
      if (this.#pending.delete(settled)) this.#figures.waiting -= 1
      this.#checkDrained()
    })
    this.#waiting.push(waiting)
    void this.#run()
    this.#pending.add(waiting)
    this.#figures.waiting += 1
    this.#timer ??= setInterval(() => this.#check(), checkEvery_ms).unref()
    return waiting.outcome
  }

  waiting(): number {
    return this.#pending.size
  }

  health(): GroupCommitHealth {
    const now = performance.now()
    const oldest = this.#pending.values().find(({ locked }) => locked === undefined)
    return {
      stalled_ms: oldest ? now - Math.max(oldest.since_ms, this.#committed_at) : 0,
      unavailable: this.#failed_at > this.#committed_at && now - this.#failed_at < failureCounts_ms,
    }
  }

  drain(): Promise<void> {
    return new Promise((resolve) => {
      this.#drained.push(resolve)
      this.#checkDrained()
    })
  }

  #checkDrained(): void {
    if (this.#drained.length === 0) return
    if (this.#pending.size > 0 || this.#running > 0 || this.#locked.busy) return
    for (const resolve of this.#drained.splice(0)) resolve()
  }

  /** Takes waiting items, up to a share. An item whose claim is in flight waits until that batch has ended. */
  #takeBatch(): WaitingItem<Item, Outcome>[] {
    const { claimsOf, batch_max, in_flight_max } = this.#options
    const batch: WaitingItem<Item, Outcome>[] = []
    const later: WaitingItem<Item, Outcome>[] = []
    const size = Math.min(batch_max, Math.max(shareMin, Math.ceil(this.#pending.size / in_flight_max)))
    const isTogether = oldestGroup(this.#waiting, this.#claimed, this.#options, shareMin)
    for (const one of this.#waiting) {
      if (one.isSettled) continue
      const claims = claimsOf(one.item)
      const isFull = batch.length >= size || !isTogether(one.item)
      if (isFull || claims.some((claim) => this.#claimed.has(claim))) later.push(one)
      else {
        one.claims = claims
        for (const claim of claims) this.#claimed.add(claim)
        if (!this.#locked.keepBack(one)) batch.push(one)
      }
    }
    this.#waiting = later
    return batch
  }

  /** Runs batches until no item can be taken. Does nothing while the maximum number of batches is in flight. */
  async #run(): Promise<void> {
    if (this.#running >= this.#options.in_flight_max) return
    this.#running += 1
    while (this.#waiting.length > 0) {
      // One turn of the event loop gathers items that arrived together, and the next ones of callers that just got an
      // outcome.
      await nextTurn()
      const batch = this.#takeBatch()
      // All waiting items have claims in flight; the run that holds those claims continues with them.
      if (batch.length === 0) break
      if (this.#waiting.length > 0) void this.#run()
      if ((await this.#attempt(batch, lockWait_ms)) === 'locked') await this.#locked.split(batch)
      this.#release(batch)
    }
    this.#running -= 1
    this.#checkDrained()
  }

  /** Releases the claims of settled items. Those that wait for a lock keep theirs. */
  #release(items: WaitingItem<Item, Outcome>[]): void {
    for (const one of items) {
      if (!one.isSettled) continue
      for (const claim of one.claims) this.#claimed.delete(claim)
      one.claims = []
    }
  }

  /** Runs items, in one transaction unless that fails. `locked`: those that are not settled then met a lock. */
  async #attempt(items: WaitingItem<Item, Outcome>[], lock_wait_ms: number): Promise<'done' | 'locked'> {
    const batch = items.filter(({ isSettled }) => !isSettled)
    const [only] = batch
    if (!only) return 'done'
    const began_ms = performance.now()
    try {
      const outcomes = await inSpan(
        () => this.#newSpan(batch),
        () => this.#runBatch(batch, lock_wait_ms),
      )
      this.#committed_at = performance.now()
      this.#figures.committed(batch.length, this.#committed_at - began_ms)
      for (const [index, one] of batch.entries()) one.resolve(outcomes[index] as Outcome | Promise<Outcome>)
      this.#options.committed?.(batch.length)
      return 'done'
    } catch (error) {
      if (isLockTimeout(error)) return this.#noteLock(batch, error)
      if (isDatabaseUnavailable(error)) this.#fail(batch, error)
      else if (batch.length === 1) only.reject(error)
      else return this.#attemptHalves(batch, lock_wait_ms)
      return 'done'
    }
  }

  /**
   * After a lost connection it is unknown whether the commit happened; the claims make it safe to send the whole batch again.
   */
  #runBatch(batch: WaitingItem<Item, Outcome>[], lock_wait_ms: number): Promise<(Outcome | Promise<Outcome>)[]> {
    return retryWhileUnavailable(
      () => this.#tryBatch(batch, lock_wait_ms),
      () => batch.some(({ isSettled }) => !isSettled),
    )
  }

  /** A batch is of many requests, so it has a trace of its own, and links to each. */
  #newSpan(batch: WaitingItem<Item, Outcome>[]): NewSpan {
    const { name, spanOf } = this.#options
    const links = batch.flatMap(({ item }) => spanOf(item) ?? [])
    return { name: `batch ${name}`, attributes: { 'tallystick.batch.size': batch.length }, links }
  }

  /** A later try, such as one that meets the locks of the first, does not make it known what became of that. */
  async #tryBatch(batch: WaitingItem<Item, Outcome>[], lock_wait_ms: number): Promise<(Outcome | Promise<Outcome>)[]> {
    try {
      return await this.#options.runBatch(
        batch.map(({ item }) => item),
        lock_wait_ms,
      )
    } catch (error) {
      if (error instanceof OutcomeUnknown) for (const one of batch) one.unknown = error
      throw error
    }
  }

  /** One item of the batch is the culprit: halve the batch until it is alone. */
  async #attemptHalves(batch: WaitingItem<Item, Outcome>[], lock_wait_ms: number): Promise<'done' | 'locked'> {
    const half = Math.ceil(batch.length / 2)
    const first = await this.#attempt(batch.slice(0, half), lock_wait_ms)
    const second = await this.#attempt(batch.slice(half), lock_wait_ms)
    return first === 'locked' ? first : second
  }

  #noteLock(batch: WaitingItem<Item, Outcome>[], error: unknown): 'locked' {
    for (const one of batch) one.locked = error
    return 'locked'
  }

  #fail(batch: WaitingItem<Item, Outcome>[], error: unknown): void {
    this.#failed_at = performance.now()
    for (const one of batch) one.reject(error)
  }

  /** Rejects items that have waited too long. One in flight may still take effect; sent again, it takes effect once. */
  #check(): void {
    const { outcome_within_ms = outcomeWithin_ms } = this.#options
    const late = performance.now() - outcome_within_ms
    for (const one of this.#pending) {
      if (one.since_ms > late) break
      if (one.locked === undefined) this.#failed_at = performance.now()
      one.reject(one.locked ?? new OutcomeUnknown('it took too long'))
    }
    if (this.#pending.size > 0) return
    clearInterval(this.#timer)
    this.#timer = undefined
  }
}
