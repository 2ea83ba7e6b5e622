import { Problem } from './problem.ts'

/** Work of which only so much runs at once. */
export type Turns = {
  /** Runs `work` when it is its turn. Throws `overloaded` when too many wait, or when it waited too long. */
  take<T>(work: () => Promise<T>): Promise<T>
}

/** Makes the queue in front of some expensive work. */
export function createTurns({
  at_once,
  waiting_max,
  wait_ms,
}: Record<'at_once' | 'waiting_max' | 'wait_ms', number>): Turns {
  let running = 0
  const waiting: (() => void)[] = []

  async function enter(): Promise<void> {
    if (running < at_once) {
      running += 1
      return
    }
    if (waiting.length >= waiting_max) throw overloaded()
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    waiting.push(resolve)
    const timer = setTimeout(() => {
      waiting.splice(waiting.indexOf(resolve), 1)
      reject(overloaded())
    }, wait_ms)
    try {
      await promise
    } finally {
      clearTimeout(timer)
    }
  }

  function leave(): void {
    // Whoever is next takes over the place.
    const next = waiting.shift()
    if (next) next()
    else running -= 1
  }

  return {
    async take(work) {
      await enter()
      try {
        return await work()
      } finally {
        leave()
      }
    },
  }
}

function overloaded(): Problem {
  return new Problem('overloaded', 'Too much of this is being made just now. Try again in a moment.', {
    retry_after_s: 5,
  })
}
