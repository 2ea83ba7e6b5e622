import { afterAll, beforeAll, expect, test } from 'vitest'
import { settableClock } from '../../src/core/clock.ts'
import { wholeBody } from '../../src/events/personal.ts'
import { refundBehaviours } from '../../src/payments/processor/simulator/refund-behaviour.ts'
import { syncDueRefunds } from '../../src/payments/refund/sync-due-refunds.ts'
import { seedOf } from '../support/seed.ts'
import { seededRandom } from '../support/seeded-random.ts'
import { type TestServer, testServer } from '../support/server.ts'
import { tally } from '../support/tally.ts'
import { expectCleanBooks } from '../support/verify.ts'
import { ToldBook } from './told-book.ts'

// Payments through a processor and at a till, refunds that succeed, wait, are refused and fail late, with all that may happen to the
// debts meanwhile, in random orders. REFUND_ROUNDS and REFUND_SEED make the long form; a failing seed is printed with the test.
const rounds = Number(process.env.REFUND_ROUNDS ?? 12)
const seed = seedOf('REFUND_SEED')
const stepsMax = 40

const clock = settableClock(new Date())
let server: TestServer
beforeAll(async () => {
  server = await testServer({ clock })
})
afterAll(() => server.stop())

type World = { name: string; bills: string[]; payments: { id: string; processor: boolean }[]; keys: number }
type Step = (world: World) => Promise<unknown>

/** The steps, drawing from `random`. What is refused for a good reason changes nothing, which is what a 4xx says. */
function stepsOf(random: () => number): Step[] {
  const below = (most: number) => Math.floor(random() * most)
  const pick = <T>(list: readonly T[]) => list[below(list.length)] as T
  const post = async (path: string, body?: object) => {
    const answer = await server.api('POST', path, body)
    expect([path, answer.status < 500]).toEqual([path, true])
    return answer
  }
  const payByProcessor: Step = async ({ bills, payments }) => {
    const body = { bill: pick(bills), amount: 1 + below(400), outcome: 'succeeded', refunds: pick(refundBehaviours) }
    const paid = await post('/test/payments', body)
    if (paid.status === 201) payments.push({ id: paid.body.id, processor: true })
  }
  const payAtTill: Step = async (world) => {
    const reference = `${world.name}-${++world.keys}`
    const till = { amount: 1 + below(400), currency: 'ZAR', channel: 'till', reference, policy: 'in_order' }
    const paid = await post('/billing/payments', { ...till, bill: pick(world.bills) })
    if (paid.status === 201) world.payments.push({ id: paid.body.id, processor: false })
  }
  const refund: Step = async (world) => {
    const { id, processor } = pick(world.payments)
    const amount = below(2) === 0 ? {} : { amount: 1 + below(300) }
    const sent = { ...amount, reason: 'because' }
    if (processor) return post(`/collect/payments/${id}/refunds`, sent)
    const way = { channel: 'bank', reference: `${world.name}-${++world.keys}` }
    return post(`/billing/payments/${id}/refunds`, { ...sent, ...way })
  }
  const obligationOf = async ({ payments }: World) => {
    const { obligations } = (await server.api('GET', `/billing/payments/${pick(payments).id}`)).body
    return pick(obligations as { id: string }[])?.id
  }
  const unapply: Step = async (world) => {
    const obligation = await obligationOf(world)
    if (obligation) await post(`/billing/obligations/${obligation}/reversals`, { reason: 'mistake' })
  }
  const apply: Step = ({ bills, payments }) =>
    post('/billing/obligations', { payment: pick(payments).id, bill: pick(bills), amount: 1 + below(100) })
  const reverse: Step = ({ payments }) =>
    post(`/billing/payments/${pick(payments).id}/reversals`, { amount: 1 + below(200), reason: 'bounced' })
  const voidBill: Step = ({ bills }) => post(`/billing/bills/${pick(bills)}/void`)
  const archive: Step = ({ name }) => post(`/billing/customers/${name}/archive`)
  const wait: Step = async () => {
    clock.advance(below(3) === 0 ? 90_000_000 : 2_000)
    await syncDueRefunds(server.app)
  }
  return [
    payByProcessor,
    payByProcessor,
    payAtTill,
    refund,
    refund,
    refund,
    unapply,
    apply,
    reverse,
    voidBill,
    archive,
    wait,
  ]
}

async function begin(round: number): Promise<World> {
  const name = `refunds-${round}`
  await server.api('POST', '/billing/customers', { external_reference: name })
  const bills = []
  for (const number of [1, 2, 3]) {
    const body = { customer: name, external_reference: `${name}-${number}`, currency: 'ZAR', amount_due: 300 }
    bills.push((await server.api('POST', '/billing/bills', body)).body.id)
  }
  const till = { amount: 350, currency: 'ZAR', channel: 'till', reference: name, policy: 'in_order', customer: name }
  const first = await server.api('POST', '/billing/payments', till)
  return { name, bills, payments: [{ id: first.body.id, processor: false }], keys: 0 }
}

/** Every payment is what became of its money, and whoever saw its events knows the same. */
async function compare({ payments }: World): Promise<void> {
  const { rows } = await server.database.pool.query<{ body: string; personal: string | null }>(
    'select body, personal from event order by random()',
  )
  const book = new ToldBook(rows.map((row) => JSON.parse(wholeBody(row))))
  for (const { id } of payments) {
    const { body } = await server.api('GET', `/billing/payments/${id}`)
    const {
      amount,
      applied_amount,
      unapplied_amount: unapplied,
      reversed_amount: reversed,
      refunded_amount: refunded,
    } = body
    expect(applied_amount + unapplied + reversed + refunded).toBe(amount)
    expect(book.payment(id)).toEqual({ amount, unapplied, reversed, refunded })
    const refunds = (await server.api('GET', `/billing/refunds?payment=${id}&limit=100`)).body.data
    const kept = refunds.filter(({ status }: { status: string }) => status !== 'failed')
    expect(kept.reduce((sum: number, one: { amount: number }) => sum + one.amount, 0)).toBe(refunded)
  }
}

test(`refunds in random orders leave clean books (REFUND_SEED=${seed})`, {
  timeout: 60_000 + rounds * 20_000,
}, async () => {
  const random = seededRandom(seed)
  for (let round = 0; round < rounds; round++) {
    const world = await begin(round)
    const steps = stepsOf(random)
    for (let count = 0; count < stepsMax; count++) {
      await (steps[Math.floor(random() * steps.length)] as Step)(world)
    }
    await expectCleanBooks(server.database)
    // What waits ends, and is told: a refund that is on its way is not told yet.
    for (let day = 0; day < 3; day++) {
      clock.advance(2 * 86_400_000)
      await syncDueRefunds(server.app)
    }
    await compare(world)
    tally('orders of processors')
  }
})
