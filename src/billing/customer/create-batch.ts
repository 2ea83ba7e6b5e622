import type { Router } from '../../api/fastify.ts'
import type { AppContext } from '../../context.ts'
import { createBatchOperation } from '../object/create-batch.ts'
import { openingOf } from '../object/opening.ts'
import { customers } from './resource.ts'
import { createCustomerBody } from './schema.ts'
import { createCustomer } from './service.ts'

/** `POST /billing/customers/batch`. */
export function customerBatchRoute(router: Router, app: AppContext): void {
  createBatchOperation(
    router,
    app,
    customers,
    {
      url: '/billing/customers/batch',
      id: 'createCustomerBatch',
      summary: 'Create many customers',
      row: createCustomerBody,
      answer: 'CustomerBatch',
    },
    (connection, { context }, body) => createCustomer(connection, context, body),
    ({ now }, body) => openingOf(body, now, ''),
  )
}
