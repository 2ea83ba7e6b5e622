import { Problem } from '../core/problem.ts'
import { isDatabaseUnavailable, retryWhileUnavailable } from './availability.ts'

export type GroupCommitOptions<Item, Outcome> = {
  /**
   * Runs a batch in one transaction; the outcomes stand in the order of the items. One that is only found out after the
   * commit is a promise: neither the others nor the next batch wait for it.
   */
  runBatch(items: Item[]): Promise<(Outcome | Promise<Outcome>)[]>
  /** What an item claims. Two items with one claim are never in flight at once: the second finds what the first has done. */
  claimsOf(item: Item): string[]
  /** Batches in flight at most. */
  in_flight_max: number
  /** Past about 200 a larger batch only adds waiting: 28,600/s at 500 against 34,300/s at 100. */
  batch_max: number
  /** Unanswered items at most; past it, 503 with Retry-After instead of a pile-up. */
  waiting_max: number
  /** Called after each commit with the size of its batch. */
  committed?: ((items: number) => void) | undefined
}

export type GroupCommit<Item, Outcome> = {
  /** Runs one item together with whatever else is waiting. Rejects with `overloaded` when too much is. */
  add(item: Item): Promise<Outcome>
  /** How many wait for their answer. */
  waiting(): number
  /** Resolves when all that was asked for has been answered. */
  drain(): Promise<void>
}

// A batch takes its share of all that is unanswered: were the first to take everything, the others would have nothing to do until
// it is done (0.87 of the rate with 256 callers). With less than this to share, one batch is cheaper: with 64 callers, shares of
// 32 had 1.2 times the rate of shares of 22, and 1.4 times that of one batch of 64.
const shareMin = 32

type Waiting<Item, Outcome> = {
  item: Item
  resolve(outcome: Outcome | Promise<Outcome>): void
  reject(error: unknown): void
}

/**
 * Group commit: concurrent items queue in memory, and each flush takes what is waiting. It never waits on a timer: an idle
 * server runs a single item at once, a busy one commits about a hundred with one fsync.
 */
export function createGroupCommit<Item, Outcome>(
  options: GroupCommitOptions<Item, Outcome>,
): GroupCommit<Item, Outcome> {
  const { claimsOf, in_flight_max, batch_max } = options
  let waiting: Waiting<Item, Outcome>[] = []
  const claimed = new Set<string>()
  const unanswered = new Set<Promise<Outcome>>()
  let running = 0

  /** Takes what is waiting, up to its share. An item with a claim that is in flight waits until that is done. */
  function takeBatch(): Waiting<Item, Outcome>[] {
    const batch: Waiting<Item, Outcome>[] = []
    const later: Waiting<Item, Outcome>[] = []
    const size = Math.min(batch_max, Math.max(shareMin, Math.ceil(unanswered.size / in_flight_max)))
    for (const one of waiting) {
      const claims = claimsOf(one.item)
      if (batch.length >= size || claims.some((claim) => claimed.has(claim))) later.push(one)
      else {
        for (const claim of claims) claimed.add(claim)
        batch.push(one)
      }
    }
    waiting = later
    return batch
  }

  /** Runs batches until none can be made, unless as many as may be are in flight. */
  async function run(): Promise<void> {
    if (running >= in_flight_max) return
    running += 1
    while (waiting.length > 0) {
      // One turn of the event loop gathers what arrived together, and what those that were answered ask for next.
      await new Promise((resolve) => setImmediate(resolve))
      const batch = takeBatch()
      // What waits has claims in flight; whoever runs those goes on with it.
      if (batch.length === 0) break
      if (waiting.length > 0) run()
      await runOrSplit(options, batch)
      for (const { item } of batch) for (const claim of claimsOf(item)) claimed.delete(claim)
    }
    running -= 1
  }

  return {
    add(item) {
      if (unanswered.size >= options.waiting_max) {
        return Promise.reject(new Problem('overloaded', 'Too many requests are waiting.', { retry_after_s: 1 }))
      }
      const answer = new Promise<Outcome>((resolve, reject) => {
        waiting.push({ item, resolve, reject })
      })
      run()
      unanswered.add(answer)
      const answered = () => unanswered.delete(answer)
      answer.then(answered, answered)
      return answer
    },
    waiting: () => unanswered.size,
    async drain() {
      while (unanswered.size > 0) await Promise.allSettled(unanswered)
    },
  }
}

async function runOrSplit<Item, Outcome>(
  options: GroupCommitOptions<Item, Outcome>,
  batch: Waiting<Item, Outcome>[],
): Promise<void> {
  try {
    // A lost connection leaves it open whether the commit happened; the claims make it safe to send the whole batch again.
    const outcomes = await retryWhileUnavailable(() => options.runBatch(batch.map(({ item }) => item)))
    batch.forEach((one, index) => {
      one.resolve(outcomes[index] as Outcome | Promise<Outcome>)
    })
    options.committed?.(batch.length)
  } catch (error) {
    const [only] = batch
    if (batch.length === 1 && only) only.reject(error)
    else if (isDatabaseUnavailable(error)) for (const one of batch) one.reject(error)
    else {
      // One item of the batch is the culprit: halve until it stands alone.
      const half = Math.ceil(batch.length / 2)
      await runOrSplit(options, batch.slice(0, half))
      await runOrSplit(options, batch.slice(half))
    }
  }
}
