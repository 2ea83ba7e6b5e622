import { connect, type Socket } from 'node:net'

type Waiting = { resolve(status: number): void; reject(error: Error): void; firstByte: (() => void) | undefined }

/**
 * One HTTP/1.1 connection that sends one request at a time and reads answers by their Content-Length. It does no more than a load
 * needs, because its CPU time is taken from the server and the database on the same machine.
 */
export class HttpConnection {
  readonly #socket: Socket
  readonly #head: string
  #waiting: Waiting | undefined
  #received: Buffer = Buffer.alloc(0)

  constructor(port: number, key: string | undefined) {
    this.#head = `Host: 127.0.0.1:${port}\r\n${key === undefined ? '' : `Authorization: Bearer ${key}\r\n`}`
    this.#socket = connect({ host: '127.0.0.1', port, noDelay: true })
    this.#socket.on('data', (chunk) => this.#read(chunk))
    this.#socket.on('error', (error) => this.#fail(error))
    this.#socket.on('close', () => this.#fail(new Error('the connection was closed')))
  }

  /** Sends a request and resolves with the status once the whole answer has arrived. */
  send(method: string, path: string, body?: string, headers = '', firstByte?: () => void): Promise<number> {
    const content =
      body === undefined
        ? '\r\n'
        : `Content-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject, firstByte }
      this.#socket.write(`${method} ${path} HTTP/1.1\r\n${this.#head}${headers}${content}`)
    })
  }

  close(): void {
    this.#socket.destroy()
  }

  #read(chunk: Buffer): void {
    this.#waiting?.firstByte?.()
    this.#received = this.#received.length === 0 ? chunk : Buffer.concat([this.#received, chunk])
    const end = this.#received.indexOf('\r\n\r\n')
    if (end < 0) return
    const head = this.#received.toString('latin1', 0, end)
    const length = Number(/\r\ncontent-length: (\d+)/i.exec(head)?.[1] ?? 0)
    if (this.#received.length < end + 4 + length) return
    this.#received = Buffer.alloc(0)
    const waiting = this.#waiting
    this.#waiting = undefined
    waiting?.resolve(Number(head.slice(9, 12)))
  }

  #fail(error: Error): void {
    const waiting = this.#waiting
    this.#waiting = undefined
    waiting?.reject(error)
  }
}
