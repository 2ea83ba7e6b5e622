// In flight at once, for the endpoints that answer and, apart from them, for those that do not.
const roomPerPool = 256
const roomPerEndpoint = 64
/** An attempt that takes longer than this, in ms, makes its endpoint suspect unless others go well meanwhile. */
export const slowMs = 1000
const failuresMax = 5
// Endpoints that are remembered; beyond, those that have waited longest are forgotten and begin anew.
const endpointsMax = 10_000

/** What is known of one endpoint, and what waits for it. */
type Lane<Item> = {
  in_flight: number
  /** How many may be in flight: doubles with each success, halves with a failure, falls to one with a slow failure. */
  limit: number
  /** It fails again and again, or takes long and nothing goes well meanwhile. */
  suspect: boolean
  /** Failures since the last success. */
  failures: number
  /** When it last took an event within `slowMs`. */
  good_at: number
  waiting: Item[]
}

/**
 * Shares the room for attempts among endpoints, so that those that hang cannot slow those that answer: each begins with one
 * at a time, a suspect one has no queue here, and all suspects share a room of their own. A hundred dead endpoints take a
 * hundred places there, and none of the others.
 */
export class Lanes<Item> {
  readonly #lanes = new Map<string, Lane<Item>>()
  readonly #queued = new Set<Lane<Item>>()
  #steadyInFlight = 0
  #suspectInFlight = 0
  #waiting = 0

  /** How many wait for their endpoint's next place. */
  get waiting(): number {
    return this.#waiting
  }

  /** Says what to do with one claimed item; for `send` a place has been taken, which `finish` gives back. */
  offer(endpointId: string, item: Item): 'send' | 'wait' | 'put off' {
    const lane = this.#lane(endpointId)
    if (this.#hasRoom(lane)) {
      this.#count(lane, 1)
      return 'send'
    }
    if (lane.suspect) return 'put off'
    lane.waiting.push(item)
    this.#queued.add(lane)
    this.#waiting++
    return 'wait'
  }

  /** Gives the place of an attempt back. The times are in ms on any steady clock. */
  finish(endpointId: string, delivered: boolean, started: number, ended: number): void {
    const lane = this.#lane(endpointId)
    this.#count(lane, -1)
    lane.failures = delivered ? 0 : lane.failures + 1
    const slow = ended - started > slowMs
    if (delivered) lane.limit = Math.min(lane.limit * 2, roomPerEndpoint)
    else lane.limit = slow ? 1 : Math.max(1, lane.limit >> 1)
    if (delivered && !slow) {
      lane.good_at = ended
      this.#suspect(lane, false)
    } else if ((slow && lane.good_at < started) || lane.failures >= failuresMax) this.#suspect(lane, true)
  }

  /** Tells that an attempt is in flight for longer than `slowMs`: its endpoint is suspect unless others went well since. */
  doubt(endpointId: string, started: number): void {
    const lane = this.#lane(endpointId)
    if (lane.good_at < started) this.#suspect(lane, true)
  }

  /** How often in a row the endpoint has failed. */
  failures(endpointId: string): number {
    return this.#lane(endpointId).failures
  }

  /** Takes the items that may be sent now, each with its place, one of each endpoint in turn. */
  takeReady(): Item[] {
    const ready: Item[] = []
    // A set's iteration comes to what is added again behind it, so this goes round until no lane has room.
    for (const lane of this.#queued) {
      if (lane.suspect || !this.#hasRoom(lane)) continue
      ready.push(...this.#take(lane, 1))
      this.#count(lane, 1)
    }
    return ready
  }

  /** Takes the items that wait for endpoints which have become suspect; all of them, when the program stops. */
  takePutOff(all = false): Item[] {
    return [...this.#queued]
      .filter(({ suspect }) => all || suspect)
      .flatMap((lane) => this.#take(lane, lane.waiting.length))
  }

  #take(lane: Lane<Item>, count: number): Item[] {
    const taken = lane.waiting.splice(0, count)
    this.#waiting -= taken.length
    this.#queued.delete(lane)
    if (lane.waiting.length > 0) this.#queued.add(lane)
    return taken
  }

  #hasRoom(lane: Lane<Item>): boolean {
    return lane.in_flight < lane.limit && (lane.suspect ? this.#suspectInFlight : this.#steadyInFlight) < roomPerPool
  }

  #count(lane: Lane<Item>, change: number): void {
    lane.in_flight += change
    if (lane.suspect) this.#suspectInFlight += change
    else this.#steadyInFlight += change
  }

  #suspect(lane: Lane<Item>, suspect: boolean): void {
    if (lane.suspect === suspect) return
    const inFlight = lane.in_flight
    this.#count(lane, -inFlight)
    lane.suspect = suspect
    this.#count(lane, inFlight)
  }

  #lane(endpointId: string): Lane<Item> {
    const known = this.#lanes.get(endpointId)
    if (known) return known
    if (this.#lanes.size >= endpointsMax) this.#forgetOne()
    const lane: Lane<Item> = {
      in_flight: 0,
      limit: 1,
      suspect: false,
      failures: 0,
      good_at: Number.NEGATIVE_INFINITY,
      waiting: [],
    }
    this.#lanes.set(endpointId, lane)
    return lane
  }

  #forgetOne(): void {
    for (const [endpointId, lane] of this.#lanes) {
      if (lane.in_flight > 0 || lane.waiting.length > 0) continue
      this.#lanes.delete(endpointId)
      return
    }
  }
}
