/** What one slice gave. */
export type Sample = {
  /** Operations that ended inside the timed part, and its length. */
  done: number
  seconds: number
  /** All operations of the slice, its beginning included: what WAL and CPU are divided by. */
  total: number
  errors: number
  /** The first error, so that a count of errors does not stand alone. */
  error?: string | undefined
  /** Of the timed part, in ms; empty where the tool tells none. */
  latencies_ms: number[]
  /** The sizes of the batches that were committed, where there are any. */
  batches: number[]
}

/** Something that is measured in slices. */
export type Contender = {
  /** Runs for so many seconds, after a short beginning that is not timed. */
  run(seconds: number): Promise<Sample>
}

// Connections, plans and pools settle in this time.
const warmMs = 500

/**
 * Callers that each wait for their answer before they ask again. What ends in the timed part counts, and what began in it has its
 * latency kept.
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
