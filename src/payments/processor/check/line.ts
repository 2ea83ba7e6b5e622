import { once } from 'node:events'
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** What happens on the line instead of an answer of the maker. */
export type LineFault =
  /** The maker gets the call, and its answer is lost: of the first call after which `when` holds, and of all that follow. */
  | { kind: 'lost'; when(): Promise<boolean> }
  /** The connection breaks off before the maker gets the call. */
  | { kind: 'cut' }
  /** Nobody answers. */
  | { kind: 'silent' }
  | { kind: 'answered'; status: number; body: string; headers?: Record<string, string> }

/** A call that came by. */
export type LineCall = { path: string; status: number | undefined; request_id: string | undefined }

/**
 * The line between an adapter and the stand-in of its maker. It passes everything on as it is, notes it, and can fail in the ways in which
 * networks and gateways do, so that no stand-in has to.
 */
export type Line = {
  base_url: string
  /** Another host, where nobody has business. It notes the calls that it gets. */
  elsewhere: { url: string; calls: string[] }
  calls: LineCall[]
  fault: LineFault | undefined
  connect(maker_url: string, request_id_header: string | undefined): void
  close(): Promise<void>
}

/** Opens a line on this machine. */
export async function openLine(): Promise<Line> {
  let maker: { url: string; request_id_header: string | undefined } | undefined
  const heard: string[] = []
  const other = await listening((incoming, response) => {
    heard.push(`${incoming.method} ${incoming.url}`)
    response.end('{}')
  })
  const server = await listening((incoming, response) => {
    pass(incoming, response).catch(() => response.destroy())
  })
  const line: Line = {
    base_url: server.url,
    elsewhere: { url: other.url, calls: heard },
    calls: [],
    fault: undefined,
    connect: (url, request_id_header) => {
      maker = { url, request_id_header }
    },
    close: async () => {
      await Promise.all([server.close(), other.close()])
    },
  }

  async function pass(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const call: LineCall = { path: incoming.url ?? '', status: undefined, request_id: undefined }
    line.calls.push(call)
    const sent = await bytesOf(incoming)
    const { fault } = line
    if (fault?.kind === 'silent') return
    if (fault?.kind === 'cut' || !maker) return void response.destroy()
    const named = maker.request_id_header?.toLowerCase()
    if (fault?.kind === 'answered') {
      const { status, body, headers } = fault
      Object.assign(call, { status, request_id: named && 'req_of_the_line' })
      const all = { 'content-type': 'application/json', ...(named && { [named]: 'req_of_the_line' }), ...headers }
      return void response.writeHead(status, all).end(body)
    }
    const answer = await passedOn(incoming, sent, maker.url)
    if (fault?.kind === 'lost' && (await fault.when())) return void response.destroy()
    const { statusCode = 502, headers } = answer
    Object.assign(call, { status: statusCode, request_id: named && headers[named] })
    response.writeHead(statusCode, answer.rawHeaders).end(await bytesOf(answer))
  }
  return line
}

/** Sends a call on in its own words, the name of the host included. */
async function passedOn(incoming: IncomingMessage, sent: Buffer, maker_url: string): Promise<IncomingMessage> {
  const { method, rawHeaders, url } = incoming
  const outgoing = request(new URL(url ?? '/', maker_url), { method, headers: rawHeaders, agent: false })
  outgoing.end(sent)
  const [answer] = (await once(outgoing, 'response')) as [IncomingMessage]
  return answer
}

async function bytesOf(message: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of message) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks)
}

async function listening(answer: (incoming: IncomingMessage, response: ServerResponse) => void) {
  const server = createServer(answer).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: async () => {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}
