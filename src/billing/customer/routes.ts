import { Readable } from 'node:stream'
import { z } from 'zod'
import { billingPayment } from '../../payments/recorded/schema.ts'
import { add, addWrite } from '../../api/operation.ts'
import type { App, Platform } from '../../api/platform.ts'
import { instant } from '../../shapes/primitives.ts'
import { account } from '../account/schema.ts'
import { bill } from '../bill/schema.ts'
import { mustFind } from '../object/rows.ts'
import { entry, owner } from '../history/schema.ts'
import { objectRoutes } from '../object/operations.ts'
import { obligation } from '../obligation/schema.ts'
import { answerObject, customers, objectParams } from '../object/resource.ts'
import { exportCustomer } from '../../privacy/export.ts'
import { pseudonymise } from '../../privacy/pseudonymise.ts'
import { createCustomer, customer, updateCustomer } from './schema.ts'
import * as service from './service.ts'

/** Every operation on customers. */
export function customerRoutes(app: App, platform: Platform): void {
  objectRoutes(app, platform, customers, {
    createBody: createCustomer,
    create: (connection, { context }, body) => service.createCustomer(connection, context, body),
    updateBody: updateCustomer,
    update: (connection, { context }, idOrReference, body, ifMatch) =>
      service.updateCustomer(connection, context, idOrReference, body, ifMatch),
  })
  exportRoute(app, platform)
  pseudonymiseRoute(app, platform)
}

// An export is whole: it has no pages, and nothing bounds what a customer has.
const exportedMax = 10_000_000
const exported = z
  .object({
    exported_at: instant,
    customer,
    accounts: z.array(account).max(exportedMax),
    bills: z.array(bill).max(exportedMax),
    payments: z.array(billingPayment.omit({ obligations: true })).max(exportedMax),
    obligations: z.array(obligation).max(exportedMax),
    entries: z.array(entry.extend(owner)).max(exportedMax),
  })
  .meta({ id: 'CustomerExport' })

function exportRoute(app: App, platform: Platform): void {
  add(
    app,
    platform,
    {
      method: 'GET',
      url: `${customers.url}/:customer/export`,
      id: 'exportCustomer',
      tag: customers.name.many,
      summary: 'Export everything that is kept of a customer',
      description:
        'One object, sent in pieces as it is read: lists that are read later may hold what has arrived meanwhile.',
      params: objectParams('customer'),
      answers: { 200: exported },
      refusals: [404],
    },
    async ({ params, context }, reply) => {
      const row = await mustFind(platform.pool, context.environment.id, 'customer', params.customer)
      const pieces = exportCustomer(platform.pool, { platform, context }, row)
      return reply.header('content-type', 'application/json; charset=utf-8').send(Readable.from(pieces))
    },
  )
}

function pseudonymiseRoute(app: App, platform: Platform): void {
  addWrite(
    app,
    platform,
    {
      method: 'POST',
      url: `${customers.url}/:customer/pseudonymise`,
      id: 'pseudonymiseCustomer',
      tag: customers.name.many,
      summary: 'Erase who a customer is, for good, and keep the accounts',
      description:
        'Name, e-mail, phone, metadata and references give way, in stored answers and events too. Amounts, dates, ids, reasons and the references of payments stay.',
      params: objectParams('customer'),
      answers: { 200: customer },
      etag: true,
      refusals: [404, 409],
    },
    async (connection, { params, context }) => {
      const view = { platform, context }
      return answerObject(customers, view, await pseudonymise(connection, view, params.customer))
    },
  )
}
