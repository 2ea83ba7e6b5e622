import { systemClock } from '../../src/core/clock.ts'
import { createJobs, deliverWebhooks, type Jobs } from '../../src/jobs/index.ts'
import type { Dispatcher } from '../../src/webhooks/delivery/dispatcher.ts'

const log = { debug() {}, info() {}, warn() {}, error() {} }

/** Has a dispatcher look by itself, as the server's job does. Stopping the job stops the dispatcher. */
export function startDispatching(dispatcher: Dispatcher): Jobs {
  const jobs = createJobs({ clock: systemClock, log, outage: { failed() {} } }, [deliverWebhooks(dispatcher)])
  jobs.start()
  return jobs
}
