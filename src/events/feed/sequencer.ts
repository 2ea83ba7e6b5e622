import { setTimeout as delay, setImmediate as nextTurn } from 'node:timers/promises'
import { isSpread, type Pool } from '../../database/pool.ts'
import { loadSql } from '../../database/sql.ts'
import { transaction } from '../../database/transaction.ts'
import { type OrderedDelivery, queueDeliveries } from './queues.ts'
import { FeedWaiters } from './waiters.ts'

const sequenceEventsSql = loadSql(import.meta.url, './sql/sequence-events.sql')

// While events come all the time, runs are at least this far apart, so that each serves many commits.
const paceMs = 40
// And a run takes at most a third of the time: while an old snapshot keeps deleted rows, each reads them again.
const restFactor = 2

/** Gives the events that were committed their positions in the feed, and wakes those who wait for them. */
export type EventFeed = {
  /** Looks without having been woken: what another process or an earlier run has left gets its positions too. */
  look(): Promise<void>
  /** Says that events were committed. It is cheap: call it after every commit that writes some. */
  wake(): void
  /** See `FeedWaiters.wait`. */
  wait: FeedWaiters['wait']
  /** Answers those who wait; from now on nobody does. */
  endWaits(): void
  /** Begins no further run, and waits for the one that is under way. */
  stop(): Promise<void>
}

/**
 * Makes the feed of a process. Several of them, in several processes, may work on one database. `queued` is called when deliveries to
 * endpoints that are ordered may have got their turn.
 */
export function createEventFeed(pool: Pool, queued: () => void = () => {}): EventFeed {
  return new SequencingLoop(pool, queued)
}

class SequencingLoop implements EventFeed {
  readonly #pool: Pool
  readonly #waiters = new FeedWaiters()
  readonly #queued: () => void
  readonly #stopping = new AbortController()
  /** Something may wait for its position. */
  #wanted = false
  #running: Promise<void> | undefined

  constructor(pool: Pool, queued: () => void) {
    this.#pool = pool
    this.#queued = queued
  }

  async look(): Promise<void> {
    const { rows } = await this.#pool.query<{ position: bigint; waiting: boolean }>({
      name: 'look-at-feed',
      text: 'select position, exists (select 1 from unsequenced_event) as waiting from feed_place',
    })
    const [place] = rows
    if (place === undefined) return
    this.#waiters.advance(place.position, place.position, [])
    if (!place.waiting || this.#running !== undefined) return
    await this.#sequence()
    if (this.#wanted) this.wake()
  }

  wake(): void {
    this.#wanted = true
    // What fails is tried again by the job, which says so.
    this.#running ??= this.#loop().catch(() => {})
  }

  wait: FeedWaiters['wait'] = (...wanted) => this.#waiters.wait(...wanted)

  endWaits(): void {
    this.#waiters.end()
  }

  async stop(): Promise<void> {
    this.#stopping.abort()
    await this.#running
  }

  async #loop(): Promise<void> {
    const { signal } = this.#stopping
    try {
      // The responses to the requests just committed are sent before.
      await nextTurn()
      while (this.#wanted && !signal.aborted) {
        const began = performance.now()
        await this.#sequence()
        const rest_ms = Math.max(paceMs, restFactor * (performance.now() - began))
        await delay(rest_ms, undefined, { signal }).catch(() => {})
      }
    } finally {
      this.#running = undefined
    }
  }

  /** One run. More is wanted when it took as much as one takes. */
  async #sequence(): Promise<void> {
    this.#wanted = false
    const { position, sequenced, environment_ids, queued } = await sequenceEvents(this.#pool)
    this.#waiters.advance(position, position - BigInt(sequenced), environment_ids)
    if (queued) this.#queued()
    if (sequenced === batchMax) this.#wanted = true
  }
}

// As many as sequence-events.sql takes.
const batchMax = 10_000

type Sequenced = { position: bigint; sequenced: number; environment_ids: number[]; queued: boolean }

/**
 * Gives positions to what was committed, and puts it into the queues of endpoints that are ordered. One process does so at a time: the
 * others wait for the lock of the place, and then see what was committed meanwhile.
 */
async function sequenceEvents(pool: Pool): Promise<Sequenced> {
  return transaction(pool, async (connection) => {
    const locked = connection.query<{ position: bigint }>({
      name: 'lock-feed-place',
      text: 'select position from feed_place for no key update',
    })
    const place = isSpread(connection) ? (await locked).rows[0]?.position : undefined
    const sequenced = connection.query<Omit<Sequenced, 'queued'> & { ordered: OrderedDelivery[] }>({
      ...sequenceEventsSql,
      values: place === undefined ? [] : [place],
    })
    const [, { rows }] = await Promise.all([locked, sequenced])
    const [{ ordered, ...result }] = rows as [(typeof rows)[number]]
    if (place !== undefined && result.sequenced > 0) {
      const values = [result.position]
      await connection.query({ name: 'move-feed-place', text: 'update feed_place set position = $1', values })
    }
    return { ...result, queued: ordered.length > 0 && (await queueDeliveries(connection, ordered)) }
  })
}
