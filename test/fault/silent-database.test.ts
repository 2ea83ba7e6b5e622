import { afterAll, beforeAll, expect, test } from 'vitest'
import { eventually } from '../support/eventually.ts'
import type { TestServer } from '../support/server.ts'
import type { SilentProxy } from '../support/silent-proxy.ts'
import { proxiedServer } from './proxied-server.ts'
import { expectExactlyOnce, expectKindAnswers, makePayer, startTraffic, watchReadiness } from './traffic.ts'

// A failover without a word, or a firewall that forgets: what was connected is never heard of again, and stays open.
let proxy: SilentProxy
let server: TestServer
let stop: () => Promise<void>
beforeAll(async () => {
  ;({ server, proxy, stop } = await proxiedServer(10))
})
afterAll(() => stop())

test('connections that fall silent are given up, and payments go on over new ones', { timeout: 60_000 }, async () => {
  for (let round = 0; round < 2; round++) {
    const payers = await Promise.all(Array.from({ length: 12 }, (_, index) => makePayer(server, `payer ${index}`)))
    const traffic = startTraffic(server, payers)
    const readiness = watchReadiness(server.url)
    await eventually(() => traffic.answers.length > 100, 'payments are made')
    const silentAt = performance.now()
    proxy.swallow()
    const before = traffic.answers.length
    await eventually(
      () => traffic.answers.slice(before).some(({ status }) => status === 201),
      'a payment is made again',
      10_000,
    )
    const backAfter_ms = performance.now() - silentAt
    await eventually(() => readiness.ready.at(-1)?.ok, 'the server is ready', 12_000)
    await readiness.stop()
    await traffic.stop()
    expect(backAfter_ms).toBeLessThan(8_000)
    const unready = readiness.ready.find(({ ok }) => !ok)
    const saidAfter_ms = (unready?.at_ms ?? Number.POSITIVE_INFINITY) - silentAt
    // The server is ready all the time where new connections make payments before the silent ones are given up.
    expect(Math.min(saidAfter_ms, backAfter_ms)).toBeLessThan(5_000)
    expectKindAnswers(traffic.answers)
    await expectExactlyOnce(server, payers, traffic.answers)
  }
})
