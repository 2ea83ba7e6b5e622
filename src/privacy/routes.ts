import { Readable } from 'node:stream'
import { z } from 'zod'
import type { Router } from '../api/fastify.ts'
import { operation } from '../api/operation.ts'
import { earlierParticulars } from '../billing/bill/earlier.ts'
import { customers } from '../billing/customer/resource.ts'
import { entry } from '../billing/history/schema.ts'
import { actionOperation } from '../billing/object/operations.ts'
import { objectParams } from '../billing/object/resource.ts'
import { findOrThrow } from '../billing/object/rows.ts'
import { obligation } from '../billing/obligation/schema.ts'
import type { AppContext } from '../context.ts'
import { exportedReceipt } from '../payments/receipt/render.ts'
import { billingPayment, listedPayment } from '../payments/recorded/schema.ts'
import { refund } from '../payments/refund/schema.ts'
import { account } from '../shapes/account.ts'
import { bill } from '../shapes/bill.ts'
import { toldPaymentRequest, toldPaymentSession } from '../shapes/checkout.ts'
import { customer } from '../shapes/customer.ts'
import { dispute } from '../shapes/dispute.ts'
import { eventFields } from '../shapes/event.ts'
import { ownerFields } from '../shapes/object.ts'
import { shownId, shownInstant } from '../shapes/primitives.ts'
import { toldTransferNotice } from '../shapes/transfer-notice.ts'
import { eraseLeft } from './erase-events.ts'
import { exportCustomer } from './export.ts'
import { pseudonymise } from './pseudonymise.ts'

// Nothing limits how many payments and events are changed.
const erasureMax_ms = 60_000
// Where tables are spread over machines, for the events; the customer whose turn it is then is ended.
const erasedWithin_ms = 3_000

// An export has no pages, and nothing limits how much a customer has.
const exportedMax = 10_000_000
const exportedEvent = z.object(eventFields).meta({ id: 'ExportedEvent' })
const exported = z
  .object({
    exported_at: shownInstant,
    customer,
    accounts: z.array(account).max(exportedMax),
    bills: z.array(bill).max(exportedMax),
    earlier_particulars: z
      .array(earlierParticulars.extend({ bill_id: shownId('bill') }))
      .max(exportedMax)
      .describe('What the bills were for until it was changed'),
    payments: z.array(billingPayment.omit({ obligations: true })).max(exportedMax),
    unidentified_payments: z
      .array(listedPayment)
      .max(exportedMax)
      .describe('What was recorded of their money before it was known to be theirs'),
    receipts: z
      .array(exportedReceipt)
      .max(exportedMax)
      .describe('What the receipts of payments say: those that there are'),
    refunds: z.array(refund).max(exportedMax),
    disputes: z.array(dispute).max(exportedMax),
    obligations: z.array(obligation).max(exportedMax),
    payment_requests: z.array(toldPaymentRequest).max(exportedMax),
    payment_sessions: z.array(toldPaymentSession).max(exportedMax),
    transfer_notices: z.array(toldTransferNotice).max(exportedMax),
    entries: z.array(entry.extend(ownerFields)).max(exportedMax),
    events: z.array(exportedEvent).max(exportedMax).describe('Those that are kept, as they were sent'),
  })
  .meta({ id: 'CustomerExport' })

/** What a person may request: everything that is stored about them, and its erasure. Both span billing and payments. */
export function privacyRoutes(router: Router, app: AppContext): void {
  operation(
    router,
    app,
    {
      method: 'GET',
      url: '/billing/customers/:customer/export',
      id: 'exportCustomer',
      tag: customers.tag,
      scope: 'read',
      summary: 'Export everything that is stored about a customer',
      description: 'One object, streamed as it is read: later lists may include what has arrived meanwhile.',
      params: objectParams('customer'),
      responses: { 200: exported },
    },
    async ({ params, context }, reply) => {
      const row = await findOrThrow(app.pool, context.environment.id, 'customer', params.customer)
      const pieces = exportCustomer(app.pool, { app, context }, row)
      return reply.header('content-type', 'application/json; charset=utf-8').send(Readable.from(pieces))
    },
  )
  actionOperation(
    router,
    app,
    customers,
    {
      url: '/billing/customers/:customer/pseudonymise',
      id: 'pseudonymiseCustomer',
      summary: 'Permanently erase who a customer is, and keep the accounts',
      description:
        'Name, e-mail, phone, metadata, references, what bills are for and what banks say of payments are erased, in stored responses, events and receipts too. Amounts, dates, ids, reasons and the references of payments stay.',
    },
    pseudonymise,
    {
      limit_ms: erasureMax_ms,
      async committed() {
        app.eventsCommitted()
        // It is carried out: what cannot be erased now is left to the job, and whoever asked need not wait for a machine that is away.
        await eraseLeft(app, AbortSignal.timeout(erasedWithin_ms)).catch((error) =>
          app.log.error({ err: error }, 'the events of a pseudonymised customer are not erased yet'),
        )
      },
    },
  )
}
