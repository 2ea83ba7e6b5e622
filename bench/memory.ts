import { setTimeout as delay } from 'node:timers/promises'
import type { Fixtures } from './fixtures.ts'
import { median } from './statistics.ts'

const megabyte = 2 ** 20

/** Measures the resident memory of the server under P3 for some minutes; it should stay the same. */
export async function watchMemory(fixtures: Fixtures, minutes: number, say: (line: string) => void): Promise<string> {
  const { workload } = await fixtures.make('http payments, delivered')
  const server = await fixtures.server('bench_http_delivered')
  if (!server) throw new Error('the server of P3 runs')
  const samples: number[] = []
  let running = true
  const watch = async () => {
    while (running) {
      samples.push((await server.usage()).rss / megabyte)
      await delay(1000)
    }
  }
  const watching = watch()
  const { done, errors } = await workload.run(minutes * 60)
  running = false
  await watching
  const tenth = Math.max(1, Math.floor(samples.length / 10))
  const first = median(samples.slice(tenth, 2 * tenth))
  const last = median(samples.slice(-tenth))
  const line = `Memory of the server under P3 for ${minutes} minutes (${done} payments, ${errors} errors): ${first.toFixed(0)} MB in the second tenth, ${last.toFixed(0)} MB in the last, ${Math.max(...samples).toFixed(0)} MB at most.`
  say(line)
  return line
}
