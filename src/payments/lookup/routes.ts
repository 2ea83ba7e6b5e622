import { z } from 'zod'
import type { Router } from '../../api/fastify.ts'
import { readOperation } from '../../api/operation.ts'
import type { AppContext } from '../../context.ts'
import { comparableReference } from '../../core/reference-text.ts'
import { paymentRules, shownCurrency, typedReference } from '../../shapes/primitives.ts'
import { lookUp } from './service.ts'

// A customer's item is the sum of its balances and bills.
const owed = z.int().min(0).describe('Minor units')

const lookupsMax = 1_000

const lookupResult = z
  .object({
    kind: z.enum(['customer', 'account', 'bill', 'paycode']),
    id: z.string().max(50).describe('Of a paycode, the id of the payment that waits for it'),
    name: z.string().max(255).optional().describe("The customer's name, which the clerk confirms"),
    description: z.string().max(500).optional().describe('What the bill is for'),
    amount_due: owed,
    pending_amount: owed.describe(
      'Of payments that have been charged and are not confirmed yet: money that is on its way',
    ),
    currency: shownCurrency,
    payment_rules: paymentRules,
  })
  .meta({ id: 'LookupResult' })
const lookup = z.object({ data: z.array(lookupResult).max(lookupsMax) })

/** `GET /billing/lookups`: what a pay point needs before it takes money. The reference is never logged. */
export function lookupRoutes(router: Router, app: AppContext): void {
  readOperation(
    router,
    app,
    {
      method: 'GET',
      url: '/billing/lookups',
      id: 'lookUp',
      tag: 'Payments',
      scope: 'read',
      summary: 'Look up what is due under a reference',
      description:
        'What a pay point needs before it takes money. One reference may belong to a customer, an account and a bill at once; archived objects and voided bills are left out. A paycode that can be paid now is found too, with the amount that it is for.',
      query: z.strictObject({ reference: typedReference }),
      responses: { 200: lookup },
      errors: ['amount_out_of_range'],
    },
    async ({ query, context: { environment } }) => ({
      status: 200,
      body: { data: await lookUp(app, environment, comparableReference(query.reference)) },
    }),
  )
}
