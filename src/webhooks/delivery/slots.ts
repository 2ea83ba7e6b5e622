/** The limits that a merchant has set for an endpoint; null where it has set none. */
export type EndpointLimits = { max_in_flight: number | null; rate_per_s: number | null }

// By how much a rate may be exceeded at once: by what falls into this time, in ms. So an attempt may be late by as much and the
// ones after it are still in time.
const burstMs = 100
// What waits in memory for an endpoint of few places is what it takes within this time, in ms.
const waitMs = 250
// How long an attempt takes until it is known, in ms. Less than usual: slots that come too early are given out again.
const firstTypicalMs = 5

/**
 * The slots of one endpoint that has limits: the times at which what it cannot take now is offered to it again, one after the other, as far
 * apart as it can take them. Times are in ms of the same clock as those at which deliveries are due.
 */
export class Slots {
  #limits: EndpointLimits = { max_in_flight: null, rate_per_s: null }
  /** When an attempt begins without exceeding the rate. */
  #freeAt = 0
  #last = 0
  /** The newest event with a slot: those after it come behind. */
  #newest = ''
  #typicalMs = firstTypicalMs

  /** Takes the limits as they are now. With others than before the slots begin anew. */
  set(limits: EndpointLimits): void {
    const { max_in_flight, rate_per_s } = limits
    if (max_in_flight === this.#limits.max_in_flight && rate_per_s === this.#limits.rate_per_s) return
    this.#limits = { max_in_flight, rate_per_s }
    this.#last = 0
  }

  /** How many attempts may be in flight by what the merchant has set. */
  get places(): number {
    return this.#limits.max_in_flight ?? Number.POSITIVE_INFINITY
  }

  /** Whether a delivery may be sent now, or wait in memory behind `waiting` others. It takes its share of the rate by `take`. */
  admits(eventId: string, now: number, hasPlace: boolean, waiting: number): boolean {
    if (this.#last > now && eventId > this.#newest) return false
    // It is never further ahead than this, unless the clock was set back or the rate was another.
    this.#freeAt = Math.min(this.#freeAt, now + burstMs + this.#rateMs)
    return this.#freeAt <= now + burstMs && (hasPlace || waiting < this.#room)
  }

  take(now: number): void {
    this.#freeAt = Math.max(this.#freeAt, now) + this.#rateMs
  }

  /** Gives a delivery that is not admitted the next slot. */
  next(eventId: string, now: number): number {
    const spacing = this.#spacing
    this.#last = Math.max(this.#last + spacing, this.#freeAt, now + spacing)
    if (eventId > this.#newest) this.#newest = eventId
    return Math.ceil(this.#last)
  }

  /** When the first slot comes that was given out and is still to come; undefined when there is none. */
  upcoming(now: number): number | undefined {
    const ahead = this.#last - now
    if (ahead <= 0) return undefined
    const spacing = this.#spacing
    return spacing > 0 ? now + (ahead % spacing) : this.#last
  }

  /** Notes how long an attempt took. */
  took(durationMs: number): void {
    this.#typicalMs += (durationMs - this.#typicalMs) / 8
  }

  /** The time between two attempts by the rate. */
  get #rateMs(): number {
    const { rate_per_s } = this.#limits
    return rate_per_s === null ? 0 : 1_000 / rate_per_s
  }

  get #spacing(): number {
    return Math.max(this.#rateMs, this.#typicalMs / this.places)
  }

  /** How many may wait in memory: few enough that they exceed no rate when all are sent at once. */
  get #room(): number {
    const byRate = this.#rateMs > 0 ? Math.ceil(burstMs / this.#rateMs) : Number.POSITIVE_INFINITY
    return Math.max(1, Math.min(byRate, Math.floor((waitMs * this.places) / this.#typicalMs)))
  }
}
