import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { refuseClient } from '../../src/server/client-errors.ts'
import { eventually } from '../support/eventually.ts'
import { askRaw, RawConnection, rawRequest } from '../support/raw-http.ts'
import { type TestServer, testServer } from '../support/server.ts'

// What Node's parser refuses before there is a request for the server.

let server: TestServer
beforeAll(async () => {
  server = await testServer()
})
afterAll(() => server.stop())

const post = (headers: string, body = '') =>
  `POST /billing/customers HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nAuthorization: Bearer ${server.key}\r\n${headers}\r\n\r\n${body}`

describe('is refused as a problem', () => {
  test.each<[string, number, string, () => string | Buffer]>([
    ['a method in lower case', 501, 'unknown_method', () => rawRequest('get', '/healthz')],
    ['a method that nobody knows', 501, 'unknown_method', () => rawRequest('BILL', '/healthz')],
    ['a tunnel', 501, 'unknown_method', () => rawRequest('CONNECT', 'example.com:443')],
    ['no request line', 400, 'malformed_http', () => 'nonsense\r\n\r\n'],
    ['another protocol', 400, 'malformed_http', () => Buffer.from('16030100f0010000ec0303', 'hex')],
    ['another version', 400, 'malformed_http', () => 'GET /healthz HTTP/3.0\r\nHost: a\r\n\r\n'],
    ['no Host', 400, 'malformed_http', () => 'GET /healthz HTTP/1.1\r\n\r\n'],
    ['a header that is none', 400, 'malformed_http', () => rawRequest('GET', '/healthz', { 'a b': 'c' })],
    ['large headers', 431, 'headers_too_large', () => rawRequest('GET', '/healthz', { a: 'b'.repeat(20_000) })],
    ['a long address', 431, 'headers_too_large', () => rawRequest('GET', `/healthz?${'b'.repeat(20_000)}`)],
    ['a length that is none', 400, 'malformed_http', () => post('Content-Length: x')],
    ['two lengths', 400, 'malformed_http', () => post('Content-Length: 2\r\nContent-Length: 3', '{}')],
    ['a length and chunks', 400, 'malformed_http', () => post('Content-Length: 2\r\nTransfer-Encoding: chunked', '{}')],
    ['a chunk that is none', 400, 'malformed_http', () => post('Transfer-Encoding: chunked', 'zz\r\n')],
    ['an expectation', 417, 'expectation_failed', () => rawRequest('GET', '/healthz', { expect: 'cake' })],
  ])('%s', async (_what, status, code, bytes) => {
    const answer = await askRaw(server.url, Buffer.from(bytes() as string))
    expect(answer.head).toMatch(/^content-type: application\/problem\+json/im)
    expect(answer.head).toMatch(/^request-id: \S+$/im)
    const { instance, ...problem } = JSON.parse(answer.body)
    expect(problem).toMatchObject({ status, code, type: `${server.url}/docs/errors/${code.replaceAll('_', '-')}` })
    expect([answer.status, typeof instance, problem.detail.length > 20]).toEqual([status, 'string', true])
    if (!_what.startsWith('no Host')) expect(answer.head).toMatch(/^connection: close$/im)
  })

  test.each([
    ['headers', 'GET / HTTP/1.1\r\n'],
    ['a body', 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\n{'],
  ])('%s that do not arrive in time', async (_what, bytes) => {
    const limits = { requestTimeout: 200, headersTimeout: 200, connectionsCheckingInterval: 50 }
    const slow = createServer(limits, () => {})
    slow.on('clientError', (error, socket) => refuseClient(server.app, error, socket))
    await once(slow.listen(0, '127.0.0.1'), 'listening')
    const answer = await askRaw(`http://127.0.0.1:${(slow.address() as AddressInfo).port}`, Buffer.from(bytes))
    expect([answer.status, JSON.parse(answer.body).code]).toEqual([408, 'request_timeout'])
    slow.close()
  })
})

test('the connection is closed after a refusal, and what comes after it is not read', async () => {
  const connection = await RawConnection.open(server.url)
  const refused = await connection.ask(Buffer.concat([Buffer.from('nonsense\r\n\r\n'), rawRequest('GET', '/healthz')]))
  expect(refused.status).toBe(400)
  await expect(connection.next()).rejects.toThrow('closed the connection')
})

test('an earlier request has its own response, and then the connection is closed', async () => {
  const connection = await RawConnection.open(server.url)
  const headers = { authorization: `Bearer ${server.key}`, 'content-type': 'application/json' }
  const first = rawRequest('POST', '/billing/customers', headers, JSON.stringify({ external_reference: 'pipelined' }))
  const answer = await connection.ask(Buffer.concat([first, Buffer.from('nonsense\r\n\r\n')]))
  expect([answer.status, JSON.parse(answer.body).external_reference]).toEqual([201, 'pipelined'])
  await expect(connection.next()).rejects.toThrow('closed the connection')
})

test('a client that breaks off in its body is not taken for an outage of the database', async () => {
  const outages: unknown[] = []
  const log = {
    debug: () => {},
    info: () => {},
    warn: (...said: unknown[]) => outages.push(said),
    error: console.error,
  }
  const own = await testServer({ log })
  const connection = await RawConnection.open(own.url)
  const headers = { authorization: `Bearer ${own.key}`, 'content-type': 'application/json', 'content-length': '9' }
  connection.socket.write(rawRequest('POST', '/billing/customers', headers, '{'))
  await new Promise((resolve) => setTimeout(resolve, 100))
  connection.close()
  await eventually(() => own.api('GET', '/billing/customers').then(({ status }) => status === 200), 'it serves')
  await own.stop()
  expect(outages).toEqual([])
})
