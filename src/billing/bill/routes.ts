import type { Router } from '../../api/fastify.ts'
import type { AppContext } from '../../context.ts'
import { balanceOperation, entriesOperation, statementOperation } from '../history/operations.ts'
import { adjustOperation } from '../object/adjustment.ts'
import { archive, archiveText, unarchive, unarchiveText } from '../object/archive.ts'
import { listOperation } from '../object/list/operation.ts'
import { actionOperation, createOperation, retrieveOperation, updateOperation } from '../object/operations.ts'
import { enterBillAdjustment } from './balance.ts'
import { bills } from './resource.ts'
import { createBillBody, updateBillBody } from './schema.ts'
import * as service from './service.ts'
import { voidBill } from './void.ts'

/** Every operation on bills. */
export function billRoutes(router: Router, app: AppContext): void {
  createOperation(
    router,
    app,
    bills,
    { url: '/billing/bills', id: 'createBill', summary: 'Create a bill', body: createBillBody },
    (connection, { context }, body) => service.createBill(connection, context, body),
  )
  actionOperation(
    router,
    app,
    bills,
    {
      url: '/billing/bills/:bill/void',
      id: 'voidBill',
      summary: 'Void a bill permanently',
      description:
        'A voided bill can be neither paid nor changed. Refused when money has been applied to the bill, or while a payment of it is in progress. Payments that were begun and not charged are cancelled.',
    },
    (connection, { context }, named) => voidBill(connection, context, named),
  )
  retrieveOperation(router, app, bills, {
    url: '/billing/bills/:bill',
    id: 'retrieveBill',
    summary: 'Retrieve a bill',
  })
  updateOperation(
    router,
    app,
    bills,
    { url: '/billing/bills/:bill', id: 'updateBill', summary: 'Update a bill', body: updateBillBody },
    (connection, { context }, named, body, ifMatch) => service.updateBill(connection, context, named, body, ifMatch),
  )
  listOperation(router, app, bills, { url: '/billing/bills', id: 'listBills', summary: 'List bills' })
  adjustOperation(
    router,
    app,
    bills,
    { url: '/billing/bills/:bill/adjustments', id: 'adjustBill', summary: 'Adjust the amount to be paid of a bill' },
    enterBillAdjustment,
  )
  archiveRoutes(router, app)
  historyRoutes(router, app)
}

function archiveRoutes(router: Router, app: AppContext): void {
  actionOperation(
    router,
    app,
    bills,
    { url: '/billing/bills/:bill/archive', id: 'archiveBill', summary: 'Archive a bill', description: archiveText },
    (connection, { context }, named) => archive(connection, context, 'bill', named),
  )
  actionOperation(
    router,
    app,
    bills,
    {
      url: '/billing/bills/:bill/unarchive',
      id: 'unarchiveBill',
      summary: 'Unarchive a bill',
      description: unarchiveText,
    },
    (connection, { context }, named) => unarchive(connection, context, 'bill', named),
  )
}

function historyRoutes(router: Router, app: AppContext): void {
  entriesOperation(router, app, bills, {
    url: '/billing/bills/:bill/entries',
    id: 'listBillEntries',
    summary: 'List the entries of a bill',
  })
  balanceOperation(router, app, bills, {
    url: '/billing/bills/:bill/balance',
    id: 'retrieveBillBalance',
    summary: 'Retrieve the balance of a bill at a point in time',
  })
  statementOperation(router, app, bills, {
    url: '/billing/bills/:bill/statement',
    id: 'retrieveBillStatement',
    summary: 'Retrieve a statement of a bill',
  })
}
