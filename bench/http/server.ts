import { buildServer } from '../../src/server/server.ts'
import type { Address } from '../postgres.ts'
import { openProduct } from '../product.ts'
import { serveParent } from './child.ts'

/** The first message to the process. */
export type ServerStart = { address: Address; dispatcher: boolean }

/** Its answers: the port, and the sizes of the batches since the last question. `drain` first sends every event that is due. */
export type ServerAnswer = { port: number; batches: number[] }

/** The product's HTTP server in a process of its own, as in production. */
serveParent<ServerStart, { drain: boolean }, ServerAnswer>(async ({ address, dispatcher }) => {
  let url = ''
  const product = openProduct(address, () => url)
  const router = await buildServer(product.app, product.authenticator)
  url = await router.listen({ host: '127.0.0.1', port: 0 })
  const port = Number(new URL(url).port)
  if (dispatcher) product.startDispatcher()
  return {
    ready: { port, batches: [] },
    async answer({ drain }) {
      if (drain && dispatcher) await product.delivered()
      return { port, batches: product.takeBatches() }
    },
    async stop() {
      await router.close()
      await product.close()
    },
  }
})
