import type { Clock } from '../core/clock.ts'
import type { Log } from '../core/log.ts'
import { isTemporary } from '../database/availability.ts'
import type { Outage } from '../database/outage.ts'
import { inRun } from '../tracing/span.ts'

/** Work that runs by itself: its name, how often it runs, and what it does. Several processes may run it at once. */
export type JobDefinition = {
  name: string
  every_ms: number
  /** One run. It ends early when the signal is aborted, which is the stop of the process. */
  run(stopping: AbortSignal): Promise<void>
  /** Cleanup when the process stops, after the last run. */
  end?(): Promise<void>
}

/** The status of a job, as `/readyz` shows it. An instant is absent until it has happened. */
export type JobStatus = {
  name: string
  every_ms: number
  running: boolean
  last_success_at?: string
  last_failure_at?: string
  /** How often it failed since the start of the process. */
  failures: number
}

/** A job of this process: at most one run of it at a time. */
export type Job = {
  /** Runs it now and then at every interval. */
  start(): void
  status(): JobStatus
  /** Stops it and waits for the run that is under way. */
  stop(): Promise<void>
}

/** What a job needs of its process. */
export type JobApp = { clock: Clock; log: Log; outage: Outage }

/** Makes a job. A failed run is logged, unless the state of the database is the cause, which is logged once. */
export function periodic(definition: JobDefinition, { clock, log, outage }: JobApp): Job {
  const { name, every_ms } = definition
  const stopping = new AbortController()
  let timer: NodeJS.Timeout | undefined
  let running: Promise<void> | undefined
  let succeeded: Date | undefined
  let failed: Date | undefined
  let failures = 0

  async function orReport(work: () => Promise<void> | undefined): Promise<void> {
    try {
      await work()
      succeeded = clock.now()
    } catch (error) {
      failed = clock.now()
      failures += 1
      if (isTemporary(error)) outage.failed(error)
      else log.error({ job: name, err: error }, 'a job failed')
    }
  }

  function tick(): void {
    running ??= orReport(() => inRun(name, () => definition.run(stopping.signal))).finally(() => {
      running = undefined
    })
  }

  return {
    start() {
      timer ??= setInterval(tick, every_ms).unref()
      tick()
    },
    status: () => ({
      name,
      every_ms,
      running: running !== undefined,
      ...(succeeded && { last_success_at: succeeded.toISOString() }),
      ...(failed && { last_failure_at: failed.toISOString() }),
      failures,
    }),
    async stop() {
      clearInterval(timer)
      stopping.abort()
      await running
      // A failure here must not keep the process from stopping.
      await orReport(() => definition.end?.())
    },
  }
}
