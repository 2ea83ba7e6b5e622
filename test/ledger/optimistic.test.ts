import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { oneNode } from '../../src/database/shard-map.ts'
import { createOptimisticMode } from '../../src/ledger/payments/concurrency/optimistic.ts'
import { createPaymentQueue } from '../../src/ledger/payments/queue.ts'
import { recorder } from '../support/record-payment.ts'
import { type TestServer, testServer } from '../support/server.ts'

const conflict = { code: '40001' }
const uniqueViolation = { code: '23505' }

describe('what the claims of a batch are taken to be', () => {
  test('new, until one is not; then any, until eight batches in a row have won all', () => {
    const optimistic = createOptimisticMode()
    expect(optimistic.assumptionsFor(64).claims).toBe('new')
    expect(optimistic.failed(uniqueViolation)).toBe(true)
    for (let batch = 0; batch < 7; batch++) optimistic.committed(true)
    expect(optimistic.assumptionsFor(64).claims).toBe('any')
    optimistic.committed(false)
    for (let batch = 0; batch < 7; batch++) optimistic.committed(true)
    expect(optimistic.assumptionsFor(64).claims).toBe('any')
    optimistic.committed(true)
    expect(optimistic.assumptionsFor(64).claims).toBe('new')
  })

  test('any, in a small batch: an idle server runs no batch twice', () => {
    expect(createOptimisticMode().assumptionsFor(15).claims).toBe('any')
  })
})

describe('what the balances of a batch are taken to do', () => {
  test('to stand still, until one was changed; then they are locked for eight batches', () => {
    const optimistic = createOptimisticMode()
    expect(optimistic.assumptionsFor(1).balances).toBe('unlocked')
    expect(optimistic.failed(conflict)).toBe(true)
    for (let batch = 0; batch < 8; batch++) {
      expect(optimistic.assumptionsFor(1).balances).toBe('locked')
      optimistic.committed(true)
    }
    expect(optimistic.assumptionsFor(1).balances).toBe('unlocked')
  })

  test('another failure is none of its business', () => {
    expect(createOptimisticMode().failed(new Error('out of memory'))).toBe(false)
  })
})

describe('a batch of payments that are taken to be new', () => {
  let server: TestServer
  beforeAll(async () => {
    server = await testServer()
  })
  afterAll(() => server.stop())

  test('is applied as a whole although one has a key that was used, and one a reference', async () => {
    const customer = await server.api('POST', '/billing/customers', { external_reference: 'c', currency: 'ZAR' })
    const { body: account } = await server.api('POST', '/billing/accounts', {
      customer: customer.body.id,
      external_reference: 'a',
      currency: 'ZAR',
      balance: 100_000,
    })
    const { database, app } = server
    const committed: number[] = []
    const payments = createPaymentQueue({
      shards: oneNode(database.pool),
      now: () => app.clock.now(),
      committed: (count) => committed.push(count),
    })
    const record = recorder(() => server)
    const pay = (reference: string, key: string) => record(payments, account.id, 100, reference, key)
    const keyOfFirst = randomUUID()
    const first = await pay('R0', keyOfFirst)
    const second = await pay('Q0', randomUUID())
    const fresh = Array.from({ length: 20 }, (_, index) => pay(`R${index + 1}`, randomUUID()))
    const [replayed, same, ...others] = await Promise.all([pay('R0', keyOfFirst), pay('Q0', randomUUID()), ...fresh])
    expect(replayed).toMatchObject({ body: first.body, replayed: true })
    expect(same).toMatchObject({ status: 200, body: second.body })
    expect(others.map(({ status }) => status)).toEqual(fresh.map(() => 201))
    // Broken up, it would have been committed in halves.
    expect(committed).toEqual([1, 1, 22])
    expect((await server.api('GET', `/billing/accounts/${account.id}`)).body.balance).toBe(100_000 - 22 * 100)
    await payments.drain()
  })
})
