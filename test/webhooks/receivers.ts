import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http'
import { type AddressInfo, createServer as createTcpServer, type Socket } from 'node:net'
import { onTestFinished } from 'vitest'
import { faultOfArrival } from '../support/known-endpoints.ts'

export type Received = { url: string; headers: IncomingMessage['headers']; body: string }
export type Receiver = { url: string; received: Received[]; connections: () => number }

/**
 * A receiver on loopback that keeps what it got whole and then answers as `answer` does. It ends with the test, which fails if a
 * webhook was not signed as it should be.
 */
export async function startReceiver(
  answer: RequestListener = (_request, response) => response.end(),
): Promise<Receiver> {
  const received: Received[] = []
  const faults: string[] = []
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('error', () => {})
    request.on('end', () => {
      const body = Buffer.concat(chunks)
      faults.push(...faultOfArrival(new URL(request.url ?? '', url).href, request.headers, body))
      received.push({ url: request.url ?? '', headers: request.headers, body: body.toString('utf8') })
      answer(request, response)
    })
  })
  // Its sockets outlive the undici default of 4 s, so that no test meets a socket that is just closing.
  server.keepAliveTimeout = 60_000
  const { url, connections } = await listen(server)
  onTestFinished(() => {
    if (faults.length > 0) throw new Error(`not signed as it should be: ${faults.join('\n')}`)
  })
  return { url, connections, received }
}

/** A listener that speaks no HTTP: `onSocket` does what it likes with each connection. */
export async function startRawReceiver(onSocket: (socket: Socket) => void): Promise<Receiver> {
  const server = createTcpServer((socket) => {
    socket.on('error', () => {})
    onSocket(socket)
  })
  return { ...(await listen(server)), received: [] }
}

/** An address on loopback where nothing listens. */
export async function closedPort(): Promise<string> {
  const server = createTcpServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return `http://127.0.0.1:${port}/`
}

/** Lets a server listen on loopback until the end of the test. */
export async function listen(server: Server | ReturnType<typeof createTcpServer>) {
  let connections = 0
  const open = new Set<Socket>()
  server.on('connection', (socket: Socket) => {
    connections++
    open.add(socket)
    socket.on('close', () => open.delete(socket))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(async () => {
    for (const socket of open) socket.destroy()
    await new Promise((resolve) => server.close(resolve))
  })
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, connections: () => connections }
}
