import { setImmediate as nextTurn } from 'node:timers/promises'
import { createCache } from '../../core/cache.ts'
import type { Clock } from '../../core/clock.ts'
import type { Log } from '../../core/log.ts'
import type { Vault } from '../../core/secret.ts'
import type { Pool } from '../../database/pool.ts'
import type { HttpClient } from '../../net/http-client.ts'
import { attemptDelivery, type Sender } from './attempt.ts'
import { type Claimed, claimDeliveries, claimUsableMs } from './claim.ts'
import { DatabaseRetry } from './database-retry.ts'
import { EndpointLimiter, slowMs } from './endpoint-limiter.ts'
import { createEndpointSecrets } from './endpoint-secrets.ts'
import { OutcomeWriter } from './outcome-writer.ts'
import type { Outcome } from './record-outcomes.ts'
import { rescheduleAfter } from './schedule.ts'
import { shown } from './shown-ids.ts'

// While little is due, claims are at least this far apart, so that each serves several commits.
const claimPaceMs = 10
// After a claim that failed for another reason than the database being away, in ms.
const claimRetryMs = 1000
// So many claimed deliveries may wait for their endpoint. A hundred endpoints that die at once fill it only if more than this
// comes for them in the second until they are found out.
const waitingMax = 2000

/** What a dispatcher needs. The client is its owner's to close, after the stop. */
export type DispatcherOptions = {
  pool: Pool
  clock: Clock
  vault: Vault
  client: HttpClient
  /** The program's version, for the User-Agent. */
  version: string
  log: Log
  /** Numbers from 0 to 1. */
  random?: () => number
}

/** Sends what is due, each at least once, for as long as it runs. */
export type Dispatcher = {
  /** Looks for what is due without having been woken, and at what takes long. Resolves when it has claimed what it can. */
  look(): Promise<void>
  /** Tells that something may be due. Cheap: to be called after every commit that writes events. */
  wake(): void
  /** Takes nothing more, waits for what is in running (15 s at most) and gives the rest back. */
  stop(): Promise<void>
  /** Looks, and resolves when nothing is due and nothing is in running. */
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
  readonly #limiter = new EndpointLimiter<Claimed>()
  /** In running, the oldest first. */
  readonly #running = new Set<RunningAttempt>()
  readonly #stopping = new AbortController()
  /** The endpoints whose failures were told of within a minute. */
  readonly #toldOf = createCache<true>({ size_max: 1_000, ttl_ms: 60_000 })
  /** Something may be due. */
  #wanted = false
  #claiming = false
  /** The last claim found nothing, with nothing in running. */
  #nothingDue = false
  #idleWaiters: (() => void)[] = []

  constructor({ pool, clock, vault, client, version, log, random = Math.random }: DispatcherOptions) {
    this.#pool = pool
    this.#clock = clock
    this.#log = log
    this.#database = new DatabaseRetry(log, this.#stopping.signal)
    this.#writer = new OutcomeWriter({ pool, clock, patience: this.#database, log, onQuiet: () => this.#checkIdle() })
    this.#sender = {
      client,
      clock,
      random,
      user_agent: `Tallystick/${version}`,
      destinationOf: createEndpointSecrets(vault),
      onUnusable: (endpoint_id, error) => {
        if (this.#mayTellOf(endpoint_id))
          log.error({ ...shown({ endpoint_id }), err: error }, 'a webhook endpoint cannot be used')
      },
    }
  }

  look(): Promise<void> {
    // Here as well as before each claim, since what waits for dead endpoints can keep claims from being made.
    this.#watch()
    this.#wanted = true
    return this.#claim()
  }

  wake(): void {
    this.#wanted = true
    void this.#claim()
  }

  stop(): Promise<void> {
    this.#stopping.abort()
    this.#giveBack(this.#limiter.takeRescheduled(true))
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
    // The answers to what was just committed leave before its events are claimed.
    await nextTurn()
    while (this.#shouldClaim()) {
      this.#wanted = false
      this.#watch()
      const quiet = this.#isQuiet()
      try {
        const { claimed, found, full } = await this.#database.retryWhileUnavailable(() =>
          claimDeliveries(this.#pool, this.#clock.now()),
        )
        // What was wanted since may have been committed after this claim looked.
        this.#nothingDue = quiet && found === 0 && !this.#wanted
        this.#wanted ||= full
        for (const delivery of claimed) this.#accept(delivery)
        if (!full) await this.#database.pause(claimPaceMs)
      } catch (error) {
        this.#log.error({ err: error }, 'webhook deliveries could not be claimed')
        this.#wanted = true
        await this.#database.pause(claimRetryMs)
      }
    }
    this.#claiming = false
    this.#checkIdle()
  }

  #accept(delivery: Claimed): void {
    const decision = this.#stopping.signal.aborted ? 'reschedule' : this.#limiter.offer(delivery.endpoint_id, delivery)
    if (decision === 'send') void this.#send(delivery)
    else if (decision === 'reschedule') this.#giveBack([delivery])
  }

  /** Sends a delivery that has its place, and gives the place back. */
  async #send(delivery: Claimed): Promise<void> {
    const { endpoint_id } = delivery
    const running = { endpoint_id, started: performance.now() }
    this.#running.add(running)
    const outcome = await this.#outcomeOf(delivery)
    this.#running.delete(running)
    this.#tellOfFailure(outcome)
    this.#limiter.finish(endpoint_id, outcome.status === 'delivered', running.started, performance.now())
    if (outcome.disable) this.#log.info(shown({ endpoint_id }), 'a webhook endpoint answered 410 and is disabled')
    this.#writer.add(outcome)
    this.#sendReady()
    if (this.#wanted) void this.#claim()
  }

  /** Tells of the first failure of an endpoint since it last took something. */
  #tellOfFailure({ delivery: { endpoint_id, event_id }, status, attempt }: Outcome): void {
    if (status !== 'pending' || attempt === undefined || this.#limiter.failures(endpoint_id) > 0) return
    if (!this.#mayTellOf(endpoint_id)) return
    const { status_code, error, duration_ms } = attempt
    this.#log.warn(
      { ...shown({ endpoint_id, event_id }), status_code, error, duration_ms },
      'a webhook endpoint fails; what it misses is sent again',
    )
  }

  /** Whether nothing was told of this endpoint for a minute: one that comes and goes would fill the log. */
  #mayTellOf(endpointId: string): boolean {
    if (this.#toldOf.get(endpointId)) return false
    this.#toldOf.set(endpointId, true)
    return true
  }

  async #outcomeOf(delivery: Claimed): Promise<Outcome> {
    const now = this.#clock.now()
    if (delivery.body === null) return unsent(delivery, 'cancelled', now)
    if (now.getTime() - delivery.claimed_at.getTime() > claimUsableMs) return unsent(delivery, 'pending', now)
    return attemptDelivery(this.#sender, delivery, delivery.body)
  }

  #sendReady(): void {
    this.#giveBack(this.#limiter.takeRescheduled())
    for (const delivery of this.#limiter.takeReady()) void this.#send(delivery)
  }

  /** Finds the endpoints that do not answer, so that what waits for them makes room for others. */
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

  /** Gives claims back unsent: to be looked at again soon or, when this process stops, by another at once. */
  #giveBack(deliveries: Claimed[]): void {
    const now = this.#clock.now()
    for (const delivery of deliveries) {
      const failures = this.#limiter.failures(delivery.endpoint_id)
      const due = this.#stopping.signal.aborted ? now : rescheduleAfter(failures, now, this.#sender.random)
      this.#writer.add(unsent(delivery, 'pending', due))
    }
  }
}

function unsent(delivery: Claimed, status: 'pending' | 'cancelled', next_attempt_at: Date): Outcome {
  return { delivery, status, next_attempt_at, attempt: undefined, disable: false }
}
