import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { type TestServer, testServer } from '../support/server.ts'
import { temporaryDirectory } from '../support/temporary.ts'
import { type OwnPostgres, ownPostgres } from './own-postgres.ts'
import { expectExactlyOnce, expectKindAnswers, makePayer, startTraffic, watchReadiness } from './traffic.ts'

// A machine that is paused, or swaps: the database takes connections, by its kernel, and says nothing more.
const stopped_ms = 11_000
let directory: Awaited<ReturnType<typeof temporaryDirectory>>
let postgres: OwnPostgres
let server: TestServer
beforeAll(async () => {
  directory = await temporaryDirectory()
  postgres = await ownPostgres(directory.path)
  server = await testServer({ database: postgres.database })
})
afterAll(async () => {
  await server.stop()
  await postgres.database.drop()
  await postgres.stop()
  await directory.remove()
})

test('a database that is stopped and goes on: 503 meanwhile, each payment once', { timeout: 60_000 }, async () => {
  const payers = await Promise.all(Array.from({ length: 12 }, (_, index) => makePayer(server, `payer ${index}`)))
  const traffic = startTraffic(server, payers)
  const readiness = watchReadiness(server.url)
  const reads: { status: number; ms: number }[] = []
  let reading = true
  const reader = (async () => {
    for (; reading; await delay(50)) {
      const began = performance.now()
      const { status } = await server.api('GET', `/billing/accounts/${payers[0]?.account}`)
      reads.push({ status, ms: performance.now() - began })
    }
  })()
  await eventually(() => traffic.answers.length > 100, 'payments are made')

  const processes = await postgres.processes()
  const stoppedAt = performance.now()
  try {
    for (const pid of processes) process.kill(pid, 'SIGSTOP')
    await delay(stopped_ms)
  } finally {
    for (const pid of processes) process.kill(pid, 'SIGCONT')
  }
  const wentOnAt = performance.now()
  const before = traffic.answers.length
  await eventually(() => traffic.answers.slice(before).some(({ status }) => status === 201), 'a payment is made again')
  expect(performance.now() - wentOnAt).toBeLessThan(5_000)
  await eventually(() => readiness.ready.at(-1)?.ok, 'the server is ready', 12_000)
  reading = false
  await Promise.all([readiness.stop(), traffic.stop(), reader])

  const unready = readiness.ready.find(({ ok, at_ms }) => !ok && at_ms > stoppedAt)
  expect((unready?.at_ms ?? Number.POSITIVE_INFINITY) - stoppedAt).toBeLessThan(3_000)
  expect(Math.max(...readiness.ready.map(({ ms }) => ms))).toBeLessThan(3_000)
  expect(reads.filter(({ status, ms }) => (status !== 200 && status !== 503) || ms > 10_000)).toEqual([])
  expectKindAnswers(traffic.answers)
  await expectExactlyOnce(server, payers, traffic.answers)
})
