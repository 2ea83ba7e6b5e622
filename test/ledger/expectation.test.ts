import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { recordPayment } from '../../src/collect/payment/service.ts'
import type { FastifyRequest, RequestEnvironment } from '../../src/http/platform.ts'
import { createExpectation } from '../../src/ledger/apply-payments/expectation.ts'
import { createPaymentQueue } from '../../src/ledger/apply-payments/queue.ts'
import { type TestServer, testServer } from '../support/server.ts'

describe('what the claims of a batch are taken to be', () => {
  test('new, until one is not; then any, until eight batches in a row have won all', () => {
    const expectation = createExpectation()
    expect(expectation.of(64)).toBe('new')
    expectation.learn(false)
    for (let batch = 0; batch < 7; batch++) expectation.learn(true)
    expect(expectation.of(64)).toBe('any')
    expectation.learn(true)
    expect(expectation.of(64)).toBe('new')
  })

  test('any, in a small batch: a quiet server tries nothing in vain', () => {
    expect(createExpectation().of(15)).toBe('any')
  })
})

describe('a batch of payments that are taken to be new', () => {
  let server: TestServer
  let environment: RequestEnvironment
  beforeAll(async () => {
    server = await testServer()
    const { rows } = await server.database.pool.query<RequestEnvironment>(
      "select * from environment where mode = 'test'",
    )
    environment = rows[0] as RequestEnvironment
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
    const { database, platform } = server
    const committed: number[] = []
    const payments = createPaymentQueue({
      pool: database.pool,
      now: () => platform.clock.now(),
      committed: (count) => committed.push(count),
    })
    const pay = (reference: string, key: string) => {
      const body = {
        amount: 100,
        currency: 'ZAR',
        channel: 'till',
        reference,
        allocations: [{ account: account.id, amount: 100 }],
      }
      const headers = { 'idempotency-key': key }
      const request = { method: 'POST', url: '/billing/payments', headers, body, environment }
      const context = { environment, request_id: 'req_1', now: platform.clock.now() }
      return recordPayment({ ...platform, payments }, context, request as unknown as FastifyRequest, body)
    }
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
