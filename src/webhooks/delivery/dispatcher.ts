import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Clock } from '../../core/clock.ts'
import type { Log } from '../../core/log.ts'
import type { Vault } from '../../core/secret.ts'
import { DatabaseRetry, isDatabaseUnavailable, isTemporary } from '../../database/availability.ts'
import type { Pool } from '../../database/pool.ts'
import type { HttpClient } from '../../net/http-client.ts'
import { attemptDelivery, createEndpointSecrets, type Sender } from './attempt.ts'
import { EndpointLimiter, slowMs } from './endpoint-limiter.ts'
import { FailureLog, shown } from './failure-log.ts'
import { OutcomeWriter, type OutcomeWriterOptions } from './outcome-writer.ts'
import { pauseEndpoint } from './pausing.ts'
import { rescheduleAfter } from './schedule.ts'
import {
  type ClaimedDelivery,
  claimDeliveries,
  claimUsableMs,
  type DeliveryOutcome,
  type EndpointToPause,
  renewClaims,
  unsent,
} from './store.ts'

// While little is due, claims are at least this far apart, so that each serves several commits.
const claimPaceMs = 10
// The pause after a claim that failed for any reason but an unavailable database, in ms.
const claimRetryMs = 1000
// How many claimed deliveries may wait for their endpoints. A hundred endpoints that fail at once fill it only if more
// than this arrives for them in the second until they are found out.
const waitingMax = 2000
// What was put off to slots is claimed this far apart at least, in ms, and otherwise when the job looks.
const slotPaceMs = 50
const slotWaitMaxMs = 500

/** What a dispatcher needs. The client belongs to the caller, who closes it after the stop. */
export type DispatcherOptions = {
  pool: Pool
  clock: Clock
  vault: Vault
  client: HttpClient
  /** The program's version, for the User-Agent. */
  version: string
  log: Log
  /** The wait before each attempt, in seconds. */
  retry_waits_s: readonly number[]
  attempts?: OutcomeWriterOptions['attempts']
  /** Returns numbers from 0 to 1. */
  random?: () => number
}

/** Sends due deliveries, each at least once, for as long as it runs. */
export type Dispatcher = {
  /** Looks for due deliveries without having been woken, and for attempts that take long. Resolves when all it can are claimed. */
  look(): Promise<void>
  /** Says that something may be due. It is cheap: call it after every commit that writes events. */
  wake(): void
  /** Claims nothing more, waits for the running attempts (15 s at most) and returns the other claims. */
  stop(): Promise<void>
  /** Looks, and resolves when nothing is due and nothing is running. */
  idle(): Promise<void>
}

/** Makes a dispatcher. Several of them, in several processes, may work on one database. */
export function createDispatcher(options: DispatcherOptions): Dispatcher {
  return new DeliveryLoop(options)
}

type RunningAttempt = { endpoint_id: string; started: number }

class DeliveryLoop implements Dispatcher {
  readonly #pool: Pool
  readonly #clock: Clock
  readonly #log: Log
  readonly #sender: Sender
  readonly #database: DatabaseRetry
  readonly #writer: OutcomeWriter
  readonly #limiter = new EndpointLimiter<ClaimedDelivery>()
  /** The claims that have no outcome yet. */
  readonly #held = new Set<ClaimedDelivery>()
  /** The running attempts, the oldest first. */
  readonly #running = new Set<RunningAttempt>()
  readonly #stopping = new AbortController()
  readonly #failures: FailureLog
  /** Something may be due. */
  #wanted = false
  #claiming = false
  #renewing = false
  /** The last claim found nothing, with nothing running. */
  #nothingDue = false
  #slotTimer: NodeJS.Timeout | undefined
  #idleWaiters: (() => void)[] = []

  constructor(options: DispatcherOptions) {
    const { pool, clock, vault, client, version, log, retry_waits_s, attempts, random = Math.random } = options
    this.#pool = pool
    this.#clock = clock
    this.#log = log
    this.#failures = new FailureLog(log)
    this.#database = new DatabaseRetry(this.#stopping.signal, {
      onUnavailable: (error) => log.warn({ err: error }, 'the database is unavailable; webhooks wait for it'),
      onAvailable: () => log.info({}, 'the database is available again; webhooks are sent'),
    })
    this.#writer = new OutcomeWriter({
      pool,
      clock,
      database: this.#database,
      log,
      attempts,
      pause: (endpoint) => this.#pause(endpoint),
      onTurns: () => this.wake(),
      onQuiet: () => this.#checkIdle(),
    })
    this.#sender = {
      client,
      clock,
      schedule: { waits_s: retry_waits_s, random },
      user_agent: `Tallystick/${version}`,
      destinationOf: createEndpointSecrets(vault),
      onUnusable: (endpoint_id, error) => this.#failures.unusable(endpoint_id, error),
    }
  }

  look(): Promise<void> {
    // Here as well as before each claim, since deliveries that wait for failing endpoints can prevent claims.
    this.#watch()
    void this.#renew()
    this.#wanted = true
    return this.#claim()
  }

  wake(): void {
    this.#wanted = true
    void this.#claim()
  }

  stop(): Promise<void> {
    this.#stopping.abort()
    this.#returnClaims(this.#limiter.takeRescheduled(true))
    return this.idle()
  }

  idle(): Promise<void> {
    return new Promise((resolve) => {
      this.#idleWaiters.push(resolve)
      this.#wanted = true
      this.#nothingDue = false
      this.#checkIdle()
    })
  }

  #checkIdle(): void {
    if (this.#idleWaiters.length === 0 || this.#claiming || !this.#isQuiet()) return
    if (!this.#nothingDue && !this.#stopping.signal.aborted) this.wake()
    else for (const resolve of this.#idleWaiters.splice(0)) resolve()
  }

  #isQuiet(): boolean {
    return this.#running.size === 0 && this.#limiter.waiting === 0 && !this.#writer.busy
  }

  #shouldClaim(): boolean {
    return this.#wanted && !this.#stopping.signal.aborted && this.#limiter.waiting < waitingMax
  }

  /** Claims while something may be due and there is room for it. One claim at a time. */
  async #claim(): Promise<void> {
    if (this.#claiming || !this.#shouldClaim()) return
    this.#claiming = true
    // The responses to the requests just committed are sent before their events are claimed.
    await nextTurn()
    while (this.#shouldClaim()) {
      this.#wanted = false
      this.#watch()
      const quiet = this.#isQuiet()
      try {
        const { claimed, found, full } = await this.#database.retryWhileUnavailable(() =>
          claimDeliveries(this.#pool, this.#clock.now()),
        )
        // An event that was signalled meanwhile may have been committed after this claim looked.
        this.#nothingDue = quiet && found === 0 && !this.#wanted
        this.#wanted ||= full
        for (const delivery of claimed) this.#accept(delivery)
        if (!full) await this.#database.pause(claimPaceMs)
      } catch (error) {
        // After the stop an unavailable database is not waited for.
        if (!isDatabaseUnavailable(error)) this.#log.error({ err: error }, 'webhook deliveries could not be claimed')
        this.#wanted = true
        await this.#database.pause(claimRetryMs)
      }
    }
    this.#claiming = false
    this.#wakeForSlots()
    this.#checkIdle()
  }

  /** Wakes this when the next slot has come: what has it is claimed in time, and nothing is claimed in vain. */
  #wakeForSlots(): void {
    const now = this.#clock.now().getTime()
    const next = this.#limiter.nextSlot(now)
    if (next === undefined || this.#slotTimer !== undefined || this.#stopping.signal.aborted) return
    const waitMs = Math.min(Math.max(next - now, slotPaceMs), slotWaitMaxMs)
    this.#slotTimer = setTimeout(() => {
      this.#slotTimer = undefined
      this.wake()
    }, waitMs).unref()
  }

  /** Claims that wait here, or whose attempts take long, must not expire. What fails now is tried at the next look. */
  async #renew(): Promise<void> {
    if (this.#renewing) return
    this.#renewing = true
    try {
      await renewClaims(this.#pool, this.#held, this.#clock.now())
    } catch (error) {
      if (!isTemporary(error)) this.#log.error({ err: error }, 'claims of webhook deliveries could not be renewed')
    }
    this.#renewing = false
  }

  #accept(delivery: ClaimedDelivery): void {
    this.#held.add(delivery)
    const now = this.#clock.now().getTime()
    const decision = this.#stopping.signal.aborted ? 'reschedule' : this.#limiter.offer(delivery, now)
    if (decision === 'send') void this.#send(delivery)
    else if (decision === 'reschedule') this.#returnClaims([delivery])
    else if (decision !== 'wait') this.#return(delivery, new Date(decision.put_off_to))
  }

  /** Sends a delivery that has its place, and releases the place. */
  async #send(delivery: ClaimedDelivery): Promise<void> {
    const { endpoint_id } = delivery
    const running = { endpoint_id, started: performance.now() }
    this.#running.add(running)
    const outcome = await this.#outcomeOf(delivery)
    this.#held.delete(delivery)
    this.#running.delete(running)
    this.#failures.failed(outcome, this.#limiter.failures(endpoint_id))
    this.#limiter.finish(endpoint_id, outcome.status === 'delivered', running.started, performance.now())
    this.#writer.add(outcome)
    this.#sendReady()
    if (this.#wanted) void this.#claim()
  }

  /** Pauses an endpoint. When that fails, its next failure comes to here again. */
  async #pause(endpoint: EndpointToPause): Promise<void> {
    const { endpoint_id, reason } = endpoint
    try {
      if (!(await pauseEndpoint(this.#pool, endpoint, this.#clock.now()))) return
      this.#limiter.restart(endpoint_id)
      const text = 'a webhook endpoint takes nothing and is paused; its deliveries wait until it is enabled'
      this.#log.warn({ ...shown({ endpoint_id }), reason }, text)
      this.wake()
    } catch (error) {
      this.#log.error({ ...shown({ endpoint_id }), err: error }, 'a webhook endpoint could not be paused')
    }
  }

  async #outcomeOf(delivery: ClaimedDelivery): Promise<DeliveryOutcome> {
    const now = this.#clock.now()
    if (delivery.body === null) return unsent(delivery, 'cancelled', now)
    if (delivery.until.getTime() - now.getTime() < claimUsableMs) return unsent(delivery, 'pending', now)
    return attemptDelivery(this.#sender, delivery, delivery.body)
  }

  #sendReady(): void {
    this.#returnClaims(this.#limiter.takeRescheduled())
    for (const delivery of this.#limiter.takeReady()) void this.#send(delivery)
  }

  /** Finds the endpoints that do not respond, so that what waits for them makes room for others. */
  #watch(): void {
    const now = performance.now()
    let found = false
    for (const { endpoint_id, started } of this.#running) {
      if (now - started <= slowMs) break
      this.#limiter.markSlow(endpoint_id, started)
      found = true
    }
    if (found) this.#sendReady()
  }

  /** Returns claims unsent: to be claimed again soon or, when this process stops, by another at once. */
  #returnClaims(deliveries: ClaimedDelivery[]): void {
    const now = this.#clock.now()
    for (const delivery of deliveries) {
      const due = this.#stopping.signal.aborted ? now : this.#putOff(delivery.endpoint_id, now)
      this.#return(delivery, due)
    }
  }

  #return(delivery: ClaimedDelivery, due: Date): void {
    this.#held.delete(delivery)
    this.#writer.add(unsent(delivery, 'pending', due))
  }

  #putOff(endpointId: string, now: Date): Date {
    const due = rescheduleAfter(this.#limiter.failures(endpointId), now, this.#sender.schedule.random)
    return this.#limiter.putOff(endpointId, now, due)
  }
}
