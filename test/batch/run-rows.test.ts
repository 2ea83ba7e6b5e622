import { describe, expect, test } from 'vitest'
import { runRow, runRows } from '../../src/api/batch/run-rows.ts'
import { Problem } from '../../src/core/problem.ts'
import { Semaphore } from '../../src/core/semaphore.ts'

const turn = () => new Promise((resolve) => setImmediate(resolve))

describe('rows', () => {
  test('run up to so many at once, and come back in their order', async () => {
    let running = 0
    let most = 0
    const outcomes = await runRows(50, 7, async (index) => {
      running += 1
      most = Math.max(most, running)
      for (let turns = 0; turns < index % 5; turns++) await turn()
      running -= 1
      return index
    })
    expect(outcomes).toEqual(Array.from({ length: 50 }, (_, index) => index))
    expect(most).toBe(7)
  })

  test('that are not begun in time are not begun at all', async () => {
    const done: number[] = []
    const limit = new Semaphore(2)
    const outcomes = await runRows(10, 10, (index) =>
      runRow({ limit, mayBegin: () => done.length < 4 }, async () => {
        await turn()
        done.push(index)
        return 'done'
      }).catch((error: Problem) => error.code),
    )
    // Two had begun while the fourth was on its way.
    expect(outcomes.slice(0, 4)).toEqual(Array(4).fill('done'))
    expect(outcomes.slice(5)).toEqual(Array(5).fill('row_not_reached'))
    expect(new Problem('row_not_reached', '').status).toBe(503)
  })

  test('wait while what they need is overloaded, and give up when their time is over', async () => {
    const limit = new Semaphore(1)
    let asked = 0
    const busy = async () => {
      asked += 1
      if (asked < 3) throw new Problem('overloaded', 'Too many requests are waiting.')
      return 'done'
    }
    expect(await runRow({ limit, mayBegin: () => true }, busy)).toBe('done')
    asked = 0
    await expect(runRow({ limit, mayBegin: () => asked < 1 }, busy)).rejects.toMatchObject({ code: 'row_not_reached' })
    expect(limit.free).toBe(1)
  })

  test('fail as their work does', async () => {
    const limit = new Semaphore(1)
    const work = async () => {
      throw new Problem('archived', 'It is archived.')
    }
    await expect(runRow({ limit, mayBegin: () => true }, work)).rejects.toMatchObject({ code: 'archived' })
    expect(limit.free).toBe(1)
  })
})

test('room is handed on in the order of arrival, so that two batches take turns', async () => {
  const limit = new Semaphore(2)
  const order: string[] = []
  const batch = (name: string) =>
    runRows(6, 2, () =>
      limit.run(async () => {
        order.push(name)
        await turn()
      }),
    )
  await Promise.all([batch('a'), batch('b')])
  expect(order).toHaveLength(12)
  expect(order.join('')).not.toMatch(/a{3}|b{3}/)
})
