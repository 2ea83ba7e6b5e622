import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { openPool, type Pool, servingLimits } from '../../src/database/pool.ts'
import { createPaymentQueue } from '../../src/ledger/payments/queue.ts'
import { eventually } from '../support/eventually.ts'
import { seedOf } from '../support/seed.ts'
import { seededRandom } from '../support/seeded-random.ts'
import { type SilentProxy, silentProxy } from '../support/silent-proxy.ts'
import { tally } from '../support/tally.ts'
import { shardOfTests, type TwoNodes, twoNodes } from '../support/two-nodes.ts'

// NODES_CUTS=400 is the long form, NODES_CUT_SEED repeats one.
const cuts = Number(process.env.NODES_CUTS ?? 20)
const seed = seedOf('NODES_CUT_SEED')

let nodes: TwoNodes
let proxy: SilentProxy
let pool: Pool
let customer: string
let made = 0
beforeAll(async () => {
  nodes = await twoNodes()
  proxy = await silentProxy()
  const [{ name }] = nodes.databases
  const { password } = inject('postgres')
  const address = { host: '127.0.0.1', port: proxy.port, user: 'tallystick_server', password, database: name }
  pool = openPool(address, 4, () => {}, servingLimits, shardOfTests)
  const [server] = nodes.servers
  const [, second] = nodes.shards.nodes
  const shards = { ...nodes.shards, nodes: [pool, second as Pool] }
  server.app.payments = createPaymentQueue({ shards, now: () => server.app.clock.now() })
  const body = { external_reference: 'cut', currency: 'ZAR', balance: 10_000_000 }
  customer = (await server.api('POST', '/billing/customers', body)).body.id
})
afterAll(async () => {
  await nodes.stop()
  await pool.end()
  await proxy.close()
})

const balance = async () => (await nodes.servers[0].api('GET', `/billing/customers/${customer}`)).body.balance as number
/** A payment, or more than is owed, which is refused. */
const payment = (amount: number) => ({
  amount,
  currency: 'ZAR',
  channel: 'till',
  reference: `cut-${++made}`,
  allocations: [{ customer, amount }],
})
const send = (body: ReturnType<typeof payment>) =>
  nodes.servers[0].api('POST', '/billing/payments', body, { 'idempotency-key': body.reference })

/** How many bytes one payment is for its customer's machine, once statements are prepared: the most of some. */
async function measure(): Promise<number> {
  const sizes: number[] = []
  for (let count = 0; count < 12; count++) {
    const before = proxy.passed()
    expect((await send(payment(3))).status).toBe(201)
    sizes.push(proxy.passed() - before)
  }
  return Math.max(...sizes.slice(8))
}

test(`a payment on two machines is made once wherever the way to its customer's is cut, ${cuts} times (NODES_CUT_SEED=${seed})`, {
  timeout: 120_000 + cuts * 10_000,
}, async () => {
  const random = seededRandom(seed)
  const bytes = await measure()
  const before = await balance()
  const seen = new Set<number>()
  let paid = 0
  for (let cut = 0; cut < cuts; cut++) {
    const after = Math.floor(random() * bytes)
    const isRefused = random() < 0.3
    const wanted = isRefused ? 422 : 201
    const body = payment(isRefused ? 20_000_000 : 3)
    proxy.cutAfter(after)
    const answered = () =>
      eventually(async () => {
        const answer = await send(body)
        seen.add(answer.status)
        return answer.status === wanted && answer.text
      }, `a payment is answered that was cut after ${after} of ${bytes} bytes`)
    const [first, again] = [await answered(), await answered()]
    expect([after, again]).toEqual([after, first])
    if (!isRefused) paid += 3
    tally('cut connections')
  }
  expect([...seen].filter((status) => ![201, 422, 503, 409].includes(status))).toEqual([])
  await eventually(async () => (await balance()) === before - paid, 'each payment is there once')
})
