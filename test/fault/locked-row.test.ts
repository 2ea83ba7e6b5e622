import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { bucketOf, parseId } from '../../src/core/id/id.ts'
import { createMerchant } from '../../src/merchant/merchant.ts'
import { eventually } from '../support/eventually.ts'
import { type TestServer, testServer } from '../support/server.ts'
import { expectExactlyOnce, expectKindAnswers, makePayer, type Payer, startTraffic } from './traffic.ts'

// What is locked by an operator or a long transaction of one merchant is not to be felt by another, though both share the batches.
let server: TestServer
let otherKey: string
let locked: Payer
let sameMerchant: Payer
let others: Payer[]
beforeAll(async () => {
  server = await testServer()
  otherKey = (await createMerchant(server.database.pool, { name: 'Other', slug: 'other' }, new Date())).test
})
afterAll(() => server.stop())
beforeEach(async () => {
  locked = await makePayer(server, 'locked')
  sameMerchant = await makePayer(server, 'same merchant')
  others = await Promise.all(['other 1', 'other 2', 'other 3'].map((who) => makePayer(server, who, otherKey)))
})

const idOf = ({ account }: Payer) => parseId('account', account) as string

// Whoever is held up by a lock waits for it, or for the limit of a wait: each is four seconds or more here. A busy machine alone has added a second.
const heldUp_ms = 2_500

/** Holds rows as a session of an operator does who has gone for lunch. */
async function hold(statement: string, values: unknown[]): Promise<{ letGo(): Promise<void> }> {
  const connection = await server.database.owner.connect()
  await connection.query('begin')
  await connection.query(statement, values)
  return {
    async letGo() {
      await connection.query('rollback')
      connection.release()
    },
  }
}

const holdBalance = (payer: Payer) => hold('select from receivable where id = $1 for update', [idOf(payer)])

/** No payment of another merchant waited for the lock, and most of them did not feel it at all. */
function expectOthersUnharmed(answers: { who: string; ms: number }[]): void {
  const waits = answers.filter(({ who }) => who.startsWith('other')).map(({ ms }) => ms)
  waits.sort((left, right) => left - right)
  expect(waits.at(-1)).toBeLessThan(heldUp_ms)
  expect(waits[waits.length >> 1]).toBeLessThan(500)
}

describe('a balance that is locked for longer than a payment waits', () => {
  test('holds up the payments to it alone: they are refused with a 503, and taken when they come again', async () => {
    const payers = [locked, sameMerchant, ...others]
    const traffic = startTraffic(server, payers)
    await eventually(() => traffic.answers.length > 20, 'payments are made')
    const lock = await holdBalance(locked)
    await eventually(() => traffic.answers.some(({ status }) => status === 503), 'a payment is refused', 12_000)
    expect((await fetch(`${server.url}/readyz`)).status).toBe(200)
    await lock.letGo()
    const before = traffic.answers.length
    await eventually(
      () => traffic.answers.slice(before).some(({ who, status }) => who === 'locked' && status === 201),
      'it is paid again',
    )
    await traffic.stop()
    expectKindAnswers(traffic.answers)
    expectOthersUnharmed(traffic.answers)
    expect(new Set(traffic.answers.filter(({ who }) => who !== 'locked').map(({ status }) => status))).toEqual(
      new Set([201]),
    )
    await expectExactlyOnce(server, payers, traffic.answers)
  })

  test('is paid as soon as it is let go', async () => {
    const traffic = startTraffic(server, [locked])
    await eventually(() => traffic.answers.length > 5, 'payments are made')
    const lock = await holdBalance(locked)
    await delay(2_000)
    const before = traffic.answers.length
    await lock.letGo()
    const letGo = performance.now()
    await eventually(() => traffic.answers.length > before + 1, 'the next is paid')
    expect(performance.now() - letGo).toBeLessThan(heldUp_ms)
    await traffic.stop()
    expect(new Set(traffic.answers.map(({ status }) => status))).toEqual(new Set([201]))
    await expectExactlyOnce(server, [locked], traffic.answers)
  })
})

test('all balances of a merchant that are locked hold up nobody else', async () => {
  const mine = await Promise.all(Array.from({ length: 30 }, (_, index) => makePayer(server, `mine ${index}`)))
  const payers = [...mine, ...others]
  const traffic = startTraffic(server, payers)
  await eventually(() => traffic.answers.length > 100, 'payments are made')
  const lock = await hold('select from receivable where id = any ($1) for update', [mine.map(idOf)])
  await delay(4_000)
  await lock.letGo()
  const before = traffic.answers.length
  await eventually(
    () => new Set(traffic.answers.slice(before).map(({ who }) => who)).size === payers.length,
    'everybody is paid again',
  )
  await traffic.stop()
  expectKindAnswers(traffic.answers)
  expectOthersUnharmed(traffic.answers)
  await expectExactlyOnce(server, payers, traffic.answers)
})

describe('a lock that others than payments meet', () => {
  test('refuses a change, an adjustment and a reversal with a 503 after some seconds', async () => {
    const payment = {
      amount: 5,
      currency: 'ZAR',
      channel: 'till',
      reference: 'to be reversed',
      account: locked.account,
    }
    const { body: paid } = await server.api('POST', '/billing/payments', payment)
    const lock = await holdBalance(locked)
    const began = performance.now()
    const answers = await Promise.all([
      server.api('PATCH', `/billing/accounts/${locked.account}`, { balance: 5 }),
      server.api('POST', `/billing/accounts/${locked.account}/adjustments`, { amount: 5, reason: 'a test' }),
      server.api('POST', `/billing/payments/${paid.id}/reversals`, { reason: 'a test' }),
    ])
    expect(performance.now() - began).toBeLessThan(6_000)
    for (const { status, body, headers } of answers) {
      expect([status, body.code, headers.get('retry-after')]).toEqual([503, 'service_unavailable', '2'])
    }
    await lock.letGo()
    expect((await server.api('PATCH', `/billing/accounts/${locked.account}`, { balance: 5 })).status).toBe(200)
  })

  test('on a customer, does not keep the accounts of others from being made', async () => {
    const make = (key: string, customer: string, reference: string) =>
      server.api(
        'POST',
        '/billing/accounts',
        { customer, external_reference: reference, currency: 'ZAR', balance: 1 },
        { authorization: `Bearer ${key}` },
      )
    const customerOf = async (key: string, external_reference: string) =>
      (await server.api('POST', '/billing/customers', { external_reference }, { authorization: `Bearer ${key}` })).body
        .id as string
    const [mine, another] = [await customerOf(server.key, 'held'), await customerOf(otherKey, 'free')]
    const id = parseId('customer', mine) as string
    const lock = await hold('select from customer where id = $1 and bucket = $2 for update', [id, bucketOf(id)])
    const waits = make(server.key, mine, 'held-account')
    const began = performance.now()
    const made = await Promise.all(Array.from({ length: 20 }, (_, index) => make(otherKey, another, `free-${index}`)))
    expect(new Set(made.map(({ status }) => status))).toEqual(new Set([201]))
    expect(performance.now() - began).toBeLessThan(heldUp_ms)
    await lock.letGo()
    expect((await waits).status).toBe(201)
  })
})
