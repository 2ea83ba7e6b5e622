import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { faultOfArrival } from './known-endpoints.ts'

export type ReceivedWebhook = {
  id: string
  timestamp: string
  signature: string
  body: string
  /** The headers with which its sender may be traced. */
  trace: { traceparent?: string; tracestate?: string; baggage?: string }
}

/**
 * A receiver of webhooks that keeps all it gets. `answer` decides the status of each; 204 when left out. It verifies each, and
 * throws when it is closed if one was not signed as it should be.
 */
export async function webhookReceiver(answer: (webhook: ReceivedWebhook) => number = () => 204) {
  const received: ReceivedWebhook[] = []
  const faults: string[] = []
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const body = Buffer.concat(chunks)
    faults.push(...faultOfArrival(origin() + request.url, request.headers, body))
    const webhook = {
      id: String(request.headers['webhook-id']),
      timestamp: String(request.headers['webhook-timestamp']),
      signature: String(request.headers['webhook-signature']),
      body: body.toString('utf8'),
      trace: traceOf(request.headers),
    }
    received.push(webhook)
    response.writeHead(answer(webhook)).end()
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const origin = () => `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    url: `${origin()}/hook`,
    received,
    async close() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
      if (faults.length > 0) throw new Error(`not signed as it should be: ${faults.join('\n')}`)
    },
  }
}

function traceOf(headers: IncomingHttpHeaders): ReceivedWebhook['trace'] {
  const named = ['traceparent', 'tracestate', 'baggage'].flatMap((name) =>
    headers[name] === undefined ? [] : [[name, String(headers[name])]],
  )
  return Object.fromEntries(named)
}
