import { setTimeout as delay } from 'node:timers/promises'
import type { LockPlace, WaitingItem } from './waiting-item.ts'

// The first wait of the batch has shown that there is a lock. To find out on what, shorter waits suffice.
const partWait_ms = 20
const retryWait_ms = 100
const firstPause_ms = 100
const longestPause_ms = 1_000
// A batch is split until its parts have met a lock this often: enough to find one balance among thousands.
const lockedPartsMax = 12
const checkEvery_ms = 50

/** How the parts of a batch are run. */
export type LockedPlacesOptions<Item, Outcome> = {
  /** Runs items in one transaction with this limit for lock waits. `locked`: those not settled then met a lock. */
  attempt(items: WaitingItem<Item, Outcome>[], lock_wait_ms: number): Promise<'done' | 'locked'>
  placeOf(item: Item): LockPlace
  batch_max: number
  /** Called with items that waited here and are settled. */
  released(items: WaitingItem<Item, Outcome>[]): void
}

/** The items that wait for one place: for one object, or for any object of one owner. */
type Block<Waiting> = { items: Waiting[]; pause_ms: number; due_ms: number; locked: unknown }

/**
 * The items that meet a lock which others hold, and those that would. They wait here, apart from all other items, and one
 * worker tries them again after growing pauses. So a lock holds up the items that need it and no others.
 */
export class LockedPlaces<Item, Outcome> {
  readonly #options: LockedPlacesOptions<Item, Outcome>
  readonly #blocks = new Map<string, Block<WaitingItem<Item, Outcome>>>()
  #retrying = false

  constructor(options: LockedPlacesOptions<Item, Outcome>) {
    this.#options = options
  }

  /** Whether items wait here. */
  get busy(): boolean {
    return this.#retrying
  }

  /** Takes an item whose place is known to be locked. Returns whether it did. */
  keepBack(waiting: WaitingItem<Item, Outcome>): boolean {
    if (this.#blocks.size === 0) return false
    const { owner, object } = this.#placeOf(waiting)
    const block = this.#blocks.get(ownerName(owner)) ?? this.#blocks.get(objectName(owner, object))
    if (!block) return false
    waiting.locked = block.locked
    block.items.push(waiting)
    return true
  }

  /**
   * Splits a batch that met a lock, first by owner, then by object, always in halves, and runs the parts level by level.
   * The items of locked objects are left to wait; of an owner with many locked objects, all that have not run by then.
   */
  async split(batch: WaitingItem<Item, Outcome>[]): Promise<void> {
    const parts = this.#halves(this.#sorted(batch))
    let lockedParts = 0
    for (let part = parts.shift(); part; part = parts.shift()) {
      if ((await this.#options.attempt(part, partWait_ms)) === 'done') continue
      lockedParts += 1
      const rest = this.#sorted(part)
      const halves = this.#halves(rest)
      if (halves.length === 1) this.#setAside(rest, ({ owner, object }) => objectName(owner, object))
      else if (lockedParts >= lockedPartsMax) this.#setAside(rest, ({ owner }) => ownerName(owner))
      else parts.push(...halves)
    }
  }

  #setAside(items: WaitingItem<Item, Outcome>[], nameOf: (place: LockPlace) => string): void {
    for (const waiting of items) {
      const name = nameOf(this.#placeOf(waiting))
      const known = this.#blocks.get(name)
      if (known) known.items.push(waiting)
      else {
        const due_ms = performance.now() + firstPause_ms
        this.#blocks.set(name, { items: [waiting], pause_ms: firstPause_ms, due_ms, locked: waiting.locked })
      }
    }
    void this.#retry()
  }

  /** Tries the items again, those first that are due first, until none wait. */
  async #retry(): Promise<void> {
    if (this.#retrying) return
    this.#retrying = true
    while (this.#blocks.size > 0) {
      const [name, block] = [...this.#blocks].reduce((first, other) =>
        other[1].due_ms < first[1].due_ms ? other : first,
      )
      this.#releaseSettled()
      const wait_ms = block.due_ms - performance.now()
      // In steps, since another block may become due earlier.
      if (wait_ms > 0) await delay(Math.min(wait_ms, checkEvery_ms))
      else await this.#retryBlock(name, block)
    }
    this.#retrying = false
    this.#options.released([])
  }

  /** Releases the items that have been rejected while they waited. */
  #releaseSettled(): void {
    for (const block of this.#blocks.values()) {
      const settled = block.items.filter(({ isSettled }) => isSettled)
      if (settled.length === 0) continue
      block.items = block.items.filter(({ isSettled }) => !isSettled)
      this.#options.released(settled)
    }
  }

  async #retryBlock(name: string, block: Block<WaitingItem<Item, Outcome>>): Promise<void> {
    const taken = block.items.splice(0, this.#options.batch_max)
    if ((await this.#options.attempt(taken, retryWait_ms)) === 'locked') {
      const rest = this.#sorted(taken)
      if (this.#halves(rest).length === 1) block.items.unshift(...rest)
      else await this.split(rest)
    }
    const released = taken.filter(({ isSettled }) => isSettled)
    block.pause_ms = released.length > 0 ? firstPause_ms : Math.min(block.pause_ms * 2, longestPause_ms)
    block.due_ms = performance.now() + (released.length === taken.length ? 0 : block.pause_ms)
    if (block.items.length === 0) this.#blocks.delete(name)
    this.#options.released(released)
  }

  #placeOf(waiting: WaitingItem<Item, Outcome>): LockPlace {
    waiting.place ??= this.#options.placeOf(waiting.item)
    return waiting.place
  }

  /** The items that are not settled, by owner and object. */
  #sorted(items: WaitingItem<Item, Outcome>[]): WaitingItem<Item, Outcome>[] {
    const name = (waiting: WaitingItem<Item, Outcome>) => {
      const { owner, object } = this.#placeOf(waiting)
      return objectName(owner, object)
    }
    return items
      .filter(({ isSettled }) => !isSettled)
      .map((waiting) => ({ waiting, name: name(waiting) }))
      .sort((left, right) => (left.name < right.name ? -1 : left.name > right.name ? 1 : 0))
      .map(({ waiting }) => waiting)
  }

  /** Two parts with different owners or, of one owner, with different objects; one part when all have the same object. */
  #halves(sorted: WaitingItem<Item, Outcome>[]): WaitingItem<Item, Outcome>[][] {
    const places = sorted.map((waiting) => this.#placeOf(waiting))
    const cut =
      cutNearMiddle(places, (left, right) => left.owner !== right.owner) ??
      cutNearMiddle(places, (left, right) => left.object !== right.object)
    return cut === undefined ? [sorted] : [sorted.slice(0, cut), sorted.slice(cut)]
  }
}

const ownerName = (owner: string) => owner
const objectName = (owner: string, object: string) => `${owner} ${object}`

/** The index nearest to the middle at which two neighbours differ. */
function cutNearMiddle(
  places: LockPlace[],
  differ: (left: LockPlace, right: LockPlace) => boolean,
): number | undefined {
  let best: number | undefined
  const distance = (cut: number) => Math.abs(cut - places.length / 2)
  for (let cut = 1; cut < places.length; cut++) {
    const here = differ(places[cut - 1] as LockPlace, places[cut] as LockPlace)
    if (here && (best === undefined || distance(cut) < distance(best))) best = cut
  }
  return best
}
