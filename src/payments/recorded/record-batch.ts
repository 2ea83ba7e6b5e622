import { batchOperation } from '../../api/batch/operation.ts'
import type { Router } from '../../api/fastify.ts'
import { findObjects } from '../../billing/object/rows.ts'
import type { AppContext } from '../../context.ts'
import { formatId, parseId } from '../../core/id/id.ts'
import type { Queryable } from '../../database/pool.ts'
import { readRest, recordPayment } from './record.ts'
import { rehearsePayment } from './rehearse.ts'
import { billingPayment, type CreatePayment, createPaymentBody, paymentPreview } from './schema.ts'

/** `POST /billing/payments/batch`: records many payments, through the queue of single ones. */
export function paymentBatchRoute(router: Router, app: AppContext): void {
  batchOperation(
    router,
    app,
    {
      url: '/billing/payments/batch',
      id: 'createPaymentBatch',
      tag: 'Payments',
      scope: 'payments',
      summary: 'Record many payments that were received elsewhere',
      description:
        'Each row is recorded as by itself, once: sent again under the same reference it is answered 200 with the first payment. A dry run shows how each would be allocated if it were alone.',
      row: createPaymentBody,
      shown: [billingPayment, paymentPreview],
      answer: 'PaymentBatch',
    },
    {
      check: (context, input) => readRest(context, input),
      prepare: ({ environment }, inputs) => nameById(app.pool, environment.id, inputs),
      limitOf: () => app.batchLimits.payments,
      carryOut: (context, input) => recordPayment(app, context, input),
      rehearse: (context, input) => rehearsePayment(app, context, input),
    },
  )
}

/**
 * Names the targets by their ids, looked up at once for all of a kind. What is not found keeps its name: its row is refused with it.
 * Allocations are looked up by their row.
 */
async function nameById(pool: Queryable, environmentId: number, inputs: CreatePayment[]): Promise<CreatePayment[]> {
  const kinds = ['customer', 'account', 'bill'] as const
  const found = await Promise.all(
    kinds.map(async (kind) => {
      const named = new Set(inputs.flatMap((input) => input[kind] ?? []).filter((name) => !parseId(kind, name)))
      return named.size === 0 ? new Map() : await findObjects(pool, environmentId, kind, [...named])
    }),
  )
  return inputs.map((input) => {
    const named = { ...input }
    for (const [index, kind] of kinds.entries()) {
      const object = found[index]?.get(input[kind] ?? '')
      if (object) named[kind] = formatId(kind, object.id)
    }
    return named
  })
}
