import type pg from 'pg'
import { DeadlineExceeded } from './availability.ts'

// How often the connections in use are checked. Time is counted in these steps, so that a pause of this process itself
// does not count against the database.
const step_ms = 250
// A second: a busy pool takes the one that was given back last, so these are not in use all the time either.
const idleSuspect_steps = 4

type Use = { in_use: boolean; since: number; last_step: number }

const limiters = new WeakMap<pg.ClientBase, UseLimiter>()

/**
 * Limits how long a connection of a pool may be in use. PostgreSQL's own limits need a server that works; this one also
 * holds when the server is stopped or unreachable: the connection is destroyed, and its statements fail.
 */
export function limitUse(pool: pg.Pool, limit_ms: number): void {
  const limiter = new UseLimiter(limit_ms)
  pool.on('connect', (client) => limiter.add(client))
  pool.on('acquire', (client) => limiter.take(client))
  pool.on('release', (_error, client) => limiter.giveBack(client))
  pool.on('remove', (client) => limiter.remove(client))
  const timer = setInterval(() => {
    if (pool.ended) clearInterval(timer)
    else limiter.step()
  }, step_ms).unref()
}

/** Sets another limit for the present use of a connection, counted from now. It may be infinite. */
export function setUseLimit(client: pg.ClientBase, limit_ms: number): void {
  limiters.get(client)?.take(client, limit_ms)
}

class UseLimiter {
  readonly #limit_ms: number
  readonly #uses = new Map<pg.ClientBase, Use>()
  #step = 0

  constructor(limit_ms: number) {
    this.#limit_ms = limit_ms
  }

  add(client: pg.ClientBase): void {
    limiters.set(client, this)
    this.#uses.set(client, { in_use: false, since: this.#step, last_step: 0 })
  }

  take(client: pg.ClientBase, limit_ms = this.#limit_ms): void {
    const use = this.#uses.get(client)
    if (!use) return
    use.in_use = true
    use.since = this.#step
    use.last_step = this.#step + Math.ceil(limit_ms / step_ms)
  }

  giveBack(client: pg.ClientBase): void {
    const use = this.#uses.get(client)
    if (!use) return
    use.in_use = false
    use.since = this.#step
  }

  remove(client: pg.ClientBase): void {
    this.#uses.delete(client)
  }

  step(): void {
    this.#step += 1
    for (const [client, { in_use, since, last_step }] of this.#uses) {
      if (!in_use || this.#step <= last_step) continue
      this.#destroy(client)
      // A connection that has been idle since before, or for a while, is suspect too, and is not to be found out at its own time limit:
      // when a host is cut off, those that were given back just before are as dead as this one.
      const suspect = Math.max(since, this.#step - idleSuspect_steps)
      for (const [other, use] of this.#uses) if (!use.in_use && use.since <= suspect) this.#destroy(other)
    }
  }

  #destroy(client: pg.ClientBase): void {
    this.#uses.delete(client)
    streamOf(client).destroy(new DeadlineExceeded())
  }
}

/** The socket of a connection, which the types of the driver leave out. */
export function streamOf(client: pg.ClientBase): pg.Connection['stream'] {
  return (client as unknown as { connection: pg.Connection }).connection.stream
}
