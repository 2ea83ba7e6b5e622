import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { join } from 'node:path'
import { inject } from 'vitest'

/** A way to the test's PostgreSQL that can fall silent, and break at any byte. */
export type SilentProxy = {
  port: number
  /** How many bytes have passed, in both directions. */
  passed(): number
  /** When so many more bytes have passed, every connection ends. New ones pass. */
  cutAfter(bytes: number): void
  /** From now on what the present connections carry is swallowed, and they stay open. New ones pass. */
  swallow(): void
  close(): Promise<void>
}

/** Starts a proxy on loopback before the PostgreSQL of the run. */
export async function silentProxy(): Promise<SilentProxy> {
  const { host, port } = inject('postgres')
  const open = new Set<Socket>()
  let swallowed = new Set<Socket>()
  let passed = 0
  let cutAt = Number.POSITIVE_INFINITY
  /** Passes on what may pass, and ends all connections when the last byte of it has. */
  const carry = (chunk: Buffer, to: Socket) => {
    const piece = chunk.subarray(0, Math.max(0, cutAt - passed))
    passed += piece.length
    if (passed < cutAt) return void to.write(piece)
    cutAt = Number.POSITIVE_INFINITY
    const ended = [...open]
    to.write(piece, () => {
      for (const socket of ended) socket.destroy()
    })
  }
  const server = createServer((client) => {
    const upstream = host.startsWith('/') ? connect(join(host, `.s.PGSQL.${port}`)) : connect(port, host)
    for (const [from, to] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      open.add(from)
      from.on('data', (chunk) => {
        if (!swallowed.has(from)) carry(chunk, to)
      })
      from.on('error', () => {})
      // A firewall that forgets a connection tells neither side that the other has left.
      from.on('close', () => {
        open.delete(from)
        if (!swallowed.has(from)) to.destroy()
      })
    }
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    passed: () => passed,
    cutAfter(bytes) {
      cutAt = passed + bytes
    },
    swallow() {
      swallowed = new Set(open)
    },
    async close() {
      for (const socket of open) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}
