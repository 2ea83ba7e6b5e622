import { buildServer } from '../../src/server/server.ts'
import type { Address } from '../postgres.ts'
import { openProduct } from '../product.ts'
import { serveParent } from './child.ts'

/** What the server is started with. */
export type ServerStart = { address: Address; dispatcher: boolean }

/** Its answers: the port at first, then the batches since the last question; it waits until nothing is due when asked to. */
export type ServerAnswer = { port: number; batches: number[] }

/** The product's HTTP server in a process of its own, as in production. */
serveParent<ServerStart, { settle: boolean }, ServerAnswer>(async ({ address, dispatcher }) => {
  let url = ''
  const product = openProduct(address, () => url)
  const router = await buildServer(product.app, product.authenticator)
  url = await router.listen({ host: '127.0.0.1', port: 0 })
  const port = Number(new URL(url).port)
  if (dispatcher) product.startDispatcher()
  return {
    ready: { port, batches: [] },
    async answer({ settle }) {
      if (settle && dispatcher) await product.delivered()
      return { port, batches: product.takeBatches() }
    },
    async stop() {
      await router.close()
      await product.close()
    },
  }
})
