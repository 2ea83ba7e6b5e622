import { promises as dns } from 'node:dns'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { type AddressInfo, createServer, type Server } from 'node:net'
import { createSecureContext, createServer as createTlsServer, type TLSSocket } from 'node:tls'
import { afterEach, expect, test, vi } from 'vitest'
import { type AddressGuard, createAddressGuard, guardedConnector } from '../../src/net/address-guard.ts'

const read = (name: string) => readFileSync(new URL(`./certificates/${name}.pem`, import.meta.url), 'utf8')
const trusting = () => createSecureContext({ ca: read('authority') })

const closing: (() => unknown)[] = []
afterEach(() => {
  vi.restoreAllMocks()
  for (const close of closing.splice(0)) close()
})

async function portOf(server: Server): Promise<string> {
  server.on('connection', (socket) => socket.on('error', () => {})).listen(0, '127.0.0.1')
  await once(server, 'listening')
  closing.push(() => server.close())
  return String((server.address() as AddressInfo).port)
}

const guardOf = (addresses: string[], rules: { allow_loopback?: boolean; allowed_hosts?: string[] } = {}) =>
  createAddressGuard({ allow_loopback: true, allowed_hosts: [], ...rules }, async () =>
    addresses.map((address) => ({ address, family: 4 })),
  )

type Context = Parameters<typeof guardedConnector>[2]

/** Connects, and resolves with the socket or the error. */
function connect(guard: AddressGuard, hostname: string, port: string, protocol = 'http:', context?: Context) {
  const connector = guardedConnector(guard, 2_000, context)
  return new Promise<TLSSocket | Error>((resolve) => {
    connector({ hostname, host: hostname, port, protocol }, (error, socket) => {
      if (socket) closing.push(() => socket.destroy())
      resolve(error ?? (socket as TLSSocket))
    })
  })
}

test('a name is looked up by the guard, and connected to the address that it checked', async () => {
  const port = await portOf(createServer())
  const socket = (await connect(guardOf(['127.0.0.1']), 'hook.example', port)) as TLSSocket
  expect(socket.remoteAddress).toBe('127.0.0.1')
})

test('a name of an address that may not be reached is refused', async () => {
  const port = await portOf(createServer())
  const error = await connect(guardOf(['127.0.0.1'], { allow_loopback: false }), 'hook.example', port)
  expect(error).toMatchObject({ code: 'ADDRESS_NOT_ALLOWED' })
})

test('an address is never looked up, so it is checked by itself', async () => {
  const port = await portOf(createServer())
  const refused = await connect(guardOf([], { allow_loopback: false }), '127.0.0.1', port)
  expect(refused).toMatchObject({ code: 'ADDRESS_NOT_ALLOWED', message: '127.0.0.1 may not be reached' })
  expect(await connect(guardOf([]), '127.0.0.1', port)).not.toBeInstanceOf(Error)
})

test('what the operator named is reached without the guard', async () => {
  const port = await portOf(createServer())
  const rules = { allow_loopback: false, allowed_hosts: [`127.0.0.1:${port}`] }
  expect(await connect(guardOf([], rules), '127.0.0.1', port)).not.toBeInstanceOf(Error)
})

test('TLS trusts the context that it is given and nobody else, and speaks HTTP/1.1', async () => {
  const server = createTlsServer({
    cert: read('localhost'),
    key: read('localhost.key'),
    ALPNProtocols: ['h2', 'http/1.1'],
  })
  server.on('tlsClientError', () => {})
  const port = await portOf(server)
  const guard = guardOf(['127.0.0.1'])
  expect(await connect(guard, 'localhost', port, 'https:')).toBeInstanceOf(Error)
  const socket = (await connect(guard, 'localhost', port, 'https:', trusting())) as TLSSocket
  expect([socket.authorized, socket.alpnProtocol]).toEqual([true, 'http/1.1'])
})

test('what does not shake hands in time is an error', async () => {
  const port = await portOf(createServer())
  const connector = guardedConnector(guardOf(['127.0.0.1']), 300)
  const begun = performance.now()
  const error = await new Promise((resolve) => {
    connector({ hostname: 'hook.example', host: 'hook.example', port, protocol: 'https:' }, (...[failed]) =>
      resolve(failed),
    )
  })
  expect(error).toMatchObject({ code: 'UND_ERR_CONNECT_TIMEOUT' })
  expect(performance.now() - begun).toBeLessThan(5_000)
})

test('look-ups of one name that run together are one, and the next is another', async () => {
  const asked: [string, object][] = []
  vi.spyOn(dns, 'lookup').mockImplementation((async (name: string, options: object) => {
    asked.push([name, options])
    await new Promise(setImmediate)
    return [{ address: '127.0.0.1', family: 4 }]
  }) as unknown as typeof dns.lookup)
  const guard = createAddressGuard({ allow_loopback: true, allowed_hosts: [] })
  const lookUp = (name: string) =>
    new Promise((resolve) => guard.lookup(name, {}, (error, address) => resolve(error ?? address)))
  expect(await Promise.all(['a.example', 'a.example', 'b.example'].map(lookUp))).toEqual(Array(3).fill('127.0.0.1'))
  expect(asked).toEqual([
    ['a.example', { all: true }],
    ['b.example', { all: true }],
  ])
  await lookUp('a.example')
  expect(asked).toHaveLength(3)
})
