import { randomUUID } from 'node:crypto'
import { recordPayment } from '../../src/payments/recorded/service.ts'
import type { FastifyRequest, RequestEnvironment } from '../../src/api/platform.ts'
import type { PaymentQueue } from '../../src/ledger/payments/queue.ts'
import type { TestServer } from './server.ts'

/**
 * Records payments of the test environment through the service, by a queue that is given: a process's own. They go to an account, or
 * to what `target` says in the words of the API.
 */
export function recorder(server: () => TestServer) {
  let environment: RequestEnvironment | undefined
  return async (
    payments: PaymentQueue,
    target: string | { customer: string; policy: 'oldest_first' | 'in_order' },
    amount: number,
    reference: string = randomUUID(),
    key: string = randomUUID(),
  ) => {
    const { platform, database } = server()
    environment ??= (await database.pool.query<RequestEnvironment>("select * from environment where mode = 'test'"))
      .rows[0]
    const to = typeof target === 'string' ? { allocations: [{ account: target, amount }] } : target
    const body = { amount, currency: 'ZAR', channel: 'till', reference, ...to }
    const request = {
      method: 'POST',
      url: '/billing/payments',
      headers: { 'idempotency-key': key },
      body,
      environment,
    } as unknown as FastifyRequest
    const context = {
      environment: environment as RequestEnvironment,
      request_id: 'req_1',
      now: platform.clock.now(),
    }
    return recordPayment({ ...platform, payments }, context, request, body)
  }
}
