import { afterAll, beforeAll, expect, test } from 'vitest'
import { settableClock } from '../../src/core/clock.ts'
import { releaseAuthorisations } from '../../src/payments/capture/release-authorisations.ts'
import { syncDueCaptures } from '../../src/payments/capture/sync-due-captures.ts'
import { captureBehaviours } from '../../src/payments/processor/simulator/capture-behaviour.ts'
import { refundBehaviours } from '../../src/payments/processor/simulator/refund-behaviour.ts'
import { syncDueRefunds } from '../../src/payments/refund/sync-due-refunds.ts'
import { seedOf } from '../support/seed.ts'
import { seededRandom } from '../support/seeded-random.ts'
import { type TestServer, testServer } from '../support/server.ts'
import { tally } from '../support/tally.ts'
import { expectCleanBooks } from '../support/verify.ts'

// Authorised payments, captures and voids of them one by one and several at once, some of whose answers are lost and some of which
// expire, with refunds, reversals and all that may happen to the debts meanwhile, in random orders. CAPTURE_ROUNDS and CAPTURE_SEED
// make the long form; a failing seed is printed with the test.
const rounds = Number(process.env.CAPTURE_ROUNDS ?? 5)
const seed = seedOf('CAPTURE_SEED')
const stepsMax = 40

const clock = settableClock(new Date())
let server: TestServer
beforeAll(async () => {
  // Lost answers are logged.
  const log = { debug() {}, info() {}, warn() {}, error() {} }
  server = await testServer({ clock, log })
})
afterAll(() => server.stop())

type World = { name: string; bills: string[]; payments: string[]; keys: number }
type Step = (world: World) => Promise<unknown>

async function syncAll(): Promise<void> {
  await syncDueCaptures(server.app)
  await releaseAuthorisations(server.app)
  await syncDueRefunds(server.app)
}

/** The steps, drawing from `random`. What is refused for a good reason changes nothing, which is what a 4xx says. */
function stepsOf(random: () => number): Step[] {
  const below = (most: number) => Math.floor(random() * most)
  const pick = <T>(list: readonly T[]) => list[below(list.length)] as T
  const post = async (path: string, body?: object) => {
    const answer = await server.api('POST', path, body)
    expect([path, answer.status < 500]).toEqual([path, true])
    return answer
  }
  const authorise: Step = async (world) => {
    const options = { payment_method_options: { card: { capture_method: 'manual' } } }
    const target = pick([{ bill: pick(world.bills) }, { customer: world.name }, {}])
    const asked = { amount: 1 + below(300), currency: 'ZAR', ...target, options }
    const session = await post('/collect/payment_sessions', asked)
    if (session.status !== 201) return
    const play = { captures: pick(captureBehaviours), refunds: pick(refundBehaviours) }
    const paid = await post('/test/payments', { payment_session: session.body.id, outcome: 'succeeded', ...play })
    if (paid.status === 201) world.payments.push(paid.body.id)
  }
  const capture: Step = ({ payments }) =>
    post(`/collect/payments/${pick(payments)}/captures`, below(3) === 0 ? undefined : { amount: 1 + below(150) })
  const release: Step = ({ payments }) => post(`/collect/payments/${pick(payments)}/voids`)
  const severalAtOnce: Step = async ({ payments }) => {
    const path = `/collect/payments/${pick(payments)}`
    const some = Array.from({ length: 4 }, () => post(`${path}/captures`, { amount: 1 + below(120) }))
    await Promise.all([...some, ...(below(2) === 0 ? [post(`${path}/voids`)] : [])])
  }
  const refund: Step = ({ payments }) =>
    post(`/collect/payments/${pick(payments)}/refunds`, {
      reason: 'because',
      ...(below(2) === 0 ? {} : { amount: 1 + below(100) }),
    })
  const payAtTill: Step = (world) => {
    const reference = `${world.name}-${++world.keys}`
    const till = { amount: 1 + below(100), currency: 'ZAR', channel: 'till', reference, policy: 'in_order' }
    return post('/billing/payments', { ...till, bill: pick(world.bills) })
  }
  const unapply: Step = async ({ payments }) => {
    const { obligations } = (await server.api('GET', `/billing/payments/${pick(payments)}`)).body
    const obligation = pick(obligations as { id: string }[])?.id
    if (obligation) await post(`/billing/obligations/${obligation}/reversals`, { reason: 'mistake' })
  }
  const apply: Step = ({ bills, payments }) =>
    post('/billing/obligations', { payment: pick(payments), bill: pick(bills), amount: 1 + below(100) })
  const voidBill: Step = ({ bills }) => post(`/billing/bills/${pick(bills)}/void`)
  const archive: Step = ({ name }) => post(`/billing/customers/${name}/archive`)
  const wait: Step = async () => {
    clock.advance(below(4) === 0 ? 90_000_000 : 20_000)
    await syncAll()
  }
  const often = [authorise, capture, capture, capture, severalAtOnce, refund]
  return [...often, authorise, release, payAtTill, unapply, apply, voidBill, archive, wait, wait]
}

async function begin(round: number): Promise<World> {
  const name = `captures-${round}`
  await server.api('POST', '/billing/customers', { external_reference: name })
  const bills = []
  for (const number of [1, 2, 3]) {
    const body = { customer: name, external_reference: `${name}-${number}`, currency: 'ZAR', amount_due: 300 }
    bills.push((await server.api('POST', '/billing/bills', body)).body.id)
  }
  return { name, bills, payments: [], keys: 0 }
}

type Told = {
  type: string
  data: { id: string; paid_amount: number; voided_amount: number; object_version: number }
} & {
  data: { capture?: { amount: number }; void?: { amount: number } }
}

/** Every payment is what became of its authorisation, and whoever saw its events knows the same. */
async function compare({ payments }: World): Promise<void> {
  const { rows } = await server.database.pool.query<{ body: string }>(
    "select body from event where type in ('payment.captured', 'payment.voided')",
  )
  const told = rows.map(({ body }) => JSON.parse(body) as Told)
  for (const id of payments) {
    const { body } = await server.api('GET', `/billing/payments/${id}`)
    expect(body.unconfirmed_amount).toBeUndefined()
    // After a week nothing is held any more.
    expect(body.paid_amount + body.voided_amount).toBe(body.authorised_amount)
    const spread = body.applied_amount + body.unapplied_amount + body.reversed_amount + body.refunded_amount
    expect(spread + body.direct_amount).toBe(body.paid_amount)
    const own = told.filter(({ data }) => data.id === id)
    expect(own.reduce((sum, { data }) => sum + (data.capture?.amount ?? 0), 0)).toBe(body.paid_amount)
    expect(own.reduce((sum, { data }) => sum + (data.void?.amount ?? 0), 0)).toBe(body.voided_amount)
    const last = own.sort((one, other) => one.data.object_version - other.data.object_version).at(-1)
    expect([last?.data.paid_amount, last?.data.voided_amount]).toEqual([body.paid_amount, body.voided_amount])
  }
}

test(`captures in random orders leave clean books (CAPTURE_SEED=${seed})`, {
  timeout: 60_000 + rounds * 20_000,
}, async () => {
  const random = seededRandom(seed)
  for (let round = 0; round < rounds; round++) {
    const world = await begin(round)
    const steps = stepsOf(random)
    for (let tries = 0; world.payments.length === 0 && tries < 20; tries++) await (steps[0] as Step)(world)
    for (let count = 0; count < stepsMax; count++) {
      await (steps[Math.floor(random() * steps.length)] as Step)(world)
    }
    await expectCleanBooks(server.database)
    for (let day = 0; day < 5; day++) {
      clock.advance(2 * 86_400_000)
      await syncAll()
    }
    await compare(world)
    tally('orders of processors')
  }
})
