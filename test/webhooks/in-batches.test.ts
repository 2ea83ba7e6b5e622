import { expect, test } from 'vitest'
import { runInBatches } from '../../src/webhooks/delivery/in-batches.ts'

test('rounds follow each other while something is done, and end with what is left to do', async () => {
  let left = 10
  await runInBatches(async () => ({ progress: true, left: --left > 0 }))
  expect(left).toBe(0)
})

test('what is not claimed is looked at for a quarter of a second, and then in the next run', async () => {
  let rounds = 0
  const began = performance.now()
  await runInBatches(async () => ({ progress: ++rounds === 1, left: true }))
  const took = performance.now() - began
  expect(rounds).toBeGreaterThan(2)
  expect(rounds).toBeLessThan(15)
  expect(took).toBeGreaterThan(240)
  expect(took).toBeLessThan(5_000)
})

test('looking in vain takes a fifth of the time at most', async () => {
  const begins: number[] = []
  await runInBatches(async () => {
    begins.push(performance.now())
    await new Promise((resolve) => setTimeout(resolve, 40))
    return { progress: false, left: true }
  })
  expect(begins.length).toBeLessThanOrEqual(3)
  expect((begins[1] as number) - (begins[0] as number)).toBeGreaterThan(195)
})

test('the stop ends it, also in a rest', async () => {
  const stopping = new AbortController()
  let rounds = 0
  await runInBatches(async () => {
    rounds += 1
    setImmediate(() => stopping.abort())
    return { progress: true, left: true }
  }, stopping.signal)
  expect(rounds).toBe(1)
})
