import { once } from 'node:events'
import { connect, type Socket } from 'node:net'

export type RawAnswer = { status: number; head: string; body: string }

/** A connection on which every byte is the test's own: no client library repairs, encodes or leaves out anything. */
export class RawConnection {
  readonly socket: Socket
  #received = Buffer.alloc(0)
  #closed = false
  #changed = Promise.withResolvers<void>()

  private constructor(socket: Socket) {
    this.socket = socket
    socket.on('data', (chunk: Buffer) => {
      this.#received = Buffer.concat([this.#received, chunk])
      this.#wake()
    })
    socket.on('error', () => {})
    socket.on('close', () => {
      this.#closed = true
      this.#wake()
    })
  }

  static async open(url: string): Promise<RawConnection> {
    const { hostname, port } = new URL(url)
    const socket = connect({ host: hostname, port: Number(port), noDelay: true })
    await once(socket, 'connect')
    return new RawConnection(socket)
  }

  /** Sends one request and gives its answer. */
  ask(bytes: Buffer): Promise<RawAnswer> {
    if (this.#received.length > 0) throw new Error('there is an answer that was not asked for')
    this.socket.write(bytes)
    return this.next()
  }

  /** The next answer, where several were asked for. */
  async next(): Promise<RawAnswer> {
    for (;;) {
      const answer = this.#take()
      if (answer) return answer
      if (this.#closed) throw new Error('the server closed the connection without an answer')
      await this.#changed.promise
    }
  }

  #wake(): void {
    this.#changed.resolve()
    this.#changed = Promise.withResolvers()
  }

  get closed(): boolean {
    return this.#closed
  }

  close(): void {
    this.#closed = true
    this.socket.destroy()
  }

  #take(): RawAnswer | undefined {
    const end = this.#received.indexOf('\r\n\r\n')
    if (end < 0) return undefined
    const head = this.#received.subarray(0, end).toString('latin1')
    const status = Number(head.split(' ', 2)[1])
    const rest = this.#received.subarray(end + 4)
    const chunked = /^transfer-encoding: chunked$/im.test(head)
    const last = rest.indexOf('0\r\n\r\n')
    if (chunked && last < 0) return undefined
    const length = chunked ? last + 5 : Number(/content-length: (\d+)/i.exec(head)?.[1] ?? 0)
    if (rest.length < length) return undefined
    const body = rest.subarray(0, length).toString('utf8')
    this.#received = this.#received.subarray(end + 4 + length)
    return { status, head, body }
  }
}

/** The bytes of a request. A header that is given as a list is sent once for each of its values. */
export function rawRequest(
  method: string,
  target: string | Buffer,
  headers: Record<string, string | Buffer | (string | Buffer)[]> = {},
  body?: Buffer | string,
): Buffer {
  const all = {
    host: 'localhost',
    ...(body !== undefined && { 'content-length': String(Buffer.from(body).length) }),
    ...headers,
  }
  const lines = Object.entries(all).flatMap(([name, value]) =>
    (Array.isArray(value) ? value : [value]).flatMap((one) => [`${name}: `, one, '\r\n']),
  )
  const parts = [`${method} `, target, ' HTTP/1.1\r\n', ...lines, '\r\n', body ?? '']
  return Buffer.concat(parts.map((part) => Buffer.from(part as string)))
}

/** Asks once, on a connection of its own. */
export async function askRaw(url: string, bytes: Buffer): Promise<RawAnswer> {
  const connection = await RawConnection.open(url)
  try {
    return await connection.ask(bytes)
  } finally {
    connection.close()
  }
}
