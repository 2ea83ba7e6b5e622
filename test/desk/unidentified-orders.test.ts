import { afterAll, beforeAll, expect, test } from 'vitest'
import { seedOf } from '../support/seed.ts'
import { seededRandom } from '../support/seeded-random.ts'
import { type TestServer, testServer } from '../support/server.ts'
import { expectCleanBooks } from '../support/verify.ts'

// Deposits of unknown payers that are sent again, taken back, handed back and assigned, in random orders, beside a plain model that
// says what each request does. DESK_ROUNDS and DESK_SEED make the long form; a failing seed is printed with the test.
const rounds = Number(process.env.DESK_ROUNDS ?? 4)
const seed = seedOf('DESK_SEED')
const stepsMax = 30

let server: TestServer
beforeAll(async () => {
  server = await testServer()
})
afterAll(() => server.stop())

/** What the model knows of a payment: where its money is. */
type Money = {
  id: string
  reference: string
  amount: number
  suspense: number
  transferred: number
  reversed: number
  refunded: number
  applied: number
  unapplied: number
  /** What a bank took beyond what was left. */
  lost: number
  /** Of money that was assigned: of what, and to whom. */
  from: string
  customer: number
}
type World = { name: string; owed: number[]; deposits: Money[]; assigned: Money[]; serial: number }

const nothing = {
  suspense: 0,
  transferred: 0,
  reversed: 0,
  refunded: 0,
  applied: 0,
  unapplied: 0,
  lost: 0,
  from: '',
  customer: 0,
}

const post = (path: string, body: object) => server.api('POST', path, body)

function stepsOf(random: () => number): ((world: World) => Promise<void>)[] {
  const below = (most: number) => Math.floor(random() * most)
  const pick = <T>(list: readonly T[]) => list[below(list.length)]

  const bodyOf = ({ amount, reference }: Pick<Money, 'amount' | 'reference'>) => ({
    unidentified: true,
    amount,
    currency: 'ZAR',
    channel: 'bank',
    reference,
  })
  const record = async (world: World) => {
    const made = { amount: 1 + below(500), reference: `${world.name}-${++world.serial}` }
    const { status, body } = await post('/billing/payments', bodyOf(made))
    expect(status).toBe(201)
    world.deposits.push({ ...nothing, ...made, id: body.id, suspense: made.amount })
  }
  const sendAgain = async ({ deposits }: World) => {
    const one = pick(deposits)
    if (!one) return
    const { status, body } = await post('/billing/payments', bodyOf(one))
    expect([status, body.id]).toEqual([200, one.id])
  }
  const assign = async (world: World) => {
    const one = pick(world.deposits)
    if (!one) return
    const customer = below(world.owed.length)
    const to = { customer: `${world.name}-${customer}` }
    const { status, body } = await post(`/billing/payments/${one.id}/assignments`, { to })
    expect(status).toBe(one.suspense > 0 ? 201 : 409)
    if (one.suspense === 0) return
    const owed = world.owed[customer] ?? 0
    const applied = Math.min(owed, one.suspense)
    world.owed[customer] = owed - applied
    const unapplied = one.suspense - applied
    const came = { id: body.id, reference: '', amount: one.suspense, from: one.id, customer }
    world.assigned.push({ ...nothing, ...came, applied, unapplied })
    one.transferred = one.suspense
    one.suspense = 0
  }
  const reverse = async ({ deposits, assigned, owed }: World) => {
    const one = pick(deposits)
    if (!one) return
    const amount = 1 + below(300)
    // What was refunded the bank takes all the same: it is lost.
    const takable = one.amount - one.reversed - one.lost
    const { status } = await post(`/billing/payments/${one.id}/reversals`, { amount, reason: 'Recalled' })
    expect(status).toBe(takable === 0 ? 409 : amount > takable ? 422 : 201)
    if (status !== 201) return
    const own = Math.min(amount, one.suspense)
    one.suspense -= own
    one.reversed += own
    const went = assigned.find(({ from }) => from === one.id)
    const there = went ? Math.min(amount - own, went.applied + went.unapplied) : 0
    if (went && there > 0) {
      const held = Math.min(there, went.unapplied)
      went.unapplied -= held
      went.applied -= there - held
      went.reversed += there
      owed[went.customer] = (owed[went.customer] ?? 0) + there - held
      one.transferred -= there
      one.reversed += there
    }
    one.lost += amount - own - there
  }
  const handBack = async (world: World) => {
    const one = pick([...world.deposits, ...world.assigned])
    if (!one) return
    const held = one.suspense + one.unapplied
    // Of what pays a debt nothing is taken here: that is the model of refunds.
    if (held === 0) return
    const amount = 1 + below(held)
    const sent = { amount, channel: 'cash', reference: `${world.name}-${++world.serial}`, reason: 'Handed back' }
    expect((await post(`/billing/payments/${one.id}/refunds`, sent)).status).toBe(201)
    one.refunded += amount
    if (one.suspense > 0) one.suspense -= amount
    else one.unapplied -= amount
  }
  return [record, record, sendAgain, assign, assign, reverse, handBack]
}

async function begin(round: number): Promise<World> {
  const name = `desk-${round}`
  const owed = [0, 300, 1_000]
  for (const [number, balance] of owed.entries()) {
    await post('/billing/customers', { external_reference: `${name}-${number}`, currency: 'ZAR', balance })
  }
  return { name, owed, deposits: [], assigned: [], serial: 0 }
}

/** All pages: deposits of earlier rounds are still waiting. */
async function listed(query: string): Promise<string[]> {
  const ids: string[] = []
  for (let cursor = ''; ; ) {
    const { body } = await server.api('GET', `/billing/payments?${query}&limit=100${cursor && `&cursor=${cursor}`}`)
    ids.push(...body.data.map(({ id }: { id: string }) => id))
    if (!body.has_more) return ids
    cursor = body.next_cursor
  }
}

async function compare({ name, owed, deposits, assigned }: World): Promise<void> {
  for (const { id, reference: _, lost: __, from: ___, customer: ____, ...money } of [...deposits, ...assigned]) {
    const { body } = await server.api('GET', `/billing/payments/${id}`)
    expect({
      amount: body.amount,
      suspense: body.suspense_amount,
      transferred: body.transferred_amount,
      reversed: body.reversed_amount,
      refunded: body.refunded_amount,
      applied: body.applied_amount,
      unapplied: body.unapplied_amount,
    }).toEqual(money)
  }
  const waiting = deposits.filter(({ suspense }) => suspense > 0).map(({ id }) => id)
  const ofRound = new Set(deposits.map(({ id }) => id))
  expect((await listed('unidentified=true&order=oldest')).filter((id) => ofRound.has(id))).toEqual(waiting)
  for (const [number, balance] of owed.entries()) {
    const customer = `${name}-${number}`
    expect((await server.api('GET', `/billing/customers/${customer}`)).body.balance).toBe(balance)
    const theirs = await listed(`customer=${customer}&unapplied=true&order=oldest`)
    const held = assigned.filter(({ id, unapplied }) => unapplied > 0 && theirs.includes(id))
    expect(held.map(({ id }) => id)).toEqual(theirs)
  }
}

test(`deposits in random orders are where a plain model says (DESK_SEED=${seed})`, {
  timeout: 60_000 + rounds * 30_000,
}, async () => {
  const random = seededRandom(seed)
  for (let round = 0; round < rounds; round++) {
    const world = await begin(round)
    const steps = stepsOf(random)
    for (let count = 0; count < stepsMax; count++) await steps[Math.floor(random() * steps.length)]?.(world)
    await expectCleanBooks(server.database)
    await compare(world)
  }
})
