import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { join } from 'node:path'
import { inject } from 'vitest'

/** A way to the test's PostgreSQL that can fall silent. */
export type SilentProxy = {
  port: number
  /** From now on what the present connections carry is swallowed, and they stay open. New ones pass. */
  swallow(): void
  close(): Promise<void>
}

/** Starts a proxy on loopback before the PostgreSQL of the run. */
export async function silentProxy(): Promise<SilentProxy> {
  const { host, port } = inject('postgres')
  const open = new Set<Socket>()
  let swallowed = new Set<Socket>()
  const server = createServer((client) => {
    const upstream = host.startsWith('/') ? connect(join(host, `.s.PGSQL.${port}`)) : connect(port, host)
    for (const [from, to] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      open.add(from)
      from.on('data', (chunk) => {
        if (!swallowed.has(from)) to.write(chunk)
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
