import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { serveParent } from './child.ts'

/**
 * A webhook receiver that accepts everything, and never answers below `/hang`, in a process of its own. It answers with its port and
 * the number received so far.
 */
serveParent<object, object, { port: number; received: number }>(async () => {
  let received = 0
  const server = createServer((request, response) => {
    request.resume()
    request.on('end', () => {
      received += 1
      if (request.url?.startsWith('/hang')) return
      response.writeHead(204).end()
    })
  })
  server.keepAliveTimeout = 60_000
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    ready: { port, received },
    answer: async () => ({ port, received }),
    async stop() {
      server.close()
      server.closeAllConnections()
    },
  }
})
