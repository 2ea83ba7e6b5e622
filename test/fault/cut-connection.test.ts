import { afterAll, beforeAll, expect, test } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { seedOf } from '../support/seed.ts'
import { seededRandom } from '../support/seeded-random.ts'
import type { TestServer } from '../support/server.ts'
import type { SilentProxy } from '../support/silent-proxy.ts'
import { tally } from '../support/tally.ts'
import { proxiedServer } from './proxied-server.ts'

// The conversation of a payment with the database is cut after any byte of it, to or from PostgreSQL. CUTS is the long form, CUT_SEED repeats one.
const cuts = Number(process.env.CUTS ?? 24)
const seed = seedOf('CUT_SEED')

let proxy: SilentProxy
let server: TestServer
let stop: () => Promise<void>
let account: string
let made = 0
beforeAll(async () => {
  ;({ server, proxy, stop } = await proxiedServer(4))
  const body = {
    customer: { external_reference: 'cut' },
    external_reference: 'cut',
    currency: 'ZAR',
    balance: 10_000_000,
  }
  account = (await server.api('POST', '/billing/accounts', body)).body.id
})
afterAll(() => stop())

const balance = async () => (await server.api('GET', `/billing/accounts/${account}`)).body.balance as number
const newPayment = () => ({ amount: 3, currency: 'ZAR', channel: 'till', reference: `cut-${++made}`, account })
const pay = (body: { reference: string }) =>
  server.api('POST', '/billing/payments', body, { 'idempotency-key': body.reference })

/** How many bytes one payment is, in both directions, when its statements are prepared: the most of some, as other work is between. */
async function measure(): Promise<number> {
  const sizes: number[] = []
  for (let count = 0; count < 12; count++) {
    const before = proxy.passed()
    expect((await pay(newPayment())).status).toBe(201)
    sizes.push(proxy.passed() - before)
  }
  return Math.max(...sizes.slice(8))
}

test(`a payment is made once wherever its connection is cut, ${cuts} times (CUT_SEED=${seed})`, {
  timeout: 120_000 + cuts * 5_000,
}, async () => {
  const random = seededRandom(seed)
  const bytes = await measure()
  const before = await balance()
  const seen = new Set<number>()
  for (let cut = 0; cut < cuts; cut++) {
    const after = Math.floor(random() * bytes)
    const payment = newPayment()
    proxy.cutAfter(after)
    const acknowledged = () =>
      eventually(async () => {
        const { status, body } = await pay(payment)
        seen.add(status)
        return status === 201 && body.id
      }, `a payment is made that was cut after ${after} of ${bytes} bytes`)
    // A payment that took fewer bytes leaves the cut to the second one.
    const [first, again] = [await acknowledged(), await acknowledged()]
    expect([after, again]).toEqual([after, first])
    tally('cut connections')
  }
  expect([...seen].filter((status) => status !== 201 && status !== 503)).toEqual([])
  await eventually(async () => (await balance()) === before - 3 * cuts, 'each payment is there once')
})
