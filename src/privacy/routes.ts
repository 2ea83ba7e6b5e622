import { Readable } from 'node:stream'
import { z } from 'zod'
import type { Router } from '../api/fastify.ts'
import { operation } from '../api/operation.ts'
import { customers } from '../billing/customer/resource.ts'
import { entry } from '../billing/history/schema.ts'
import { actionOperation } from '../billing/object/operations.ts'
import { objectParams } from '../billing/object/resource.ts'
import { findOrThrow } from '../billing/object/rows.ts'
import { obligation } from '../billing/obligation/schema.ts'
import type { AppContext } from '../context.ts'
import { billingPayment } from '../payments/recorded/schema.ts'
import { account } from '../shapes/account.ts'
import { bill } from '../shapes/bill.ts'
import { customer } from '../shapes/customer.ts'
import { ownerFields } from '../shapes/object.ts'
import { shownInstant } from '../shapes/primitives.ts'
import { exportCustomer } from './export.ts'
import { pseudonymise } from './pseudonymise.ts'

// An export is whole: it has no pages, and nothing bounds what a customer has.
const exportedMax = 10_000_000
const exported = z
  .object({
    exported_at: shownInstant,
    customer,
    accounts: z.array(account).max(exportedMax),
    bills: z.array(bill).max(exportedMax),
    payments: z.array(billingPayment.omit({ obligations: true })).max(exportedMax),
    obligations: z.array(obligation).max(exportedMax),
    entries: z.array(entry.extend(ownerFields)).max(exportedMax),
  })
  .meta({ id: 'CustomerExport' })

/** What a person may ask for: everything that is kept of them, and that it is erased. Both reach over Billing and payments. */
export function privacyRoutes(router: Router, app: AppContext): void {
  operation(
    router,
    app,
    {
      method: 'GET',
      url: '/billing/customers/:customer/export',
      id: 'exportCustomer',
      tag: customers.tag,
      summary: 'Export everything that is kept of a customer',
      description:
        'One object, sent in pieces as it is read: lists that are read later may hold what has arrived meanwhile.',
      params: objectParams('customer'),
      responses: { 200: exported },
      errors: [404],
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
      summary: 'Erase who a customer is, for good, and keep the accounts',
      description:
        'Name, e-mail, phone, metadata and references are erased, in stored responses and events too. Amounts, dates, ids, reasons and the references of payments stay.',
    },
    pseudonymise,
  )
}
