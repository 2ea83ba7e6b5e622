import { startChild } from '../http/child.ts'
import type { LoadStart } from '../http/load.ts'
import type { ServerAnswer, ServerStart } from '../http/server.ts'
import type { Sample, Workload } from './workload.ts'

/** The connections of the load of payments, of the one that sends them a thousand at a time, and of the one that makes accounts. */
export const paymentConnections = 256
export const batchConnections = 2
export const accountConnections = 64

/** The product's server in a process of its own. */
export type Server = {
  port: number
  /** Waits until every event has been sent; resolves with the sizes of the batches since the last call. */
  drained(): Promise<number[]>
  usage(): Promise<{ cpu_s: number; rss: number }>
  stop(): Promise<void>
}

/** Starts a server on a database. */
export async function startServer(start: ServerStart): Promise<Server> {
  const { child, ready } = await startChild<{ drain: boolean }, ServerAnswer>('server', start)
  return {
    port: ready.port,
    drained: async () => (await child.ask({ drain: true })).batches,
    usage: () => child.usage(),
    stop: () => child.stop(),
  }
}

/** A load on that server, from another process. */
export async function httpWorkload(
  server: Server,
  load: Omit<LoadStart, 'port'>,
): Promise<{ workload: Workload; close(): Promise<void> }> {
  const { child } = await startChild<{ seconds: number }, Sample>('load', { ...load, port: server.port })
  const run = async (seconds: number) => {
    await server.drained()
    const sample = await child.ask({ seconds })
    return { ...sample, batches: await server.drained() }
  }
  return { workload: { run }, close: () => child.stop() }
}
