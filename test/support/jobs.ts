import type { AppContext } from '../../src/context.ts'
import { systemClock } from '../../src/core/clock.ts'
import type { EventFeed } from '../../src/events/feed/sequencer.ts'
import { createJobs, deliverWebhooks, type Jobs, sequenceEvents } from '../../src/jobs/index.ts'
import { lookIntoCallbacks } from '../../src/payments/callbacks/look-into.ts'
import type { Dispatcher } from '../../src/webhooks/delivery/dispatcher.ts'

const log = { debug() {}, info() {}, warn() {}, error() {} }

/** Has a dispatcher, and the feed if there is one, look by themselves, as the server's jobs do. Stopping the jobs stops both. */
export function startDispatching(dispatcher: Dispatcher, feed?: EventFeed): Jobs {
  const jobs = createJobs({ clock: systemClock, log, outage: { failed() {} } }, [
    ...(feed ? [sequenceEvents(feed)] : []),
    deliverWebhooks(dispatcher),
  ])
  jobs.start()
  return jobs
}

/** Has what processors call about looked into by itself, as the server's job does. */
export function startLookingIntoCallbacks(app: AppContext): Jobs {
  const jobs = createJobs(app, [{ name: 'look-into-callbacks', every_ms: 200, run: () => lookIntoCallbacks(app) }])
  jobs.start()
  return jobs
}
