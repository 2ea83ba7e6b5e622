import type { Router } from '../../api/fastify.ts'
import { writeOperation } from '../../api/operation.ts'
import type { AppContext } from '../../context.ts'
import { objectParams } from '../object/resource.ts'
import { applyCredit } from './apply.ts'
import { applyCreditBody, creditApplication } from './schema.ts'

/** `POST /billing/customers/{customer}/credit_applications`: credit of a customer is set off against what it owes. */
export function creditRoutes(router: Router, app: AppContext): void {
  writeOperation(
    router,
    app,
    {
      method: 'POST',
      url: '/billing/customers/:customer/credit_applications',
      id: 'applyCredit',
      scope: 'billing',
      tag: 'Customers',
      summary: 'Set credit of a customer off against what it owes',
      description:
        'Both balances are of this customer and in one currency. Neither goes beyond zero, and what the customer owes in all stays the same. What is unapplied of a payment is applied by an obligation instead.',
      params: objectParams('customer'),
      body: applyCreditBody,
      responses: { 201: creditApplication },
      errors: ['archived', 'no_balance', 'currency_mismatch', 'amount_exceeds_remaining', 'bill_voided'],
    },
    async (connection, { params, body, context }) => ({
      status: 201,
      body: await applyCredit(connection, context, params.customer, body),
    }),
    { committed: app.eventsCommitted },
  )
}
