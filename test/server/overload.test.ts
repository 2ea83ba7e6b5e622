import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { newFigures } from '../../src/core/figures.ts'
import { createFairTurns } from '../../src/limits/fair-turns.ts'
import { connectionsAllowed, limitConnections, usualTimes } from '../../src/server/connections.ts'
import { watchLoop } from '../../src/server/shed-load.ts'
import { makeAccount, open } from '../pages/payer.ts'
import { eventually } from '../support/eventually.ts'
import { askRaw, RawConnection, rawRequest } from '../support/raw-http.ts'
import { type TestServer, testServer } from '../support/server.ts'
import { expectCleanBooks } from '../support/verify.ts'

// What is slow, large or too much. The times are shorter than those of a server, and whoever is cut off by them does nothing for longer.
const times = {
  ...usualTimes,
  headers_ms: 1_000,
  request_ms: 2_000,
  keep_alive_ms: 1_000,
  silent_ms: 1_500,
  look_every_ms: 100,
}
let late = false
let server: TestServer
/** One with the times of a server, on the same database. */
let patient: TestServer
beforeAll(async () => {
  server = await testServer({ server: { times, is_late: () => late } })
  patient = await testServer({ database: server.database })
})
afterAll(async () => {
  await expectCleanBooks(server.database)
  await patient.stop()
  await server.stop()
})

const keyOf = ({ key }: TestServer) => ({ authorization: `Bearer ${key}`, 'content-type': 'application/json' })
const authorized = () => keyOf(server)

describe('a client that is slow', () => {
  test('with its headers, or with its body, is told so and cut off, and others are served meanwhile', async () => {
    const slow = [
      'GET /healthz HTTP/1.1\r\nHost: a\r\nX-Slow: ',
      `POST /billing/customers HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer ${server.key}\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{`,
    ]
    const connections = await Promise.all(
      Array.from({ length: 40 }, async (_, index) => {
        const connection = await RawConnection.open(server.url)
        connection.socket.write(slow[index % 2] as string)
        return connection
      }),
    )
    // Each goes on to send, a byte at a time: that it sends is not enough.
    const dripping = setInterval(() => {
      for (const { socket } of connections) if (socket.writable) socket.write('x')
    }, 100)
    const answers = await Promise.all(connections.map((connection) => connection.next()))
    clearInterval(dripping)
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([408]))
    for (const { body } of answers) expect(JSON.parse(body).code).toBe('request_timeout')
    await eventually(() => connections.every(({ closed }) => closed), 'every connection is closed')
    expect((await server.api('GET', '/billing/customers')).status).toBe(200)
  })

  test('between two requests loses its connection', async () => {
    const connection = await RawConnection.open(server.url)
    expect((await connection.ask(rawRequest('GET', '/healthz'))).status).toBe(200)
    await eventually(() => connection.closed, 'the connection is closed')
  })

  test('who never reads loses its connection, and what was made for it', async () => {
    const connection = await RawConnection.open(server.url)
    connection.socket.pause()
    const ask = rawRequest('GET', '/openapi.json')
    connection.socket.write(Buffer.concat(Array.from({ length: 40 }, () => ask)))
    await eventually(async () => (await server.connections()) > 0, 'it is connected')
    await eventually(async () => (await server.connections()) === 0, 'the server has closed it')
    connection.close()
  })
})

describe('a request that is too much', () => {
  test('has more than a hundred headers, or more than 16 KiB of them', async () => {
    const many = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, index) => [`x-${index}`, 'y']))
    expect((await askRaw(server.url, rawRequest('GET', '/healthz', many(99)))).status).toBe(200)
    for (const count of [100, 500, 1_400]) {
      const { status, body } = await askRaw(server.url, rawRequest('GET', '/healthz', many(count)))
      expect([count, status, JSON.parse(body).code]).toEqual([count, 431, 'headers_too_large'])
    }
    // More than Node counts: those that it leaves out do not hide how many there are.
    const flood = Buffer.from(`GET /healthz HTTP/1.1\r\nHost: a\r\n${'a:\r\n'.repeat(3_500)}\r\n`)
    expect((await askRaw(server.url, flood)).status).toBe(431)
    const endless = Buffer.from(`GET /healthz HTTP/1.1\r\nHost: a\r\n${'a: b\r\n'.repeat(30_000)}`)
    expect((await askRaw(server.url, endless)).status).toBe(431)
  })

  test('has a body that is packed: a small one could become any size', async () => {
    const bomb = gzipSync(Buffer.alloc(20_000_000, ' '))
    for (const [path, encoding] of [
      ['/billing/customers', 'gzip'],
      ['/billing/customers', 'identity, gzip'],
      ['/billing/customers', 'br'],
      ['/collect/payment_requests', 'deflate'],
      ['/processors/stripe/callbacks/x', 'gzip'],
    ] as const) {
      const headers = { ...authorized(), 'content-encoding': encoding }
      const { status, body } = await askRaw(server.url, rawRequest('POST', path, headers, bomb))
      expect([path, encoding, status, JSON.parse(body).code]).toEqual([path, encoding, 415, 'unsupported_media_type'])
    }
    const page = await makeAccount(server)
    const [form] = (await open(page.presentment_url)).forms
    const packed = { 'content-type': 'application/x-www-form-urlencoded', 'content-encoding': 'gzip' }
    const path = new URL(form?.action ?? '').pathname
    const posted = await askRaw(server.url, rawRequest('POST', path, packed, bomb))
    expect([posted.status, /^content-type: text\/html/im.test(posted.head)]).toEqual([415, true])
  })

  test('or says that it is not packed, which is taken', async () => {
    const headers = { ...authorized(), 'content-encoding': 'identity' }
    const body = JSON.stringify({ external_reference: 'not-packed' })
    expect((await askRaw(server.url, rawRequest('POST', '/billing/customers', headers, body))).status).toBe(201)
  })

  test('is longer than bodies may be: it is refused by what it says, or where it has been read so far', async () => {
    const declared = { ...authorized(), 'content-length': '10000000' }
    const { status, body } = await askRaw(server.url, rawRequest('POST', '/billing/customers', declared))
    expect([status, JSON.parse(body).code]).toEqual([413, 'body_too_large'])
    const connection = await RawConnection.open(server.url)
    const chunk = Buffer.from(`10000\r\n${'x'.repeat(65_536)}\r\n`)
    const head = rawRequest('POST', '/billing/customers', { ...authorized(), 'transfer-encoding': 'chunked' })
    connection.socket.write(Buffer.concat([head, ...Array.from({ length: 6 }, () => chunk)]))
    expect((await connection.next()).status).toBe(413)
    connection.close()
  })
})

describe('connections', () => {
  test('are as many as leave descriptors for the rest', () => {
    expect([64, 1_024, 4_096, 1_048_576, Number.POSITIVE_INFINITY].map(connectionsAllowed)).toEqual([
      100, 724, 3_796, 20_000, 20_000,
    ])
  })
})

test('a connection that is one too many is closed, and counted', async () => {
  const figures = newFigures()
  const small = createServer((_request, response) => response.end())
  limitConnections({ server: small }, figures)
  expect(small.maxConnections).toBeGreaterThanOrEqual(100)
  small.maxConnections = 2
  await once(small.listen(0, '127.0.0.1'), 'listening')
  const url = `http://127.0.0.1:${(small.address() as AddressInfo).port}`
  const held = [await RawConnection.open(url), await RawConnection.open(url)]
  for (const connection of held) expect((await connection.ask(rawRequest('GET', '/'))).status).toBe(200)
  const third = await RawConnection.open(url)
  await eventually(() => third.closed, 'the third is closed')
  await eventually(() => figures.limits.dropped_connections === 1, 'it is counted')
  for (const connection of held) connection.close()
  small.close()
})

describe('load', () => {
  test('is shed while the event loop is late: before a key or a body is looked at, but for health checks', async () => {
    const page = (await makeAccount(server)).presentment_url
    const call = () => fetch(`${server.url}/processors/stripe/callbacks/x`, { method: 'POST' })
    late = true
    try {
      const refused = await server.api('POST', '/billing/customers', '{ not json', { authorization: 'Bearer nobody' })
      expect(refused).toMatchObject({ status: 503, body: { code: 'overloaded' } })
      expect(refused.headers.get('retry-after')).toBe('2')
      // Its body has not come, and is not waited for.
      const head = rawRequest('POST', '/billing/customers', { ...authorized(), 'content-length': '1000' })
      expect((await askRaw(server.url, head)).status).toBe(503)
      expect(await open(page)).toMatchObject({ status: 503, text: expect.stringContaining('do not pay again') })
      for (const path of ['/docs', '/nowhere']) expect((await fetch(server.url + path)).status).toBe(503)
      for (const path of ['/healthz', '/readyz']) expect((await fetch(server.url + path)).status).toBe(200)
      expect((await call()).status).toBe(404)
    } finally {
      late = false
    }
    expect((await server.api('GET', '/billing/customers')).status).toBe(200)
    expect(server.app.figures.limits.shed).toEqual({ event_loop: 5, queue: 0 })
  })

  test('is shed while too many payments wait', async () => {
    const { waiting } = server.app.payments
    server.app.payments.waiting = () => 5_000
    try {
      expect((await server.api('GET', '/billing/customers')).body).toMatchObject({ code: 'overloaded' })
    } finally {
      server.app.payments.waiting = waiting
    }
    expect(server.app.figures.limits.shed.queue).toBe(1)
  })

  test('an event loop is late when it was again and again, not once', async () => {
    const watch = watchLoop()
    const block = (ms: number) => {
      const end = performance.now() + ms
      while (performance.now() < end);
    }
    block(1_500)
    expect(watch.isLate()).toBe(false)
    await eventually(() => {
      block(700)
      return watch.isLate()
    }, 'it is late')
    await eventually(() => !watch.isLate(), 'it is late no more')
    watch.stop()
  })
})

describe('turns', () => {
  /** Work that ends when it is told to, and what has begun of it, in order. */
  function work() {
    const turns = createFairTurns({ running_max: 4, key_running_max: 3, key_waiting_max: 5 })
    const begun: string[] = []
    const ends = new Map<string, () => void>()
    const run = (name: string, isWanted = () => true) =>
      turns.run(
        name[0] as string,
        () =>
          new Promise<string>((resolve) => {
            begun.push(name)
            ends.set(name, () => resolve(name))
          }),
        isWanted,
      )
    const end = async (...names: string[]) => {
      for (const name of names) {
        ends.get(name)?.()
        await new Promise(setImmediate)
      }
    }
    return { turns, begun, run, end }
  }

  test('go round the keys: whoever asks for one finds room at once, or is the next', async () => {
    const { turns, begun, run, end } = work()
    const all = ['a1', 'a2', 'a3', 'a4', 'a5', 'a6', 'b1', 'b2', 'c1'].map((name) => run(name))
    expect(begun).toEqual(['a1', 'a2', 'a3', 'b1'])
    expect(turns.waiting()).toBe(5)
    await end('a1', 'a2', 'a3', 'b1')
    expect(begun.slice(4)).toEqual(['a4', 'b2', 'c1', 'a5'])
    await end('b2', 'c1', 'a4', 'a5', 'a6')
    expect([(await Promise.all(all)).length, turns.waiting()]).toEqual([9, 0])
    void run('d1')
    expect(begun.at(-1)).toBe('d1')
  })

  test('of one key alone are as many as it may have; then it is refused, and only it', async () => {
    const { begun, run } = work()
    for (const name of ['a1', 'a2', 'a3', 'a4', 'a5', 'a6', 'a7', 'a8']) void run(name)
    await expect(run('a9')).rejects.toMatchObject({ code: 'overloaded', status: 503, retryAfterS: 1 })
    void run('b1')
    expect(begun).toEqual(['a1', 'a2', 'a3', 'b1'])
  })

  test('are passed on when the work failed, and when nobody wants it any more', async () => {
    const turns = createFairTurns({ running_max: 1, key_running_max: 1, key_waiting_max: 5 })
    const done: string[] = []
    const fail = turns.run(
      'a',
      () => Promise.reject(new Error('failed')),
      () => true,
    )
    const left = turns.run(
      'b',
      async () => done.push('left'),
      () => false,
    )
    const last = turns.run(
      'c',
      async () => done.push('last'),
      () => true,
    )
    await expect(fail).rejects.toThrow('failed')
    await expect(left).rejects.toMatchObject({ code: 'overloaded' })
    await last
    expect(done).toEqual(['last'])
  })

  test('are given back by every request, however it ends', async () => {
    const gone = await Promise.all(Array.from({ length: 500 }, () => RawConnection.open(patient.url)))
    for (const { socket } of gone) socket.write(rawRequest('GET', '/billing/customers', keyOf(patient)))
    for (const connection of gone) connection.close()
    const paths = ['/billing/customers/nobody', '/billing/customers?limit=1', '/billing/customers?limit=none']
    const asked = Array.from({ length: 600 }, async (_, index) => {
      const response = await fetch(patient.url + paths[index % 3], { headers: keyOf(patient) })
      await response.arrayBuffer()
      return response.status
    })
    expect(new Set(await Promise.all(asked))).toEqual(new Set([404, 200, 400]))
    expect((await patient.api('GET', '/billing/customers')).status).toBe(200)
  })
})
