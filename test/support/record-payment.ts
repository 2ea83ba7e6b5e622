import { randomUUID } from 'node:crypto'
import type { RequestContext, RequestEnvironment } from '../../src/context.ts'
import { sha256 } from '../../src/core/secret.ts'
import { newClaim } from '../../src/database/idempotency.ts'
import type { PaymentQueue } from '../../src/ledger/payments/queue.ts'
import { recordPayment } from '../../src/payments/recorded/record.ts'
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
    const { app, database } = server()
    environment ??= (await database.pool.query<RequestEnvironment>("select * from environment where mode = 'test'"))
      .rows[0]
    const to = typeof target === 'string' ? { allocations: [{ account: target, amount }] } : target
    const body = { amount, currency: 'ZAR', channel: 'till', reference, ...to }
    const now = app.clock.now()
    const context: RequestContext = {
      environment: environment as RequestEnvironment,
      actor: 'command:test',
      request_id: 'req_1',
      now,
      idempotency: newClaim((environment as RequestEnvironment).id, key, sha256(JSON.stringify(body)), now),
      instance: '/billing/payments',
    }
    return recordPayment({ ...app, payments }, context, body)
  }
}
