import type { FastifyRequest, Router } from '../api/fastify.ts'
import { Problem } from '../core/problem.ts'

/** Lets requests in so that no key holds up another. */
export type FairTurns = {
  /** Calls `begin` when it is the turn of a request of `key`, or with `overloaded` when too many of that key wait. */
  enter(key: string, begin: (error?: Error) => void): void
  /** A request of `key` that was let in has ended. */
  leave(key: string): void
  /** How many wait for their turn. */
  waiting(): number
}

type Key = { running: number; waiting: ((error?: Error) => void)[] }

export type FairTurnsLimits = {
  /** How many run at once. */
  running_max: number
  /** How many of one key, so that others find room at once. */
  key_running_max: number
  /** How many of one key wait. */
  key_waiting_max: number
}

/** Makes the turns of a process. Those that wait are let in key by key, and of each key in the order of arrival. */
export function createFairTurns({ running_max, key_running_max, key_waiting_max }: FairTurnsLimits): FairTurns {
  /** Those that have something running or waiting; who waits goes behind the others when one of his is let in. */
  const keys = new Map<string, Key>()
  let running = 0
  let waiting = 0

  function letNextIn(): void {
    for (const [name, key] of keys) {
      if (running >= running_max) return
      const begin = key.running < key_running_max ? key.waiting.shift() : undefined
      if (!begin) continue
      keys.delete(name)
      keys.set(name, key)
      waiting -= 1
      running += 1
      key.running += 1
      begin()
      return
    }
  }

  return {
    enter(name, begin) {
      let key = keys.get(name)
      if (!key) {
        key = { running: 0, waiting: [] }
        keys.set(name, key)
      }
      if (running < running_max && key.running < key_running_max) {
        running += 1
        key.running += 1
        return begin()
      }
      if (key.waiting.length >= key_waiting_max) {
        return begin(new Problem('overloaded', 'Too many requests of this key are waiting.', { retry_after_s: 1 }))
      }
      waiting += 1
      key.waiting.push(begin)
    },
    leave(name) {
      const key = keys.get(name)
      if (!key) return
      running -= 1
      key.running -= 1
      if (key.running === 0 && key.waiting.length === 0) keys.delete(name)
      if (waiting > 0) letNextIn()
    },
    waiting: () => waiting,
  }
}

// Three times what makes payments fastest, and four times for all: a request that comes besides waits for a few batches of them.
const usualTurns: FairTurnsLimits = { running_max: 512, key_running_max: 384, key_waiting_max: 2_000 }

// On the request itself, as in guard-requests.ts.
const turnOf = Symbol('whose turn a request has')
type InTurn = FastifyRequest & { [turnOf]?: string }

/** Makes the turns in which the operations of the API run, and has them given back at the end of each response. */
export function takeTurns(router: Router): FairTurns {
  const turns = createFairTurns(usualTurns)
  router.addHook('onResponse', (request: InTurn, _reply, done) => {
    const name = request[turnOf]
    if (name !== undefined) turns.leave(name)
    done()
  })
  return turns
}

/** Has each operation wait for the turn of its key. Its body is read before, so whoever sends one slowly holds nobody up. */
export function waitForTurn(router: Router, turns: FairTurns): void {
  router.addHook('preHandler', (request: InTurn, _reply, done) => {
    // It waits for events and not for the database.
    if (request.routeOptions.config.operation?.id === 'readEvents') return done()
    turns.enter(request.actor, (error) => {
      if (error) return done(error)
      request[turnOf] = request.actor
      done()
    })
  })
}
