import type { LookupAddress } from 'node:dns'
import type { RequestListener } from 'node:http'
import type { Socket } from 'node:net'
import { gzipSync } from 'node:zlib'
import { describe, expect, onTestFinished, test } from 'vitest'
import { settableClock } from '../../src/core/clock.ts'
import { type AddressRules, createAddressGuard } from '../../src/net/address-guard.ts'
import { createHttpClient } from '../../src/net/http-client.ts'
import { eventually } from '../support/eventually.ts'
import { closedPort, startRawReceiver, startReceiver } from '../webhooks/receivers.ts'

const clock = settableClock(new Date('2030-01-01T00:00:00Z'))
const deadline_ms = 400
const local: AddressRules = { allow_loopback: true, allowed_hosts: [] }

function clientFor(rules: AddressRules = local, resolve?: (host: string) => Promise<LookupAddress[]>) {
  const client = createHttpClient({ guard: createAddressGuard(rules, resolve), clock, deadline_ms })
  onTestFinished(() => client.close())
  return client
}

const post = (url: string, client = clientFor(), lane = 'lane') =>
  client.post(lane, new URL(url), { 'x-test': '1' }, '{"a":"\u{1f4b8}"}')

/** What the client gives for a receiver that answers so. */
async function resultOf(answer: RequestListener) {
  return post((await startReceiver(answer)).url)
}

describe('an attempt', () => {
  test('sends the bytes and the headers, and keeps the beginning of the answer', async () => {
    const receiver = await startReceiver((_request, response) => response.writeHead(202).end('taken'))
    const result = await post(`${receiver.url}hook?a=1`)
    expect(result).toMatchObject({ status_code: 202, error: undefined, response_excerpt: 'taken' })
    expect(result.duration_ms).toBeLessThan(deadline_ms)
    expect(receiver.received).toMatchObject([
      { url: '/hook?a=1', headers: { 'x-test': '1' }, body: '{"a":"\u{1f4b8}"}' },
    ])
  })

  test.each([200, 204, 299, 400, 404, 410, 429, 500, 502])('answered %i has that status', async (status) => {
    expect(await resultOf((_request, response) => response.writeHead(status).end())).toMatchObject({
      status_code: status,
      error: undefined,
      response_excerpt: undefined,
    })
  })

  test('uses its sockets again, and no more of them than it may', async () => {
    const receiver = await startReceiver((_request, response) => setImmediate(() => response.end()))
    // All of them at once take longer than the other tests' deadline on a busy machine.
    const client = createHttpClient({ guard: createAddressGuard(local), clock, deadline_ms: 15_000 })
    onTestFinished(() => client.close())
    await Promise.all(Array.from({ length: 300 }, () => post(receiver.url, client)))
    expect(receiver.received).toHaveLength(300)
    expect(receiver.connections()).toBeLessThanOrEqual(64)
  })

  test('waits for no socket of another lane', async () => {
    const receiver = await startReceiver((request, response) => {
      if (request.url === '/good') response.end()
    })
    const client = createHttpClient({ guard: createAddressGuard(local), clock, deadline_ms: 15_000 })
    onTestFinished(() => client.close())
    const hanging = Array.from({ length: 200 }, (_, index) => post(`${receiver.url}hang`, client, `${index % 3}`))
    await eventually(() => receiver.received.length === 192, 'three lanes hang with all their sockets')
    expect((await post(`${receiver.url}good`, client, 'good')).duration_ms).toBeLessThan(1_000)
    await client.close()
    expect(new Set((await Promise.all(hanging)).map(({ status_code }) => status_code))).toEqual(new Set([undefined]))
  })

  test.each([
    ['7', 7],
    ['Tue, 01 Jan 2030 00:01:00 GMT', 60],
    ['nonsense', undefined],
  ])('reads Retry-After: %s', async (header, retry_after_s) => {
    const result = await resultOf((_request, response) => response.writeHead(429, { 'retry-after': header }).end())
    expect(result).toMatchObject({ status_code: 429, retry_after_s })
  })

  test.each([301, 302, 303, 307, 308])('never follows a redirect (%i)', async (status) => {
    const canary = await startReceiver()
    const result = await resultOf((_request, response) => response.writeHead(status, { location: canary.url }).end())
    expect(result).toMatchObject({ status_code: status, error: undefined })
    expect(canary.connections()).toBe(0)
  })
})

describe('a receiver that does not behave', () => {
  test('refuses the connection', async () => {
    expect(await post(await closedPort())).toMatchObject({ status_code: undefined, error: 'connection refused' })
  })

  test.each<[string, RequestListener, number | undefined]>([
    ['hangs before the headers', () => {}, undefined],
    ['hangs in the middle of the body', (_request, response) => response.writeHead(200).write('half'), 200],
    [
      'drips one byte at a time',
      (_request, response) => {
        response.writeHead(200)
        const drip = setInterval(() => response.write('.'), 20)
        response.on('close', () => clearInterval(drip))
      },
      200,
    ],
    [
      'only ever sends interim answers',
      (_request, response) => response.writeEarlyHints({ link: '</a>; rel=preload' }),
      undefined,
    ],
  ])('%s: the attempt ends at the deadline', async (_name, answer, status_code) => {
    const result = await resultOf(answer)
    expect(result).toMatchObject({ status_code, error: 'timeout' })
    expect(result.duration_ms).toBeGreaterThanOrEqual(deadline_ms - 5)
    expect(result.duration_ms).toBeLessThan(deadline_ms * 1.5)
  })

  test('in any way: the attempt ends within a tenth of the deadline, or before it, and says why', async () => {
    // Long enough that a tenth of it is more than what a busy machine adds.
    const whole_ms = 3_000
    const client = createHttpClient({ guard: createAddressGuard(local), clock, deadline_ms: whole_ms })
    onTestFinished(() => client.close())
    const raw = async (onData: (socket: Socket) => void) =>
      (await startRawReceiver((socket) => socket.once('data', () => onData(socket)))).url
    const drip = (text: string) => (socket: Socket) => {
      let at = 0
      const timer = setInterval(() => socket.write(text[at++] ?? '.'), 100)
      socket.on('close', () => clearInterval(timer))
    }
    const head = 'HTTP/1.1 200 OK\r\ncontent-length: 5000\r\n\r\n'
    const hangs: Record<string, [url: string, status: number | undefined]> = {
      'takes the connection and says nothing': [await raw(() => {}), undefined],
      'never ends the TLS handshake': [(await raw(() => {})).replace('http:', 'https:'), undefined],
      'drips its TLS handshake': [(await raw(drip('\x16\x03\x03'))).replace('http:', 'https:'), undefined],
      'drips its headers': [await raw(drip(`HTTP/1.1 200 OK\r\nx: ${'x'.repeat(1_000)}`)), undefined],
      'answers 199 and nothing else': [await raw((socket) => socket.write('HTTP/1.1 199 Odd\r\n\r\n')), undefined],
      'hangs in the middle of the body': [await raw((socket) => socket.write(`${head}half`)), 200],
      'drips its body': [await raw((socket) => socket.write(head, () => drip('')(socket))), 200],
      'answers 200 after the deadline': [
        (await startReceiver((_request, response) => setTimeout(() => response.end(), whole_ms * 1.2).unref())).url,
        undefined,
      ],
    }
    const ends: Record<string, [url: string, error: string]> = {
      refuses: [await closedPort(), 'connection refused'],
      resets: [await raw((socket) => socket.resetAndDestroy()), 'connection closed'],
      'resets in the middle of the body': [
        await raw((socket) => socket.write(`${head}half`, () => socket.resetAndDestroy())),
        'connection closed',
      ],
    }
    await Promise.all([
      ...Object.entries(hangs).map(async ([name, [url, status_code]]) => {
        const result = await post(url, client, name)
        expect([name, result]).toMatchObject([name, { status_code, error: 'timeout' }])
        expect([name, result.duration_ms >= whole_ms * 0.9, result.duration_ms <= whole_ms * 1.1]).toEqual([
          name,
          true,
          true,
        ])
      }),
      ...Object.entries(ends).map(async ([name, [url, error]]) => {
        expect([name, await post(url, client, name)]).toMatchObject([name, { error }])
      }),
    ])
  })

  test('takes the connection and says nothing, with more attempts than sockets: all end at the deadline', async () => {
    const receiver = await startRawReceiver(() => {})
    const client = clientFor()
    const results = await Promise.all(Array.from({ length: 100 }, () => post(receiver.url, client)))
    expect(new Set(results.map(({ error }) => error))).toEqual(new Set(['timeout']))
    expect(Math.max(...results.map(({ duration_ms }) => duration_ms))).toBeLessThan(deadline_ms * 1.5)
  })

  test('resets the connection', async () => {
    const receiver = await startRawReceiver((socket) => socket.once('data', () => socket.resetAndDestroy()))
    expect(await post(receiver.url)).toMatchObject({ status_code: undefined, error: 'connection closed' })
  })

  test('closes the connection without a word', async () => {
    const receiver = await startRawReceiver((socket) => socket.once('data', () => socket.end()))
    expect(await post(receiver.url)).toMatchObject({ status_code: undefined, error: 'connection closed' })
  })

  test('speaks no HTTP', async () => {
    const receiver = await startRawReceiver((socket) => socket.once('data', () => socket.end('hello\r\n\r\n')))
    expect(await post(receiver.url)).toMatchObject({ status_code: undefined, error: 'invalid response' })
  })

  test('speaks no TLS', async () => {
    const receiver = await startReceiver()
    expect(await post(receiver.url.replace('http:', 'https:'))).toMatchObject({ error: 'tls failed' })
  })

  test('sends a megabyte of headers', async () => {
    const receiver = await startRawReceiver((socket) =>
      socket.once('data', () => socket.write(`HTTP/1.1 200 OK\r\nx: ${'x'.repeat(1_000_000)}\r\n\r\n`)),
    )
    expect(await post(receiver.url)).toMatchObject({ status_code: undefined, error: 'headers too large' })
  })

  test.each<[string, Record<string, string>]>([
    ['100 MB', { 'content-length': String(100 * 1024 * 1024) }],
    ['chunks without end', {}],
  ])('answers %s: it is read up to 64 kB and then cut', async (_name, headers) => {
    let sent = 0
    let closed: (() => void) | undefined
    const whenClosed = new Promise<void>((resolve) => {
      closed = resolve
    })
    const result = await resultOf((_request, response) => {
      response.writeHead(200, headers)
      const chunk = Buffer.alloc(64 * 1024, 'x')
      const more = () => {
        while (!response.destroyed && response.write(chunk)) sent += chunk.length
      }
      response.on('drain', more)
      response.on('close', () => closed?.())
      more()
    })
    expect(result).toMatchObject({ status_code: 200, error: undefined, response_excerpt: 'x'.repeat(512) })
    await whenClosed
    // What the kernel's buffers took, not what was answered.
    expect(sent).toBeLessThan(20 * 1024 * 1024)
  })

  test('answers with much that is compressed, or with much at many attempts: the memory stays flat', async () => {
    const bomb = gzipSync(Buffer.alloc(256 * 1024 * 1024))
    const chunk = Buffer.alloc(64 * 1024, 'x')
    const receiver = await startReceiver((request, response) => {
      if (request.url === '/bomb') return response.writeHead(200, { 'content-encoding': 'gzip' }).end(bomb)
      const more = () => {
        while (!response.destroyed && response.write(chunk));
      }
      response.on('drain', more)
      return more()
    })
    const client = createHttpClient({ guard: createAddressGuard(local), clock, deadline_ms: 15_000 })
    onTestFinished(() => client.close())
    const before = process.memoryUsage.rss()
    for (let round = 0; round < 5; round++) {
      const paths = Array.from({ length: 20 }, (_, index) => (index % 2 === 0 ? 'bomb' : 'endless'))
      const results = await Promise.all(paths.map((path) => post(receiver.url + path, client, path)))
      for (const { status_code, error, response_excerpt } of results) {
        expect([status_code, error, response_excerpt?.length]).toEqual([200, undefined, 512])
      }
    }
    // 50 bombs are 12 GB. What remains is buffers of both ends.
    expect(process.memoryUsage.rss() - before).toBeLessThan(150 * 1024 * 1024)
  })

  test.each([
    ['NUL', Buffer.from('a\0b'), 'a\ufffdb'],
    ['bytes that are no UTF-8', Buffer.from([0x61, 0xff, 0xfe]), 'a\ufffd\ufffd'],
    ['a pair that the cut would halve', Buffer.from(`${'a'.repeat(511)}\u{1f4b8}`), `${'a'.repeat(511)}\ufffd`],
    ['three bytes a character', Buffer.from('\u20ac'.repeat(600)), '\u20ac'.repeat(512)],
  ])('answers with %s: the excerpt is valid text', async (_name, body, response_excerpt) => {
    expect(await resultOf((_request, response) => response.end(body))).toMatchObject({ response_excerpt })
  })
})

describe('an address that may not be reached', () => {
  const strict: AddressRules = { allow_loopback: false, allowed_hosts: [] }

  test.each(['127.0.0.1', '127.1', '2130706433', '0x7f.1', '0177.0.0.1', 'localhost', '[::ffff:127.0.0.1]', '0.0.0.0'])(
    'is not connected to, spelled %s',
    async (host) => {
      const canary = await startReceiver()
      const result = await post(canary.url.replace('127.0.0.1', host), clientFor(strict))
      expect(result).toMatchObject({ status_code: undefined, error: 'address not allowed' })
      expect(canary.connections()).toBe(0)
    },
  )

  test('is not connected to over TLS either', async () => {
    const canary = await startReceiver()
    for (const host of ['127.0.0.1', 'localhost']) {
      const url = canary.url.replace('127.0.0.1', host).replace('http:', 'https:')
      expect(await post(url, clientFor(strict))).toMatchObject({ error: 'address not allowed' })
    }
    expect(canary.connections()).toBe(0)
  })

  test('is not connected to when a name has it beside a public one, in either order', async () => {
    const canary = await startReceiver()
    const both: LookupAddress[] = [
      { address: '8.8.8.8', family: 4 },
      { address: '127.0.0.1', family: 4 },
    ]
    for (const addresses of [both, both.toReversed()]) {
      const client = clientFor(strict, async () => addresses)
      const result = await post(canary.url.replace('127.0.0.1', 'hook.example'), client)
      expect(result).toMatchObject({ error: 'address not allowed' })
    }
    expect(canary.connections()).toBe(0)
  })

  test('a name is resolved once for a connection: what was checked is what is connected to', async () => {
    const receiver = await startReceiver()
    const other = await startReceiver()
    let resolutions = 0
    // The first answer is the receiver; every later one is where nothing may go, as with a name that is bound again.
    const client = clientFor(local, async () => [
      { address: ++resolutions === 1 ? '127.0.0.1' : '10.0.0.1', family: 4 },
    ])
    expect(await post(receiver.url.replace('127.0.0.1', 'hook.example'), client)).toMatchObject({ status_code: 200 })
    expect(resolutions).toBe(1)
    const again = await post(other.url.replace('127.0.0.1', 'hook.example'), client)
    expect(again).toMatchObject({ status_code: undefined, error: 'address not allowed' })
    expect(other.connections()).toBe(0)
  })

  test('is connected to when the operator named the host', async () => {
    const receiver = await startReceiver()
    const { host, port } = new URL(receiver.url)
    expect(await post(receiver.url, clientFor({ ...strict, allowed_hosts: [host] }))).toMatchObject({
      status_code: 200,
    })
    const byName = clientFor({ ...strict, allowed_hosts: [`localhost:${port}`] })
    expect(await post(`http://localhost:${port}/`, byName)).toMatchObject({ status_code: 200 })
    expect(await post(receiver.url, byName)).toMatchObject({ error: 'address not allowed' })
  })

  test('a name that does not resolve is an error of its own', async () => {
    const client = clientFor(strict, async () => {
      throw Object.assign(new Error('no such name'), { code: 'ENOTFOUND' })
    })
    expect(await post('https://hook.example/', client)).toMatchObject({ error: 'name not found' })
  })
})
