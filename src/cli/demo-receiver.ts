import { once } from 'node:events'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { sameSecret } from '../core/secret.ts'
import { sign, signingKey } from '../webhooks/signing.ts'

/** One webhook as it arrived: the raw body, since that is what is signed. */
export type Delivery = { headers: IncomingMessage['headers']; body: string }

/** A receiver on loopback that keeps what it gets until it is asked for. */
export async function startReceiver(): Promise<{ url: string; next(): Promise<Delivery>; close(): Promise<void> }> {
  const arrived: Delivery[] = []
  const waiting: ((delivery: Delivery) => void)[] = []
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    response.writeHead(204).end()
    const delivery = { headers: request.headers, body: Buffer.concat(chunks).toString('utf8') }
    const next = waiting.shift()
    if (next) next(delivery)
    else arrived.push(delivery)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/webhooks`,
    next: () => {
      const delivery = arrived.shift()
      return delivery ? Promise.resolve(delivery) : new Promise((resolve) => waiting.push(resolve))
    },
    async close() {
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
    },
  }
}

/** Whether a webhook was signed with this secret: what the guide's step 4 asks of every receiver. */
export function isSigned({ headers, body }: Delivery, secret: string): boolean {
  const id = String(headers['webhook-id'])
  const expected = sign({ id, timestamp_s: Number(headers['webhook-timestamp']), body, keys: [signingKey(secret)] })
  return String(headers['webhook-signature'])
    .split(' ')
    .some((one) => sameSecret(one, expected))
}
