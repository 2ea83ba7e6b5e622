import { once } from 'node:events'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { RawConnection, rawRequest } from '../support/raw-http.ts'
import { type TestServer, testServer } from '../support/server.ts'

let server: TestServer
beforeAll(async () => {
  server = await testServer()
})
afterAll(() => server.stop())

describe('a client that sends on without reading', () => {
  test('has no more made for it than a few answers: its connection is closed, and others are served', async () => {
    const ask = rawRequest('GET', '/openapi.json')
    const many = Buffer.concat(Array.from({ length: 400 }, () => ask))
    const connections = await Promise.all(Array.from({ length: 40 }, () => RawConnection.open(server.url)))
    for (const { socket } of connections) socket.pause()
    const before = process.cpuUsage()
    for (const { socket } of connections) socket.write(many)
    expect((await fetch(`${server.url}/healthz`)).status).toBe(200)
    for (const { socket } of connections) socket.resume()
    await eventually(() => connections.every(({ closed }) => closed), 'every connection is closed')
    // 16,000 requests of 230 kB each, had all been made.
    const { user, system } = process.cpuUsage(before)
    expect((user + system) / 1_000).toBeLessThan(5_000)
  })

  test('may send some at once and read them later', async () => {
    const connection = await RawConnection.open(server.url)
    connection.socket.pause()
    const ask = rawRequest('GET', '/healthz')
    connection.socket.write(Buffer.concat(Array.from({ length: 50 }, () => ask)))
    connection.socket.resume()
    const statuses: number[] = []
    while (statuses.length < 50) statuses.push((await connection.next()).status)
    expect(new Set(statuses)).toEqual(new Set([200]))
    connection.close()
  })

  test('may go on for as long as it reads', async () => {
    const connection = await RawConnection.open(server.url)
    const ask = rawRequest('GET', '/healthz')
    for (let asked = 0; asked < 300; asked++) expect((await connection.ask(ask)).status).toBe(200)
    connection.socket.end()
    await once(connection.socket, 'close')
  })
})

describe('what is the same for everyone', () => {
  test.each([
    '/openapi.json',
    '/docs',
    '/docs/guides/errors',
    '/docs/guides/errors.md',
    '/docs/errors/not-found',
    '/llms.txt',
  ])('%s is sent once to whoever keeps it', async (path) => {
    const first = await fetch(server.url + path)
    const etag = first.headers.get('etag') as string
    expect([first.status, etag]).toEqual([200, expect.stringMatching(/^"[\w-]{43}"$/)])
    expect((await fetch(server.url + path)).headers.get('etag')).toBe(etag)
    for (const known of [etag, `W/${etag}`, `"other", ${etag}`, '*']) {
      const again = await fetch(server.url + path, { headers: { 'if-none-match': known } })
      expect([known, again.status, await again.text()]).toEqual([known, 304, ''])
    }
    const other = await fetch(server.url + path, { headers: { 'if-none-match': '"other"' } })
    expect([other.status, await other.text()]).toEqual([200, await first.text()])
    const head = await fetch(server.url + path, { method: 'HEAD' })
    expect(head.headers.get('content-length')).toBe(first.headers.get('content-length'))
  })

  test('a page that is not there is still a 404', async () => {
    const { status } = await fetch(`${server.url}/docs/nothing`, { headers: { 'if-none-match': '*' } })
    expect(status).toBe(404)
  })
})
