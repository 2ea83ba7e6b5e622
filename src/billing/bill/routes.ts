import type { Router } from '../../api/fastify.ts'
import type { AppContext } from '../../context.ts'
import { balanceOperation, entriesOperation } from '../history/operations.ts'
import { billStatementOperation } from '../history/statement.ts'
import { adjustOperation } from '../object/adjustment.ts'
import { archive, archiveText, unarchive, unarchiveText } from '../object/archive.ts'
import { listOperation } from '../object/list/operation.ts'
import { actionOperation, createOperation, retrieveOperation, updateOperation } from '../object/operations.ts'
import { enterBillAdjustment } from './balance.ts'
import { billBatchRoute } from './create-batch.ts'
import { earlierOperation } from './earlier.ts'
import { bills } from './resource.ts'
import { createBillBody, updateBillBody } from './schema.ts'
import * as service from './service.ts'
import { voidBill } from './void.ts'

const createErrors = [
  'not_found',
  'archived',
  'external_reference_taken',
  'currency_required',
  'customer_mismatch',
  'invalid_dates',
  'period_closed',
  'invalid_payment_rules',
  'card_number',
  'invalid_lines',
  'url_not_allowed',
] as const
const updateErrors = [
  'currency_fixed',
  'bill_voided',
  'amount_paid_below_applied',
  'archived',
  'precondition_failed',
  'amount_exceeds_remaining',
  'metadata_too_large',
  'invalid_payment_rules',
  'card_number',
  'bill_paid',
  'invalid_dates',
  'invalid_lines',
  'url_not_allowed',
] as const
const adjustErrors = [
  'bill_voided',
  'archived',
  'currency_mismatch',
  'amount_out_of_range',
  'amount_exceeds_remaining',
  'card_number',
  'invalid_dates',
  'period_closed',
] as const

/** Every operation on bills. */
export function billRoutes(router: Router, app: AppContext): void {
  createOperation(
    router,
    app,
    bills,
    {
      url: '/billing/bills',
      id: 'createBill',
      summary: 'Create a bill',
      body: createBillBody,
      errors: createErrors,
    },
    (connection, { context }, body) => service.createBill(connection, app, context, body),
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
      errors: ['bill_voided', 'bill_has_payments', 'payment_in_progress', 'archived'],
    },
    (connection, { context }, named) => voidBill(connection, context, named),
  )
  billBatchRoute(router, app)
  retrieveOperation(router, app, bills, {
    url: '/billing/bills/:bill',
    id: 'retrieveBill',
    summary: 'Retrieve a bill',
  })
  updateOperation(
    router,
    app,
    bills,
    {
      url: '/billing/bills/:bill',
      id: 'updateBill',
      summary: 'Update a bill',
      body: updateBillBody,
      errors: updateErrors,
    },
    (connection, { context }, named, body, ifMatch) =>
      service.updateBill(connection, app, context, named, body, ifMatch),
  )
  listOperation(router, app, bills, { url: '/billing/bills', id: 'listBills', summary: 'List bills' })
  adjustOperation(
    router,
    app,
    bills,
    {
      url: '/billing/bills/:bill/adjustments',
      id: 'adjustBill',
      summary: 'Adjust the amount to be paid of a bill',
      errors: adjustErrors,
    },
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
    {
      url: '/billing/bills/:bill/archive',
      id: 'archiveBill',
      summary: 'Archive a bill',
      description: archiveText,
      errors: ['balance_not_zero', 'payment_in_progress'],
    },
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
      errors: ['archived'],
    },
    (connection, { context }, named) => unarchive(connection, context, 'bill', named),
  )
}

function historyRoutes(router: Router, app: AppContext): void {
  earlierOperation(router, app)
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
  billStatementOperation(router, app, bills, {
    url: '/billing/bills/:bill/statement',
    id: 'retrieveBillStatement',
    summary: 'Retrieve a statement of a bill',
  })
}
