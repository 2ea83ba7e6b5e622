import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, test } from 'vitest'
import { createAddressGuard } from '../../src/net/address-guard.ts'
import { createGuardedFetch } from '../../src/net/guarded-fetch.ts'

const closing: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closing.splice(0)) await close()
})

async function serve(answer: RequestListener): Promise<URL> {
  const server = createServer(answer).listen(0, '127.0.0.1')
  await once(server, 'listening')
  closing.push(
    () => server.closeAllConnections(),
    () => server.close(),
  )
  return new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
}

function clientFor(allowed_hosts: string[], deadline_ms = 2_000) {
  const client = createGuardedFetch(createAddressGuard({ allow_loopback: false, allowed_hosts }), deadline_ms)
  closing.push(() => client.close())
  return client.fetch
}

describe('what processors are called with', () => {
  test('reaches no private address that the operator did not name', async () => {
    let asked = 0
    const url = await serve((_request, response) => {
      asked += 1
      response.end('here')
    })
    await expect(clientFor([])(url)).rejects.toThrow()
    expect(asked).toBe(0)
    expect(await (await clientFor([url.host])(url)).text()).toBe('here')
  })

  test('waits for an answer no longer than its deadline, to the last byte', async () => {
    const url = await serve((_request, response) => {
      response.write('a beginning')
    })
    const began = performance.now()
    const response = await clientFor([url.host], 300)(url)
    await expect(response.text()).rejects.toThrow()
    expect(performance.now() - began).toBeLessThan(5_000)
  })

  test('follows no redirect and reads no endless answer', async () => {
    const moved = await serve((_request, response) => response.writeHead(302, { location: '/elsewhere' }).end())
    await expect(clientFor([moved.host])(moved)).rejects.toThrow()
    const long = await serve((_request, response) => response.end('x'.repeat(2 * 1024 * 1024)))
    await expect(clientFor([long.host])(long).then((response) => response.text())).rejects.toThrow()
  })
})
