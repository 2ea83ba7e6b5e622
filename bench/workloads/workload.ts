/** The result of one slice. */
export type Sample = {
  /** Operations that ended in the timed part, and the length of that part. */
  done: number
  seconds: number
  /** All operations of the slice, the warm-up included: WAL and CPU are divided by it. */
  total: number
  errors: number
  /** The first error, to explain the count. */
  error?: string | undefined
  /** The latencies of the timed part, in ms; empty if the tool reports none. */
  latencies_ms: number[]
  /** The number of payments in each batch that was committed, if the workload has batches. */
  batches: number[]
}

/** Something that is measured in slices. */
export type Workload = {
  /** Runs for so many seconds, after a short warm-up that is not timed. */
  run(seconds: number): Promise<Sample>
}

// Long enough to open the connections and to plan the statements.
const warmMs = 500

/**
 * Runs callers that each wait for their answer before they ask again. An operation counts if it ends in the timed part; its latency
 * counts if it also began there.
 */
export async function closedLoop(
  callers: number,
  seconds: number,
  call: (caller: number) => Promise<void>,
): Promise<Sample> {
  const sample: Sample = { done: 0, seconds, total: 0, errors: 0, latencies_ms: [], batches: [] }
  const begin = performance.now() + warmMs
  const end = begin + seconds * 1000
  const loop = async (caller: number) => {
    for (;;) {
      const started = performance.now()
      if (started >= end) return
      try {
        await call(caller)
        sample.total += 1
      } catch (error) {
        sample.errors += 1
        sample.error ??= error instanceof Error ? (error.stack ?? error.message) : String(error)
      }
      const ended = performance.now()
      if (ended < begin || ended > end) continue
      sample.done += 1
      if (started >= begin) sample.latencies_ms.push(ended - started)
    }
  }
  await Promise.all(Array.from({ length: callers }, (_, caller) => loop(caller)))
  return sample
}
