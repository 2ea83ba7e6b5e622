import type { z } from 'zod'
import { batchOperation } from '../../api/batch/operation.ts'
import { rehearse } from '../../api/batch/rehearse.ts'
import type { Router } from '../../api/fastify.ts'
import { writeOnce } from '../../api/idempotency.ts'
import { renderResponse } from '../../api/response.ts'
import type { AppContext } from '../../context.ts'
import { pastInstant } from '../../core/effective-at.ts'
import type { Connection } from '../../database/pool.ts'
import { idOrReference } from '../../shapes/primitives.ts'
import { accounts } from '../account/resource.ts'
import { enterBillAdjustment } from '../bill/balance.ts'
import { customers } from '../customer/resource.ts'
import { adjustment, adjustObject, createAdjustment, enterOn } from '../object/adjustment.ts'
import { besideEachOther, takenBack } from '../object/create-batch.ts'
import { type Named, namedOne } from '../object/named.ts'
import type { ChangeView } from '../object/operations.ts'

const row = createAdjustment
  .safeExtend({
    customer: idOrReference.optional(),
    account: idOrReference.optional(),
    bill: idOrReference.optional(),
  })
  .superRefine(({ customer, account, bill }, context) => {
    if ([customer, account, bill].filter((value) => value !== undefined).length === 1) return
    const message = 'should name exactly one of customer, account and bill, such as "bill": "INV-0042"'
    context.addIssue({ code: 'custom', path: [], message, input: undefined })
  })
  .meta({ id: 'AdjustmentRow' })
type Row = z.output<typeof row>

/** `POST /billing/adjustments/batch`: adjusts many balances, each of a customer, an account or a bill. */
export function adjustmentBatchRoute(router: Router, app: AppContext): void {
  batchOperation(
    router,
    app,
    {
      url: '/billing/adjustments/batch',
      id: 'createAdjustmentBatch',
      tag: 'Adjustments',
      scope: 'billing',
      summary: 'Adjust many balances',
      description: `Each row names the customer, the account or the bill that it adjusts. ${besideEachOther}`,
      row,
      shown: [adjustment, takenBack],
      answer: 'AdjustmentBatch',
    },
    {
      check({ now }, { effective_at }) {
        if (effective_at !== undefined) pastInstant(effective_at, now, '/effective_at')
      },
      limitOf: () => app.batchLimits.transactions,
      carryOut: (context, input) =>
        writeOnce(
          app,
          context,
          async (connection) => {
            const body = await adjustNamed(connection, { app, context }, input)
            return renderResponse<{ 201: typeof adjustment }>({ status: 201, body })
          },
          { committed: app.eventsCommitted },
        ),
      rehearse: (context, input) => rehearse(app, (connection) => adjustNamed(connection, { app, context }, input)),
    },
  )
}

/** Adjusts what a row names, in the way of its kind. */
function adjustNamed(
  connection: Connection,
  view: ChangeView,
  { customer, account, bill, ...input }: Row,
): Promise<z.input<typeof adjustment>> {
  const target: Named = { customer, account, bill }
  const { kind, named, pointer } = namedOne(target, '')
  const place = { pointer }
  switch (kind) {
    case 'customer':
      return adjustObject(connection, view, kind, named, input, adjustCustomer, place)
    case 'account':
      return adjustObject(connection, view, kind, named, input, adjustAccount, place)
    case 'bill':
      return adjustObject(connection, view, kind, named, input, enterBillAdjustment, place)
  }
}

const adjustCustomer = enterOn(customers, 'customer.balance_adjusted')
const adjustAccount = enterOn(accounts, 'account.balance_adjusted')
