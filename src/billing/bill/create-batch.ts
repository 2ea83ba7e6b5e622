import type { Router } from '../../api/fastify.ts'
import type { AppContext, RequestContext } from '../../context.ts'
import { createBatchOperation } from '../object/create-batch.ts'
import { openingOf } from '../object/opening.ts'
import { bills } from './resource.ts'
import { type CreateBill, createBillBody } from './schema.ts'
import { createBill } from './service.ts'

/** `POST /billing/bills/batch`. */
export function billBatchRoute(router: Router, app: AppContext): void {
  createBatchOperation(
    router,
    app,
    bills,
    {
      url: '/billing/bills/batch',
      id: 'createBillBatch',
      summary: 'Create many bills',
      row: createBillBody,
      answer: 'BillBatch',
    },
    (connection, { context }, body) => createBill(connection, app, context, body),
    checkBill,
  )
}

/** The customers and accounts that a bill may make with it open their balances. */
function checkBill({ now }: RequestContext, { customer, account }: CreateBill): void {
  if (typeof customer === 'object') openingOf(customer, now, '/customer')
  if (typeof account !== 'object') return
  openingOf(account, now, '/account')
  if (typeof account.customer === 'object') openingOf(account.customer, now, '/account/customer')
}
