import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createMerchant } from '../../src/merchant/merchant.ts'
import { parseMetrics } from '../metrics/parse.ts'
import { open } from '../pages/payer.ts'
import { type ChildServer, childServer, freePort } from '../support/child-server.ts'
import { type TestDatabase, testDatabase } from '../support/database.ts'
import { tally } from '../support/tally.ts'

// A server under load for long: what it has of the machine stays the same. SOAK_S is how long; five minutes are the long form, and hours find more.
const soak_s = Number(process.env.SOAK_S ?? 12)

let database: TestDatabase
let server: ChildServer
let key: string
let metrics: string
beforeAll(async () => {
  database = await testDatabase()
  key = (await createMerchant(database.pool, { name: 'Acme', slug: 'acme' }, new Date())).test
  metrics = `127.0.0.1:${await freePort()}`
  server = await childServer({
    DATABASE_URL: database.url,
    TALLYSTICK_HOST: '127.0.0.1',
    TALLYSTICK_ENCRYPTION_KEY: 'an encryption key of this test only',
    TALLYSTICK_METRICS_LISTEN: metrics,
  })
})
afterAll(async () => {
  expect(await server.stop()).toBe(0)
  await database.drop()
})

async function call(method: string, path: string, body?: object, signal?: AbortSignal) {
  const response = await fetch(server.url + path, {
    method,
    headers: { authorization: `Bearer ${key}`, ...(body && { 'content-type': 'application/json' }) },
    ...(body && { body: JSON.stringify(body) }),
    ...(signal && { signal }),
  })
  // biome-ignore lint/suspicious/noExplicitAny: the test looks into answers of every shape
  return { status: response.status, body: (await response.json()) as any }
}

/** Pays, reads, is refused, looks at the page of the payer, and goes away in the middle of a request, again and again. */
async function load(client: number, until: number): Promise<number> {
  const customer = { external_reference: `client-${client}`, currency: 'ZAR', balance: 100_000_000 }
  const { id, presentment_url } = (await call('POST', '/billing/customers', customer)).body
  let paid = 0
  for (let count = 0; performance.now() < until; count++) {
    const payment = { customer: id, amount: 3, currency: 'ZAR', channel: 'till', reference: `${client}-${count}` }
    const { status } = await call('POST', '/billing/payments', payment)
    expect(status).toBe(201)
    paid += 1
    await call('GET', `/billing/customers/${id}`)
    await call('POST', '/billing/payments', { ...payment, amount: -1 })
    if (count % 10 === 0) await open(presentment_url)
    if (count % 10 === 5)
      await call('GET', `/billing/payments?customer=${id}`, undefined, AbortSignal.timeout(1)).catch(() => {})
  }
  expect((await call('GET', `/billing/customers/${id}`)).body.balance).toBe(100_000_000 - 3 * paid)
  return paid
}

type Used = { memory: number; files: number }

async function used(): Promise<Used> {
  const series = parseMetrics(await (await fetch(`http://${metrics}/metrics`)).text())
  const of = (name: string) => series.find((one) => one.name === name)?.value ?? 0
  return { memory: of('process_resident_memory_bytes'), files: of('process_open_fds') }
}

const median = (values: number[]) => values.toSorted((left, right) => left - right)[values.length >> 1] ?? 0

test(`memory and open files stay the same under load for ${soak_s} s, and the books are those of the payments`, {
  timeout: 60_000 + soak_s * 2_000,
}, async () => {
  const begun = performance.now()
  const until = begun + soak_s * 1_000
  const clients = Array.from({ length: 16 }, (_, client) => load(client, until))
  const samples: Used[] = []
  const loading = Promise.all(clients)
  while (performance.now() < until) {
    samples.push(await used())
    await delay(200)
  }
  const paid = await loading
  // The first half is for what is compiled and cached once.
  const half = samples.slice(samples.length >> 1)
  const [before, after] = [half.slice(0, half.length >> 1), half.slice(half.length >> 1)]
  const memory = [before, after].map((part) => Math.round(median(part.map((one) => one.memory)) / 2 ** 20)) as [
    number,
    number,
  ]
  const files = [before, after].map((part) => Math.max(...part.map((one) => one.files))) as [number, number]
  console.log(
    `${paid.reduce((sum, one) => sum + one)} payments; memory ${memory.join(' and then ')} MB, open files ${files.join(' and then ')}`,
  )
  expect(memory[0]).toBeGreaterThan(10)
  expect(memory[1]).toBeLessThan(memory[0] * 1.2)
  // Each of 16 clients may have a connection more at a moment.
  expect(files[1]).toBeLessThan(files[0] + 16)
  tally('seconds of load', soak_s)
})
