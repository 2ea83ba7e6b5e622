import { setTimeout as delay, setImmediate as nextTurn } from 'node:timers/promises'
import { Problem } from '../../core/problem.ts'
import type { Semaphore } from '../../core/semaphore.ts'

const askAgainMs = 100
const startedPerTurn = 32

/** How rows are run: how many at once, and whether one more may begin. */
export type RowTurn = { limit: Semaphore; mayBegin(): boolean }

/**
 * Runs one row in its turn. While what it needs is overloaded by others it waits, since a batch can. Throws `row_not_reached` when it
 * may not begin any more: then nothing of it was done.
 */
export function runRow<T>({ limit, mayBegin }: RowTurn, work: () => Promise<T>): Promise<T> {
  return limit.run(async () => {
    for (;;) {
      if (!mayBegin()) throw notReached()
      try {
        return await work()
      } catch (error) {
        if (!(error instanceof Problem) || error.code !== 'overloaded') throw error
      }
      await delay(askAgainMs)
    }
  })
}

function notReached(): Problem {
  return new Problem(
    'row_not_reached',
    'The time of the batch was over before this row was begun. Nothing of it was done: send the batch again with the same Idempotency-Key.',
  )
}

/** Runs `run` for each of so many rows, up to `most` at once, and returns what it returns in their order. */
export async function runRows<T>(count: number, most: number, run: (index: number) => Promise<T>): Promise<T[]> {
  const outcomes: T[] = new Array(count)
  let next = 0
  const runner = async () => {
    for (let index = next++; index < count; index = next++) outcomes[index] = await run(index)
  }
  const runners: Promise<void>[] = []
  while (runners.length < most && next < count) {
    runners.push(runner())
    // So that other requests have their turns in between.
    if (runners.length % startedPerTurn === 0) await nextTurn()
  }
  await Promise.all(runners)
  return outcomes
}
