import type { Router } from '../../api/fastify.ts'
import type { RenderedResponse } from '../../api/response.ts'
import type { AppContext, RequestContext } from '../../context.ts'
import { formatId, parseId } from '../../core/id/id.ts'
import { createBatchOperation } from '../object/create-batch.ts'
import { openingOf } from '../object/opening.ts'
import { findObjects } from '../object/rows.ts'
import { accounts } from './resource.ts'
import { type CreateAccount, createAccountBody } from './schema.ts'
import { createAccount } from './service.ts'

/** `POST /billing/accounts/batch`. The accounts are created by `create`, in the groups of single ones. */
export function accountBatchRoute(
  router: Router,
  app: AppContext,
  create: (context: RequestContext, input: CreateAccount) => Promise<RenderedResponse>,
): void {
  const { accounts: grouped, transactions } = app.batchLimits
  createBatchOperation(
    router,
    app,
    accounts,
    {
      url: '/billing/accounts/batch',
      id: 'createAccountBatch',
      summary: 'Create many accounts',
      row: createAccountBody,
      answer: 'AccountBatch',
    },
    (connection, { context }, body) => createAccount(connection, context, body),
    checkAccount,
    {
      prepare: ({ environment }, inputs) => nameById(app, environment.id, inputs),
      // What is not named by its id has a transaction of its own (create-grouped.ts).
      limitOf: ({ customer }) =>
        typeof customer === 'string' && parseId('customer', customer) ? grouped : transactions,
      carryOut: create,
    },
  )
}

function checkAccount({ now }: RequestContext, body: CreateAccount): void {
  openingOf(body, now, '')
  if (typeof body.customer === 'object') openingOf(body.customer, now, '/customer')
}

/** Names the customers by their ids, looked up at once, so that their accounts can be grouped. */
async function nameById(
  { pool }: Pick<AppContext, 'pool'>,
  environmentId: number,
  inputs: CreateAccount[],
): Promise<CreateAccount[]> {
  const named = inputs.flatMap(({ customer }) => (typeof customer === 'string' ? customer : []))
  const references = [...new Set(named)].filter((name) => !parseId('customer', name))
  if (references.length === 0) return inputs
  const found = await findObjects(pool, environmentId, 'customer', references)
  return inputs.map((input) => {
    const object = typeof input.customer === 'string' ? found.get(input.customer) : undefined
    return object ? { ...input, customer: formatId('customer', object.id) } : input
  })
}
