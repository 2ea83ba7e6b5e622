import { type EndpointLimits, Slots } from './slots.ts'

// Attempts in flight at once: for the healthy endpoints and, separately, for the unhealthy ones.
const placesPerPool = 256
const placesPerEndpoint = 64
/** An attempt that takes longer than this, in ms, makes its endpoint unhealthy unless others go well meanwhile. */
export const slowMs = 1000
const failuresMax = 5
// What is put off for one endpoint comes back this far apart, in ms: 200 a second. All at once within the usual five minutes, a million
// deliveries of an endpoint that refuses them took a fifth of the payments of others; so, they come back within 83 minutes.
const putOffApartMs = 5
// How many endpoints are remembered. Beyond it, the one that was seen first and is idle is forgotten, and starts over.
const endpointsMax = 10_000

/** What is known about one endpoint, and what waits for it. */
type EndpointState<Item> = {
  in_flight: number
  /** How many may be in flight: doubles with each success, halves with a failure, falls to one with a slow failure. */
  limit: number
  /** It fails again and again, or is slow while nothing succeeds. */
  unhealthy: boolean
  /** Failures since the last success. */
  failures: number
  /** When it last took an event within `slowMs`. */
  last_success_at: number
  /** Until when, in ms since 1970, the places are taken at which something that is put off comes back. */
  put_off_to: number
  waiting: Item[]
  slots: Slots
}

/** What is offered: which event it tells of, and what the merchant has set for the endpoint. */
type Offered = EndpointLimits & { endpoint_id: string; event_id: string }

/** What to do with an item: for `put_off_to` it is offered again at that time, in ms. */
type Decision = 'send' | 'wait' | 'reschedule' | { put_off_to: number }

/**
 * Divides the places for attempts among endpoints, so that those that hang cannot slow those that respond: each starts
 * with one at a time, an unhealthy one has no queue here, and all unhealthy ones share places of their own. A hundred
 * dead endpoints take a hundred of those, and none of the others. What exceeds the limits that a merchant has set is put off to slots.
 */
export class EndpointLimiter<Item extends Offered> {
  readonly #endpoints = new Map<string, EndpointState<Item>>()
  readonly #queued = new Set<EndpointState<Item>>()
  /** Those that have given slots out. */
  readonly #slotted = new Set<EndpointState<Item>>()
  #healthyInFlight = 0
  #unhealthyInFlight = 0
  #waiting = 0

  /** How many items wait for a place at their endpoint. */
  get waiting(): number {
    return this.#waiting
  }

  /**
   * Says what to do with one claimed item at this time, in ms of the clock by which items are due. For `send` a place has been taken,
   * which `finish` releases.
   */
  offer(item: Item, now: number): Decision {
    const endpoint = this.#endpoint(item.endpoint_id)
    const { slots, waiting } = endpoint
    slots.set(item)
    const hasPlace = this.#hasPlace(endpoint)
    if (endpoint.unhealthy && !hasPlace) return 'reschedule'
    if (!slots.admits(item.event_id, now, hasPlace, waiting.length)) {
      this.#slotted.add(endpoint)
      return { put_off_to: slots.next(item.event_id, now) }
    }
    slots.take(now)
    if (hasPlace) {
      this.#count(endpoint, 1)
      return 'send'
    }
    waiting.push(item)
    this.#queued.add(endpoint)
    this.#waiting++
    return 'wait'
  }

  /** Releases the place of an attempt. The times are in ms on any monotonic clock. */
  finish(endpointId: string, delivered: boolean, started: number, ended: number): void {
    const endpoint = this.#endpoint(endpointId)
    this.#count(endpoint, -1)
    endpoint.slots.took(ended - started)
    endpoint.failures = delivered ? 0 : endpoint.failures + 1
    const slow = ended - started > slowMs
    if (delivered) endpoint.limit = Math.min(endpoint.limit * 2, placesPerEndpoint)
    else endpoint.limit = slow ? 1 : Math.max(1, endpoint.limit >> 1)
    if (delivered && !slow) {
      endpoint.last_success_at = ended
      this.#setUnhealthy(endpoint, false)
    } else if ((slow && endpoint.last_success_at < started) || endpoint.failures >= failuresMax)
      this.#setUnhealthy(endpoint, true)
  }

  /**
   * Says that an attempt has been in flight for longer than `slowMs`: its endpoint is unhealthy unless others have
   * succeeded since.
   */
  markSlow(endpointId: string, started: number): void {
    const endpoint = this.#endpoint(endpointId)
    if (endpoint.last_success_at < started) this.#setUnhealthy(endpoint, true)
  }

  /** How many times in a row the endpoint has failed. */
  failures(endpointId: string): number {
    return this.#endpoint(endpointId).failures
  }

  /** When an item that is put off until `due` comes back: then, or later when many are. */
  putOff(endpointId: string, now: Date, due: Date): Date {
    const endpoint = this.#endpoint(endpointId)
    endpoint.put_off_to = Math.max(endpoint.put_off_to, now.getTime()) + putOffApartMs
    return new Date(Math.max(endpoint.put_off_to, due.getTime()))
  }

  /** When the next slot comes that was given out, in ms; undefined when none is to come. */
  nextSlot(now: number): number | undefined {
    let next: number | undefined
    for (const endpoint of this.#slotted) {
      const upcoming = endpoint.slots.upcoming(now)
      if (upcoming === undefined) this.#slotted.delete(endpoint)
      else next = Math.min(next ?? upcoming, upcoming)
    }
    return next
  }

  /** Treats an endpoint as one whose health is not known yet: it was paused, and whoever enables it has mended it. */
  restart(endpointId: string): void {
    const endpoint = this.#endpoint(endpointId)
    this.#setUnhealthy(endpoint, false)
    endpoint.failures = 0
    endpoint.limit = 1
    endpoint.put_off_to = 0
  }

  /** Takes the items that may be sent now, each with its place, one per endpoint in turn. */
  takeReady(): Item[] {
    const ready: Item[] = []
    // Iterating a set reaches what is added again behind, so this goes round until no endpoint has a free place.
    for (const endpoint of this.#queued) {
      if (endpoint.unhealthy || !this.#hasPlace(endpoint)) continue
      ready.push(...this.#take(endpoint, 1))
      this.#count(endpoint, 1)
    }
    return ready
  }

  /** Takes the items that wait for endpoints which have become unhealthy; all of them when the program stops. */
  takeRescheduled(all = false): Item[] {
    return [...this.#queued]
      .filter(({ unhealthy }) => all || unhealthy)
      .flatMap((endpoint) => this.#take(endpoint, endpoint.waiting.length))
  }

  #take(endpoint: EndpointState<Item>, count: number): Item[] {
    const taken = endpoint.waiting.splice(0, count)
    this.#waiting -= taken.length
    this.#queued.delete(endpoint)
    if (endpoint.waiting.length > 0) this.#queued.add(endpoint)
    return taken
  }

  #hasPlace(endpoint: EndpointState<Item>): boolean {
    return (
      endpoint.in_flight < Math.min(endpoint.limit, endpoint.slots.places) &&
      (endpoint.unhealthy ? this.#unhealthyInFlight : this.#healthyInFlight) < placesPerPool
    )
  }

  #count(endpoint: EndpointState<Item>, change: number): void {
    endpoint.in_flight += change
    if (endpoint.unhealthy) this.#unhealthyInFlight += change
    else this.#healthyInFlight += change
  }

  #setUnhealthy(endpoint: EndpointState<Item>, unhealthy: boolean): void {
    if (endpoint.unhealthy === unhealthy) return
    const inFlight = endpoint.in_flight
    this.#count(endpoint, -inFlight)
    endpoint.unhealthy = unhealthy
    this.#count(endpoint, inFlight)
  }

  #endpoint(endpointId: string): EndpointState<Item> {
    const known = this.#endpoints.get(endpointId)
    if (known) return known
    if (this.#endpoints.size >= endpointsMax) this.#forgetOne()
    const endpoint: EndpointState<Item> = {
      in_flight: 0,
      limit: 1,
      unhealthy: false,
      failures: 0,
      last_success_at: Number.NEGATIVE_INFINITY,
      put_off_to: 0,
      waiting: [],
      slots: new Slots(),
    }
    this.#endpoints.set(endpointId, endpoint)
    return endpoint
  }

  #forgetOne(): void {
    for (const [endpointId, endpoint] of this.#endpoints) {
      if (endpoint.in_flight > 0 || endpoint.waiting.length > 0 || this.#slotted.has(endpoint)) continue
      this.#endpoints.delete(endpointId)
      return
    }
  }
}
