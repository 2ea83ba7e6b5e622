import { z } from 'zod'
import type { Router } from '../../api/fastify.ts'
import { readOperation } from '../../api/operation.ts'
import type { AppContext } from '../../context.ts'
import { findPaymentOrThrow } from '../../payments/recorded/store.ts'
import { sentId } from '../../shapes/primitives.ts'
import { bestOf } from '../hit.ts'
import { readObjects } from '../read-objects.ts'
import { type Suggestion, suggestionsMax, suggestionsShape } from '../schema.ts'
import { findSuggestions } from './find-suggestions.ts'

/** `GET /billing/payments/{payment}/suggestions`: what money that waits for a decision may be for. It decides nothing. */
export function suggestionRoutes(router: Router, app: AppContext): void {
  readOperation(
    router,
    app,
    {
      method: 'GET',
      url: '/billing/payments/:payment/suggestions',
      id: 'suggestTargets',
      tag: 'Payments',
      scope: 'read',
      summary: 'Suggest what unidentified or unapplied money may be for',
      description:
        "Customers, accounts and bills whose external reference stands in `details.text` or in the payment's reference, in whatever spaces, punctuation and capitals a bank writes it, and debts of exactly the amount that waits: of the customer, or among the newest 1,000 unpaid bills when the payer is unknown. What matches by both comes first, then what is named and owes, then what is named. Nothing is applied by it. Of a payment of which nothing waits there are none.",
      params: z.object({ payment: sentId('payment') }),
      responses: { 200: suggestionsShape },
    },
    async ({ params, context }) => {
      const payment = await findPaymentOrThrow(app.pool, context.environment.id, params.payment)
      const amount = payment.suspense_amount + payment.unapplied_amount
      if (amount === 0n) return { status: 200, body: { data: [] } }
      const hits = await findSuggestions(app.pool, { ...payment, amount })
      const data = await readObjects(app.pool, context, bestOf(hits, suggestionsMax))
      return { status: 200, body: { data: data as Suggestion[] } }
    },
  )
}
