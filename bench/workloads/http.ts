import { startChild } from '../http/child.ts'
import type { LoadStart } from '../http/load.ts'
import type { ServerAnswer, ServerStart } from '../http/server.ts'
import type { Contender, Sample } from './workload.ts'

/** The product's server in a process of its own. */
export type Server = {
  port: number
  /** Resolves with the batches since the last call, when nothing is due any more. */
  settle(): Promise<number[]>
  usage(): Promise<{ cpu_s: number; rss: number }>
  stop(): Promise<void>
}

/** Starts a server on a database. */
export async function startServer(start: ServerStart): Promise<Server> {
  const { child, ready } = await startChild<{ settle: boolean }, ServerAnswer>('server', start)
  return {
    port: ready.port,
    settle: async () => (await child.ask({ settle: true })).batches,
    usage: () => child.usage(),
    stop: () => child.stop(),
  }
}

/** A load from another process on that server. */
export async function httpContender(
  server: Server,
  load: Omit<LoadStart, 'port'>,
): Promise<{ contender: Contender; close(): Promise<void> }> {
  const { child } = await startChild<{ seconds: number }, Sample>('load', { ...load, port: server.port })
  const run = async (seconds: number) => {
    await server.settle()
    const sample = await child.ask({ seconds })
    return { ...sample, batches: await server.settle() }
  }
  return { contender: { run }, close: () => child.stop() }
}
