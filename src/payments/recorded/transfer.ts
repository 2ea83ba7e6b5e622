import { z } from 'zod'
import type { Router } from '../../api/fastify.ts'
import { writeOperation } from '../../api/operation.ts'
import type { AppContext } from '../../context.ts'
import { absentProblem } from '../../core/absent.ts'
import { required } from '../../core/assert.ts'
import { parseId } from '../../core/id/id.ts'
import { fieldProblem } from '../../core/problem.ts'
import { lockTransferable, transferPayment } from '../../ledger/transfers/transfer.ts'
import { sentId } from '../../shapes/primitives.ts'
import { renderBillingPayment } from './render.ts'
import * as schema from './schema.ts'
import { readPayment } from './store.ts'
import { resolveTarget } from './target.ts'

/** `POST /billing/payments/{payment}/transfers`: moves money that was posted to the wrong customer on to the right one. */
export function paymentTransferRoute(router: Router, app: AppContext): void {
  writeOperation(
    router,
    app,
    {
      method: 'POST',
      url: '/billing/payments/:payment/transfers',
      id: 'transferPayment',
      scope: 'payments',
      tag: 'Payments',
      summary: 'Transfer money of a payment to another customer',
      description:
        'It becomes a new payment of that customer, which is applied like a recorded one, and counts from when the money was received. What is unapplied goes first, then the obligations, newest first. Emits payment.transferred and obligation.amount_reversed for each obligation that is reduced; for the new payment obligation.amount_applied for each obligation, and payment.amount_unapplied for what stays.',
      params: z.object({ payment: sentId('payment') }),
      body: schema.createTransferBody,
      responses: { 201: schema.billingPayment },
      errors: [
        'not_found',
        'payment_state',
        'same_customer',
        'amount_exceeds_remaining',
        'amount_out_of_range',
        'card_number',
      ],
    },
    async (connection, { params, body, context }) => {
      const { environment } = context
      const id = parseId('payment', params.payment)
      if (id === undefined) throw absentProblem('payment', params.payment, { parameter: 'payment' })
      const payment = await lockTransferable(connection, context, id)
      const targeting = { ...body.to, policy: body.policy }
      const { target, customer_id, pointer } = await resolveTarget(connection, environment.id, targeting, '/to')
      if (customer_id === payment.customer_id) {
        throw fieldProblem('same_customer', pointer, 'This is the customer whose money it is.')
      }
      const transferred = await transferPayment(connection, context, payment, {
        target,
        customer_id: required(customer_id, 'what was looked up has a customer'),
        amount: body.amount === undefined ? undefined : BigInt(body.amount),
        reason: body.reason,
      })
      const { row, obligations } = await readPayment(connection, environment.id, transferred)
      return { status: 201, body: renderBillingPayment(environment, row, obligations) }
    },
    { committed: app.eventsCommitted },
  )
}
