import type { Router } from '../../api/fastify.ts'
import type { AppContext } from '../../context.ts'
import { balanceOperation, entriesOperation } from '../history/operations.ts'
import { adjustOperation, balanceAdjustmentErrors, enterOn } from '../object/adjustment.ts'
import { archive, archiveText, unarchive, unarchiveText } from '../object/archive.ts'
import { balanceUpdateErrors } from '../object/balance.ts'
import { listOperation } from '../object/list/operation.ts'
import { actionOperation, createOperation, retrieveOperation, updateOperation } from '../object/operations.ts'
import { customerBatchRoute } from './create-batch.ts'
import { customers } from './resource.ts'
import { createCustomerBody, updateCustomerBody } from './schema.ts'
import * as service from './service.ts'

/** Every operation on customers except export and pseudonymise (src/privacy/routes.ts) and the statement, which reach beyond billing. */
export function customerRoutes(router: Router, app: AppContext): void {
  createOperation(
    router,
    app,
    customers,
    {
      url: '/billing/customers',
      id: 'createCustomer',
      summary: 'Create a customer',
      body: createCustomerBody,
      errors: [
        'external_reference_taken',
        'currency_required',
        'period_closed',
        'invalid_payment_rules',
        'card_number',
      ],
    },
    (connection, { context }, body) => service.createCustomer(connection, context, body),
  )
  customerBatchRoute(router, app)
  retrieveOperation(router, app, customers, {
    url: '/billing/customers/:customer',
    id: 'retrieveCustomer',
    summary: 'Retrieve a customer',
  })
  updateOperation(
    router,
    app,
    customers,
    {
      url: '/billing/customers/:customer',
      id: 'updateCustomer',
      summary: 'Update a customer',
      body: updateCustomerBody,
      errors: balanceUpdateErrors,
    },
    (connection, { context }, named, body, ifMatch) =>
      service.updateCustomer(connection, app, context, named, body, ifMatch),
  )
  listOperation(router, app, customers, { url: '/billing/customers', id: 'listCustomers', summary: 'List customers' })
  adjustOperation(
    router,
    app,
    customers,
    {
      url: '/billing/customers/:customer/adjustments',
      id: 'adjustCustomer',
      summary: 'Adjust the balance of the customer',
      errors: balanceAdjustmentErrors,
    },
    enterOn(customers, 'customer.balance_adjusted'),
  )
  archiveRoutes(router, app)
  historyRoutes(router, app)
}

function archiveRoutes(router: Router, app: AppContext): void {
  actionOperation(
    router,
    app,
    customers,
    {
      url: '/billing/customers/:customer/archive',
      id: 'archiveCustomer',
      summary: 'Archive a customer',
      description: archiveText,
      errors: ['balance_not_zero', 'payment_in_progress'],
    },
    (connection, { context }, named) => archive(connection, context, 'customer', named),
  )
  actionOperation(
    router,
    app,
    customers,
    {
      url: '/billing/customers/:customer/unarchive',
      id: 'unarchiveCustomer',
      summary: 'Unarchive a customer',
      description: unarchiveText,
    },
    (connection, { context }, named) => unarchive(connection, context, 'customer', named),
  )
}

function historyRoutes(router: Router, app: AppContext): void {
  entriesOperation(router, app, customers, {
    url: '/billing/customers/:customer/entries',
    id: 'listCustomerEntries',
    summary: 'List the entries of a customer',
  })
  balanceOperation(router, app, customers, {
    url: '/billing/customers/:customer/balance',
    id: 'retrieveCustomerBalance',
    summary: 'Retrieve the balance of a customer at a point in time',
  })
}
