import { describe, expect, test } from 'vitest'
import { isTemporary } from '../../src/database/availability.ts'
import { createGroupCommit, type GroupCommitOptions } from '../../src/database/group-commit.ts'

type Options = Partial<GroupCommitOptions<string, string>>

/** A group commit whose batches are noted; each waits until it is released, unless `runBatch` is given. */
function noted(options: Options = {}) {
  const batches: string[][] = []
  const releases: (() => void)[] = []
  const queue = createGroupCommit<string, string>({
    name: 'orders',
    spanOf: () => undefined,
    runBatch: async (orders) => {
      batches.push(orders)
      await new Promise<void>((resolve) => releases.push(resolve))
      return orders.map((order) => `${order} done`)
    },
    claimsOf: (order) => [order.charAt(0)],
    placeOf: (order) => ({ owner: order.charAt(0), object: order }),
    in_flight_max: 1,
    batch_max: 3,
    waiting_max: 6,
    ...options,
  })
  const turn = () => new Promise((resolve) => setImmediate(() => setImmediate(resolve)))
  const release = async () => {
    await turn()
    releases.shift()?.()
    await turn()
  }
  return { queue, batches, release }
}

describe('group commit', () => {
  test('takes what is waiting, up to the limit, and answers each', async () => {
    const { queue, batches, release } = noted()
    const answers = Promise.all(['a', 'b', 'c', 'd'].map(queue.add))
    await release()
    await release()
    expect(await answers).toEqual(['a done', 'b done', 'c done', 'd done'])
    expect(batches).toEqual([['a', 'b', 'c'], ['d']])
    expect(queue.waiting()).toBe(0)
  })

  test('never puts two orders with one claim into one batch', async () => {
    const { queue, batches, release } = noted()
    const answers = Promise.all(['a1', 'b1', 'a2'].map(queue.add))
    await release()
    await release()
    await answers
    expect(batches).toEqual([['a1', 'b1'], ['a2']])
  })

  test('never has two orders with one claim in flight, and goes on with the second when the first is done', async () => {
    const { queue, batches, release } = noted({ in_flight_max: 2 })
    const first = queue.add('a1')
    const second = queue.add('a2')
    const other = queue.add('b1')
    await release()
    expect(await first).toBe('a1 done')
    await release()
    await release()
    expect(await Promise.all([second, other])).toEqual(['a2 done', 'b1 done'])
    expect(batches.map((batch) => batch.join())).not.toContain('a1,a2')
  })

  test('has one group in a batch where enough of the oldest one wait, and any where not', async () => {
    const groupOf = (order: string) => Number(order.split('/')[1])
    const options = {
      groupOf,
      claimsOf: (order: string) => [order],
      in_flight_max: 1,
      batch_max: 200,
      waiting_max: 200,
    }
    const orders = (count: number, group: number) => Array.from({ length: count }, (_, at) => `${group}-${at}/${group}`)
    const many = noted(options)
    // By turns, as they come.
    const mixed = orders(40, 1).flatMap((order, at) => [order, `2-${at}/2`])
    const all = Promise.all(mixed.map(many.queue.add))
    for (let count = 0; count < 3; count++) await many.release()
    await all
    expect(many.batches.map((batch) => new Set(batch.map(groupOf)))).toEqual([new Set([1]), new Set([2])])
    const few = noted(options)
    const some = Promise.all([...orders(31, 1), ...orders(9, 2)].map(few.queue.add))
    await few.release()
    await few.release()
    await some
    expect(few.batches.map(({ length }) => length)).toEqual([40])
  })

  test('refuses past its bound, with a Retry-After, and takes orders again when there is room', async () => {
    const { queue, release } = noted()
    const answers = ['a', 'b', 'c', 'd', 'e', 'f'].map(queue.add)
    await expect(queue.add('g')).rejects.toMatchObject({ code: 'overloaded', status: 503, retryAfterS: 1 })
    await release()
    const more = queue.add('g')
    for (let round = 0; round < 3; round++) await release()
    expect(await Promise.all([...answers, more])).toHaveLength(7)
    await queue.drain()
  })

  test('an outcome found out after the commit holds up neither the others nor the next batch', async () => {
    let findOut = (_: string) => {}
    const late = new Promise<string>((resolve) => {
      findOut = resolve
    })
    const { queue } = noted({ runBatch: async (orders) => orders.map((order) => (order === 'late' ? late : order)) })
    const first = [queue.add('late'), queue.add('a')] as const
    expect(await first[1]).toBe('a')
    expect(await queue.add('b')).toBe('b')
    expect(queue.waiting()).toBe(1)
    let drained = false
    const draining = queue.drain().then(() => {
      drained = true
    })
    await new Promise((resolve) => setImmediate(resolve))
    expect(drained).toBe(false)
    findOut('found')
    await draining
    expect(await first[0]).toBe('found')
    expect(queue.waiting()).toBe(0)
  })

  test('an order that fails stands alone in the end; the others are carried out', async () => {
    const { queue } = noted({
      batch_max: 10,
      runBatch: async (orders) => {
        if (orders.includes('x')) throw new Error('the culprit')
        return orders
      },
    })
    const results = await Promise.allSettled(['a', 'b', 'x', 'c', 'd'].map(queue.add))
    expect(results.map(({ status }) => status)).toEqual([
      'fulfilled',
      'fulfilled',
      'rejected',
      'fulfilled',
      'fulfilled',
    ])
  })

  test('a lost connection sends the whole batch again, three times at most', async () => {
    let tries = 0
    const lost = Object.assign(new Error('Connection terminated unexpectedly'), { code: 'ECONNRESET' })
    const { queue } = noted({
      runBatch: async (orders) => {
        tries += 1
        if (tries < 3) throw lost
        return orders
      },
    })
    expect(await Promise.all(['a', 'b'].map(queue.add))).toEqual(['a', 'b'])
    expect(tries).toBe(3)
    tries = -10
    await expect(queue.add('c')).rejects.toBe(lost)
    expect(tries).toBe(-7)
  })
})

describe('a lock that others keep', () => {
  const lockTimeout = Object.assign(new Error('canceling statement due to lock timeout'), { code: '55P03' })

  /** Orders are `owner object number`; what is in `locked` (`owner object`) cannot be changed. */
  function lockable(options: Options = {}) {
    const locked = new Set<string>()
    const tried: string[][] = []
    const objectOf = (order: string) => order.split(' ', 2).join(' ')
    const queue = createGroupCommit<string, string>({
      name: 'orders',
      spanOf: () => undefined,
      runBatch: async (orders) => {
        tried.push(orders)
        await new Promise((resolve) => setImmediate(resolve))
        if (orders.some((order) => locked.has(objectOf(order)))) throw lockTimeout
        return orders
      },
      claimsOf: (order) => [order],
      placeOf: (order) => ({ owner: order.split(' ')[0] as string, object: objectOf(order) }),
      in_flight_max: 3,
      batch_max: 200,
      waiting_max: 5_000,
      ...options,
    })
    return { queue, locked, tried }
  }
  const ordersOf = (owner: string, count: number) => Array.from({ length: count }, (_, n) => `${owner} ${owner}${n} 1`)

  test('holds up what needs it and nothing else, and that only until it is let go', async () => {
    const { queue, locked, tried } = lockable()
    locked.add('a a7')
    const free = [
      ...ordersOf('b', 50),
      ...ordersOf('c', 50),
      ...ordersOf('a', 50).filter((order) => order !== 'a a7 1'),
    ]
    const held = queue.add('a a7 1')
    expect(await Promise.all(free.map(queue.add))).toEqual(free)
    const attempts = tried.length
    const more = [...free.map((order) => order.replace(' 1', ' 2')), 'a a8 3']
    const heldToo = queue.add('a a7 2')
    expect(await Promise.all(more.map(queue.add))).toEqual(more)
    // What is known to be locked is kept out of the batches of the others.
    const ofOthers = tried.slice(attempts).filter((orders) => orders.length > 2)
    expect(ofOthers.flat()).not.toContain('a a7 2')
    expect(queue.health().stalled_ms).toBe(0)
    locked.clear()
    expect(await Promise.all([held, heldToo])).toEqual(['a a7 1', 'a a7 2'])
    await queue.drain()
  })

  test('on all that an owner has, is tried again and again without a hurry, while the others go on', async () => {
    const { queue, locked, tried } = lockable()
    const mine = ordersOf('a', 150)
    for (const order of mine) locked.add(order.replace(' 1', ''))
    const held = Promise.all(mine.map(queue.add))
    const free = ordersOf('b', 50)
    expect(await Promise.all(free.map(queue.add))).toEqual(free)
    expect(tried.length).toBeLessThan(40)
    locked.clear()
    expect(await held).toEqual(mine)
  })

  test('is told of when it is kept for longer than an order may wait, and claims what it claimed until then', async () => {
    const { queue, locked } = lockable({ outcome_within_ms: 1_500 })
    locked.add('a a0')
    await expect(queue.add('a a0 1')).rejects.toBe(lockTimeout)
    expect(queue.health().unavailable).toBe(false)
    const again = queue.add('a a0 1')
    locked.clear()
    expect(await again).toBe('a a0 1')
    await queue.drain()
  })
})

describe('a batch that is never answered', () => {
  test('keeps nobody waiting for longer than an order may wait, and is seen from outside', async () => {
    const { queue, batches, release } = noted({ outcome_within_ms: 700 })
    const began = performance.now()
    const answers = Promise.allSettled(['a1', 'a2', 'b1', 'c1', 'd1'].map(queue.add))
    await new Promise((resolve) => setTimeout(resolve, 300))
    expect(queue.health().stalled_ms).toBeGreaterThan(200)
    const settled = await answers
    expect(performance.now() - began).toBeLessThan(5_000)
    expect(settled.map((one) => 'reason' in one && isTemporary(one.reason))).toEqual(Array(5).fill(true))
    expect(queue.health()).toEqual({ stalled_ms: 0, unavailable: true })
    // It is still under way: what claims the same waits for it, and what was not begun is not begun any more.
    const again = queue.add('a1')
    await release()
    await release()
    expect(await again).toBe('a1 done')
    expect(batches).toEqual([['a1', 'b1', 'c1'], ['a1']])
    expect(queue.health().unavailable).toBe(false)
    await queue.drain()
  })

  test('does not keep the late outcome of another from being given up', async () => {
    const { queue } = noted({ outcome_within_ms: 300, runBatch: async () => [new Promise(() => {})] })
    await expect(queue.add('late')).rejects.toThrow('Whether a commit took effect is not known: it took too long')
    await queue.drain()
  })
})
