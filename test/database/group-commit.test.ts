import { describe, expect, test } from 'vitest'
import { createGroupCommit, type GroupCommitOptions } from '../../src/database/group-commit.ts'

type Options = Partial<GroupCommitOptions<string, string>>

/** A group commit whose batches are noted; each waits until it is released, unless `runBatch` is given. */
function noted(options: Options = {}) {
  const batches: string[][] = []
  const releases: (() => void)[] = []
  const queue = createGroupCommit<string, string>({
    runBatch: async (orders) => {
      batches.push(orders)
      await new Promise<void>((resolve) => releases.push(resolve))
      return orders.map((order) => `${order} done`)
    },
    claimsOf: (order) => [order.charAt(0)],
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
