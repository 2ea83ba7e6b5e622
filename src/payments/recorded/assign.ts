import { z } from 'zod'
import type { Router } from '../../api/fastify.ts'
import { writeOperation } from '../../api/operation.ts'
import type { AppContext } from '../../context.ts'
import { absentProblem } from '../../core/absent.ts'
import { required } from '../../core/assert.ts'
import { parseId } from '../../core/id/id.ts'
import { assignPayment, lockUnidentified } from '../../ledger/transfers/assign.ts'
import { sentId } from '../../shapes/primitives.ts'
import { renderBillingPayment } from './render.ts'
import * as schema from './schema.ts'
import { readPayment } from './store.ts'
import { resolveTarget } from './target.ts'

/** `POST /billing/payments/{payment}/assignments`: gives unidentified money to the customer whose it is. */
export function paymentAssignRoute(router: Router, app: AppContext): void {
  writeOperation(
    router,
    app,
    {
      method: 'POST',
      url: '/billing/payments/:payment/assignments',
      id: 'assignPayment',
      tag: 'Payments',
      scope: 'payments',
      summary: 'Assign a payment whose payer was unknown',
      description:
        'All that is left of it becomes a new payment of the customer, which is applied like a recorded one, and counts from when the money was received. Once only. Emits obligation.amount_applied for each obligation, and payment.amount_unapplied for what stays.',
      params: z.object({ payment: sentId('payment') }),
      body: schema.createAssignmentBody,
      responses: { 201: schema.billingPayment },
      errors: ['not_found', 'payment_state'],
    },
    async (connection, { params, body, context }) => {
      const { environment } = context
      const id = parseId('payment', params.payment)
      if (id === undefined) throw absentProblem('payment', params.payment, { parameter: 'payment' })
      const payment = await lockUnidentified(connection, context, id)
      const targeting = { ...body.to, policy: body.policy }
      const { target, customer_id } = await resolveTarget(connection, environment.id, targeting, '/to')
      const receiver = { target, customer_id: required(customer_id, 'what was looked up has a customer') }
      const assigned = await assignPayment(connection, context, payment, receiver)
      const { row, obligations } = await readPayment(connection, environment.id, assigned)
      return { status: 201, body: renderBillingPayment(environment, row, obligations) }
    },
    { committed: app.eventsCommitted },
  )
}
