import { setTimeout as delay } from 'node:timers/promises'

// A batch of 500 is claimed in some 50 ms while there is room for it. Looking in vain takes no more than a fifth of the time.
const pauseMs = 20
const pausePerLook = 4
// How long a batch may stay unclaimed until the next run of the job looks after it: the dispatcher has no room for more.
const patienceMs = 250
// A run ends now and then, so that its job is seen to succeed.
const runMaxMs = 20_000

/** What one round did: whether anything, and whether something is left to be done. */
export type Round = { progress: boolean; left: boolean }

/**
 * Runs rounds, of which each makes a batch due, as soon as the batch before is claimed. So a backlog is sent as fast as whatever is due,
 * and never stands before the events of others.
 */
export async function runInBatches(round: () => Promise<Round>, stopping?: AbortSignal): Promise<void> {
  const started = performance.now()
  let progressed = started
  while (!stopping?.aborted) {
    const began = performance.now()
    const { progress, left } = await round()
    const ended = performance.now()
    if (progress) progressed = ended
    if (!left || ended - progressed > patienceMs || ended - started > runMaxMs) return
    const pause = progress ? pauseMs : Math.max(pauseMs, (ended - began) * pausePerLook)
    await delay(pause, undefined, { signal: stopping }).catch(() => {})
  }
}
