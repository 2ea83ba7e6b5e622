import fc from 'fast-check'
import { afterAll, beforeAll, test } from 'vitest'
import { seedOf } from '../support/seed.ts'
import { type TestServer, testServer } from '../support/server.ts'
import { tally } from '../support/tally.ts'
import { expectCleanBooks } from '../support/verify.ts'
import { type CardName, PayerWorld } from './payer-world.ts'

// ORDERS=10000 is the long form, ORDERS_SEED repeats one.
const orders = Number(process.env.ORDERS ?? 60)
const seed = seedOf('ORDERS_SEED')

let server: TestServer
beforeAll(async () => {
  server = await testServer()
})
afterAll(() => server.stop())

/** Something that a payer, a bank or a merchant does. */
type Step = { name: string; run(world: PayerWorld): Promise<void> }
const step = (name: string, run: Step['run']): Step => ({ name, run, toString: () => name }) as Step

const index = fc.nat({ max: 5 })
const debt = fc.constantFrom('everything', 'account', 'early', 'late')
const request = fc.constantFrom('direct', 'billed')
const card = fc.constantFrom<CardName>('succeeds', 'declined', 'pending, succeeds', 'pending, fails')
const bill = fc.constantFrom('early', 'late')

const steps = fc.oneof(
  { weight: 2, arbitrary: fc.constant(step('look', (world) => world.look())) },
  {
    weight: 5,
    arbitrary: fc
      .tuple(debt, fc.boolean())
      .map(([what, move]) =>
        step(`choose ${what}${move ? ', and it moves' : ''}`, (world) => world.choose(what, move)),
      ),
  },
  { weight: 3, arbitrary: request.map((name) => step(`request ${name}`, (world) => world.request(name))) },
  { weight: 1, arbitrary: fc.constant(step('submit again', (world) => world.submitAgain())) },
  {
    weight: 7,
    arbitrary: fc.tuple(index, card).map(([at, name]) => step(`card of ${at} ${name}`, (world) => world.pay(at, name))),
  },
  {
    weight: 2,
    arbitrary: fc
      .tuple(index, fc.constantFrom(1, 3))
      .map(([at, times]) => step(`back from ${at}, ${times} times`, (world) => world.back(at, times))),
  },
  { weight: 4, arbitrary: index.map((at) => step(`the bank decides ${at}`, (world) => world.settle(at))) },
  { weight: 2, arbitrary: index.map((at) => step(`${at} is paid late`, (world) => world.payLate(at))) },
  {
    weight: 1,
    arbitrary: fc
      .constantFrom(0, 100, 700)
      .map((balance) => step(`balance ${balance}`, (world) => world.setBalance(balance))),
  },
  { weight: 1, arbitrary: bill.map((name) => step(`void ${name}`, (world) => world.voidBill(name))) },
  { weight: 1, arbitrary: request.map((name) => step(`${name} expires`, (world) => world.expire(name))) },
  { weight: 1, arbitrary: fc.constant(step('archive', (world) => world.archive())) },
)

test(`${orders} random orders of what can happen leave every cent in its place (ORDERS_SEED=${seed})`, async () => {
  const property = fc.asyncProperty(fc.array(steps, { minLength: 3, maxLength: 14 }), async (order) => {
    const world = await PayerWorld.create(server)
    for (const { run } of order) await run(world)
    await world.check()
    tally('orders of payers')
  })
  await fc.assert(property, { numRuns: orders, seed })
  await expectCleanBooks(server.database)
}, 7_200_000)
