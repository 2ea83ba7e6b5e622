import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createMerchant } from '../../src/merchant/merchant.ts'
import { childServer } from '../support/child-server.ts'
import { testDatabase } from '../support/database.ts'
import { rawRequest } from '../support/raw-http.ts'
import { encryptionKey, testServer } from '../support/server.ts'

// Others are served beside a crowd that wants something else than to be served. CROWD is how many connections it has; with it each
// kind of crowd is measured by itself, by turns with and without, and others may wait twice as long as without.
const crowd = Number(process.env.CROWD ?? 0)
const connections = crowd || 200
const measured_ms = crowd ? 6_000 : 400
const turns = 3
const callers = 4

let url: string
let authorization: string
let stop: () => Promise<unknown>
beforeAll(async () => {
  if (crowd === 0) {
    const server = await testServer()
    url = server.url
    authorization = `Bearer ${server.key}`
    stop = () => server.stop()
  } else await startApart()
  await account()
})
afterAll(() => stop())

/** The program in a process of its own, so that what is measured is not how busy the crowd keeps its own process. */
async function startApart(): Promise<void> {
  const database = await testDatabase()
  const keys = await createMerchant(database.pool, { name: 'Acme Water', slug: 'crowd' }, new Date())
  const server = await childServer({ DATABASE_URL: database.url, TALLYSTICK_ENCRYPTION_KEY: encryptionKey })
  url = server.url
  authorization = `Bearer ${keys.test}`
  stop = async () => {
    expect(await server.stop()).toBe(0)
    await database.drop()
  }
}

async function post(path: string, body: object): Promise<number> {
  const headers = { authorization, 'content-type': 'application/json' }
  const response = await fetch(url + path, { method: 'POST', headers, body: JSON.stringify(body) })
  await response.arrayBuffer()
  return response.status
}

async function account(): Promise<void> {
  const customer = { external_reference: 'crowd' }
  const body = { customer, external_reference: 'crowd', currency: 'ZAR', balance: 1_000_000 }
  expect(await post('/billing/accounts', body)).toBe(201)
}

let paid = 0
/** The 99th percentile of the time that a payment takes, of some callers that each pay again and again. */
async function p99_ms(): Promise<number> {
  const end = performance.now() + measured_ms
  const times: number[] = []
  const call = async () => {
    while (performance.now() < end) {
      const began = performance.now()
      const reference = `crowd-${++paid}`
      const payment = { amount: 1, currency: 'ZAR', channel: 'till', reference, account: 'crowd' }
      expect(await post('/billing/payments', payment)).toBe(201)
      times.push(performance.now() - began)
    }
  }
  await Promise.all(Array.from({ length: callers }, call))
  return times.sort((one, other) => one - other)[Math.floor(times.length * 0.99)] ?? Number.NaN
}

async function connected(): Promise<Socket> {
  const { hostname, port } = new URL(url)
  const socket = connect({ host: hostname, port: Number(port) })
  socket.on('error', () => {})
  await once(socket, 'connect')
  return socket
}

/** Each kind has so many connections, does something with each again and again, and ends with its sockets. */
type Crowd = { size: number; begin?: Buffer; again?: { bytes: Buffer; every_ms: number }; reads: boolean }

const post_ = (headers: Record<string, string>, body: Buffer | string) =>
  rawRequest('POST', '/billing/customers', { authorization, 'content-type': 'application/json', ...headers }, body)
const many = Object.fromEntries(Array.from({ length: 90 }, (_, index) => [`x-${index}`, 'y'.repeat(150)]))

const crowds: Record<string, () => Crowd> = {
  'idle connections': () => ({ size: connections, begin: rawRequest('GET', '/healthz'), reads: true }),
  'slow headers': () => ({
    size: Math.ceil(connections / 10),
    begin: Buffer.from('GET /healthz HTTP/1.1\r\nHost: a\r\nX-Slow: '),
    again: { bytes: Buffer.from('x'), every_ms: 500 },
    reads: true,
  }),
  'slow bodies': () => ({
    size: Math.ceil(connections / 10),
    begin: post_({ 'content-length': '100000' }, '{'),
    again: { bytes: Buffer.from(' '), every_ms: 500 },
    reads: true,
  }),
  'clients that never read': () => ({
    size: Math.ceil(connections / 50),
    begin: Buffer.concat(Array.from({ length: 40 }, () => rawRequest('GET', '/openapi.json'))),
    reads: false,
  }),
  'floods of headers': () => ({
    size: 10,
    again: { bytes: rawRequest('GET', '/billing/customers', many), every_ms: 100 },
    reads: true,
  }),
  'large bodies': () => ({
    size: 5,
    again: { bytes: post_({}, ' '.repeat(250_000)), every_ms: 100 },
    reads: true,
  }),
  'compression bombs': () => ({
    size: 10,
    again: { bytes: post_({ 'content-encoding': 'gzip' }, gzipSync(Buffer.alloc(50_000_000, ' '))), every_ms: 100 },
    reads: true,
  }),
}

/** Gathers a crowd. A connection that the server has closed is made anew. */
async function gather({ size, begin, again, reads }: Crowd): Promise<() => void> {
  const sockets = new Set<Socket>()
  let over = false
  const join = async () => {
    const socket = await connected()
    sockets.add(socket)
    if (reads) socket.resume()
    if (begin) socket.write(begin)
    const timer = again && setInterval(() => socket.writable && socket.write(again.bytes), again.every_ms)
    socket.once('close', () => {
      clearInterval(timer)
      sockets.delete(socket)
      if (!over) join().catch(() => {})
    })
  }
  for (let joined = 0; joined < size; joined += 200) {
    await Promise.all(Array.from({ length: Math.min(200, size - joined) }, join))
  }
  return () => {
    over = true
    for (const socket of sockets) socket.destroy()
  }
}

/** How much longer others wait beside a crowd than without: the median of some turns, since the load of a shared machine varies. */
async function timesSlower(make: () => Crowd): Promise<number> {
  const ratios: number[] = []
  for (let turn = 0; turn < turns; turn++) {
    const alone_ms = await p99_ms()
    const disperse = await gather(make())
    await delay(1_000)
    ratios.push((await p99_ms()) / alone_ms)
    disperse()
    await delay(1_000)
  }
  return ratios.sort((one, other) => one - other)[turns >> 1] ?? Number.NaN
}

if (crowd > 0) {
  test('others wait at most twice as long beside a crowd of each kind', async () => {
    await p99_ms()
    const found: Record<string, number> = {}
    for (const [name, make] of Object.entries(crowds)) found[name] = await timesSlower(make)
    console.info(`p99 of a payment beside ${crowd} connections, as times of the p99 without:`, found)
    for (const [name, times] of Object.entries(found)) expect([name, times <= 2]).toEqual([name, true])
  })
}

test('payments are answered beside a crowd of all kinds at once', async () => {
  const disperse: (() => void)[] = []
  for (const make of Object.values(crowds)) disperse.push(await gather(make()))
  expect(await p99_ms()).toBeLessThan(8_000)
  for (const one of disperse) one()
})
