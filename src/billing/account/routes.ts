import type { Router } from '../../api/fastify.ts'
import { groupedOperation } from '../../api/operation.ts'
import type { AppContext } from '../../context.ts'
import { account } from '../../shapes/account.ts'
import { balanceOperation, entriesOperation } from '../history/operations.ts'
import { adjustOperation, balanceAdjustmentErrors, enterOn } from '../object/adjustment.ts'
import { archive, archiveText, unarchive, unarchiveText } from '../object/archive.ts'
import { balanceUpdateErrors } from '../object/balance.ts'
import { listOperation } from '../object/list/operation.ts'
import { actionOperation, retrieveOperation, updateOperation } from '../object/operations.ts'
import { accountBatchRoute } from './create-batch.ts'
import { createGroupedAccounts } from './create-grouped.ts'
import { accounts } from './resource.ts'
import { createAccountBody, updateAccountBody } from './schema.ts'
import * as service from './service.ts'

/** Every operation on accounts except the statement, which reaches beyond billing (src/pages/statement/operations.ts). */
export function accountRoutes(router: Router, app: AppContext): void {
  const create = createGroupedAccounts(app)
  groupedOperation(
    router,
    app,
    {
      method: 'POST',
      url: '/billing/accounts',
      id: 'createAccount',
      tag: accounts.tag,
      scope: 'billing',
      summary: 'Create an account',
      body: createAccountBody,
      responses: { 201: account },
      etag: true,
      errors: [
        'not_found',
        'archived',
        'external_reference_taken',
        'currency_required',
        'period_closed',
        'invalid_payment_rules',
        'card_number',
      ],
    },
    ({ body, context }) => create(context, body),
  )
  accountBatchRoute(router, app, create)
  retrieveOperation(router, app, accounts, {
    url: '/billing/accounts/:account',
    id: 'retrieveAccount',
    summary: 'Retrieve an account',
  })
  updateOperation(
    router,
    app,
    accounts,
    {
      url: '/billing/accounts/:account',
      id: 'updateAccount',
      summary: 'Update an account',
      body: updateAccountBody,
      errors: balanceUpdateErrors,
    },
    (connection, { context }, named, body, ifMatch) =>
      service.updateAccount(connection, app, context, named, body, ifMatch),
  )
  listOperation(router, app, accounts, { url: '/billing/accounts', id: 'listAccounts', summary: 'List accounts' })
  adjustOperation(
    router,
    app,
    accounts,
    {
      url: '/billing/accounts/:account/adjustments',
      id: 'adjustAccount',
      summary: 'Adjust the balance of the account',
      errors: balanceAdjustmentErrors,
    },
    enterOn(accounts, 'account.balance_adjusted'),
  )
  archiveRoutes(router, app)
  historyRoutes(router, app)
}

function archiveRoutes(router: Router, app: AppContext): void {
  actionOperation(
    router,
    app,
    accounts,
    {
      url: '/billing/accounts/:account/archive',
      id: 'archiveAccount',
      summary: 'Archive an account',
      description: archiveText,
      errors: ['balance_not_zero', 'payment_in_progress'],
    },
    (connection, { context }, named) => archive(connection, context, 'account', named),
  )
  actionOperation(
    router,
    app,
    accounts,
    {
      url: '/billing/accounts/:account/unarchive',
      id: 'unarchiveAccount',
      summary: 'Unarchive an account',
      description: unarchiveText,
      errors: ['archived'],
    },
    (connection, { context }, named) => unarchive(connection, context, 'account', named),
  )
}

function historyRoutes(router: Router, app: AppContext): void {
  entriesOperation(router, app, accounts, {
    url: '/billing/accounts/:account/entries',
    id: 'listAccountEntries',
    summary: 'List the entries of an account',
  })
  balanceOperation(router, app, accounts, {
    url: '/billing/accounts/:account/balance',
    id: 'retrieveAccountBalance',
    summary: 'Retrieve the balance of an account at a point in time',
  })
}
