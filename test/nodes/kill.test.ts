import { resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { pointsOf } from '../fault/every-point/points.ts'
import { type ChildServer, childServer, dyingAt } from '../support/child-server.ts'
import { seedOf } from '../support/seed.ts'
import { seededRandom } from '../support/seeded-random.ts'
import { tally } from '../support/tally.ts'
import { type TwoNodes, textOn, twoNodes } from '../support/two-nodes.ts'

// NODES_KILL_ROUNDS=30 and NODES_KILL_POINTS=100, which are all, make the long form.
const rounds = Number(process.env.NODES_KILL_ROUNDS ?? 4)
const pointsMax = Number(process.env.NODES_KILL_POINTS ?? 4)
const seed = seedOf('NODES_KILL_SEED')

let nodes: TwoNodes
beforeAll(async () => {
  nodes = await twoNodes()
})
afterAll(() => nodes.stop())

const program = resolve(import.meta.dirname, 'server-process.ts')
const start = (node: number, settings: Record<string, string> = {}) =>
  childServer({ NODES: nodes.databases.map(({ url }) => url).join(' '), NODE: String(node), ...settings }, program)

let serial = 0

type Payment = { reference: string; key: string; customer: string }

async function newPayment(customerOn: 0 | 1, namesOn: number, balance = 1_000): Promise<Payment> {
  const body = { external_reference: `k${++serial}`, currency: 'ZAR', balance }
  const { id } = (await nodes.servers[customerOn].api('POST', '/billing/customers', body)).body
  return { reference: textOn(namesOn, 'till\n'), key: textOn(namesOn), customer: id }
}

async function pay(url: string, apiKey: string, { reference, key, customer }: Payment, amount = 300) {
  const response = await fetch(`${url}/billing/payments`, {
    method: 'POST',
    headers: { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json', 'idempotency-key': key },
    body: JSON.stringify({ amount, currency: 'ZAR', channel: 'till', reference, customer }),
  })
  // biome-ignore lint/suspicious/noExplicitAny: only the id and the code are looked at
  return { status: response.status, body: (await response.json()) as any }
}

/** The customer's machine, and that of both names. */
const cases = [
  [0, 0],
  [0, 1],
  [1, 0],
  [1, 1],
] as const

describe('signal 9 at a point of a payment', () => {
  test.each(cases)(
    'of a customer on %i with names on %i: sent again elsewhere, it happens once',
    { timeout: 300_000 },
    async (on, names) => {
      const server = nodes.servers[on]
      const points = new Set<string>()
      for (const { name } of nodes.databases) {
        const payment = await newPayment(on, names)
        for (const point of await pointsOf(name, () => pay(server.url, server.key, payment))) points.add(point)
      }
      const random = seededRandom(seed + on * 2 + names)
      const tried = [...points]
        .map((point) => ({ point, place: random() }))
        .sort((one, other) => one.place - other.place)
        .slice(0, pointsMax)
        .map(({ point }) => point)
      expect(tried.length).toBeGreaterThanOrEqual(Math.min(pointsMax, 15))
      for (const point of tried) {
        const payment = await newPayment(on, names)
        const dying = await start(on, { ...dyingAt(point), DIE_FROM: 'request' })
        const first = await pay(dying.url, server.key, payment).catch(() => undefined)
        expect([point, first?.status]).toEqual([point, undefined])
        expect([point, await dying.ended()]).toEqual([point, null])
        tally('kills of the server')
        tally('fault points')
        const again = await settled(server.url, server.key, payment)
        expect([point, again.status]).toEqual([point, 201])
        const twice = await pay(server.url, server.key, payment)
        expect([point, twice.status, twice.body]).toEqual([point, 201, again.body])
        const { body } = await server.api('GET', `/billing/customers/${payment.customer}`)
        expect([point, body.balance]).toEqual([point, 700])
      }
    },
  )
})

/** Sends a payment until nobody else is at it any more: a database takes a moment to end the transaction of a process that died. */
async function settled(url: string, apiKey: string, payment: Payment, amount?: number) {
  for (let tries = 0; tries < 200; tries++) {
    const answer = await pay(url, apiKey, payment, amount)
    if (answer.status !== 503 && answer.body.code !== 'idempotency_in_flight') return answer
  }
  throw new Error('nobody says what became of a payment')
}

test(`signal 9 while forty clients pay on two machines, ${rounds} times (NODES_KILL_SEED=${seed})`, {
  timeout: 60_000 + rounds * 20_000,
}, async () => {
  const random = seededRandom(seed)
  const customers = await Promise.all(Array.from({ length: 8 }, (_, at) => newPayment((at % 2) as 0 | 1, 0, 1_000_000)))
  const sent: { payment: Payment; node: 0 | 1; id: string | undefined }[] = []
  const client = async (server: ChildServer, node: 0 | 1, which: number, isDead: () => boolean) => {
    const { customer } = customers[which % 8] as Payment
    while (!isDead()) {
      const one = {
        payment: { customer, reference: textOn(sent.length % 2, 'till\n'), key: textOn(sent.length % 2) },
        node,
        id: undefined as string | undefined,
      }
      sent.push(one)
      const answer = await pay(server.url, nodes.servers[node].key, one.payment, 7).catch(() => undefined)
      if (answer?.status === 201) one.id = answer.body.id
      else if (answer !== undefined && answer.status !== 503) throw new Error(JSON.stringify(answer.body))
      else if (answer === undefined && !isDead()) return
    }
  }
  for (let round = 0; round < rounds; round++) {
    const servers = await Promise.all([start(0), start(1)])
    let isDead = false
    const clients = Array.from({ length: 40 }, (_, at) =>
      client(servers[at % 2] as ChildServer, (at % 2) as 0 | 1, at, () => isDead),
    )
    await new Promise((done) => setTimeout(done, 200 + Math.floor(random() * 600)))
    isDead = true
    const spared = random() < 0.5 ? servers[0] : undefined
    await Promise.all(servers.filter((server) => server !== spared).map((server) => server.kill()))
    await Promise.all(clients)
    await spared?.stop()
  }
  expect(sent.filter(({ id }) => id !== undefined).length).toBeGreaterThan(rounds * 10)
  for (const one of sent.filter(({ id }, at) => at % 4 === 0 || id === undefined)) {
    const { url, key } = nodes.servers[one.node]
    const again = await settled(url, key, one.payment, 7)
    expect([again.status, one.id ?? again.body.id]).toEqual([201, again.body.id])
    one.id = again.body.id
  }
  for (const [at, { customer }] of customers.entries()) {
    const server = nodes.servers[(at % 2) as 0 | 1]
    const { body } = await server.api('GET', `/billing/customers/${customer}`)
    const paid = sent.filter(({ payment, id }) => payment.customer === customer && id !== undefined)
    expect([customer, body.balance]).toEqual([customer, 1_000_000 - 7 * paid.length])
    expect(new Set(paid.map(({ id }) => id)).size).toBe(paid.length)
  }
})
