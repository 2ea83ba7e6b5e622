import { z } from 'zod'
import type { Router } from '../../api/fastify.ts'
import { readOperation } from '../../api/operation.ts'
import {
  createdQuery,
  idRange,
  type PageStart,
  pageOf,
  pageQuery,
  readPage,
  renderListPage,
  updatedQuery,
} from '../../api/pagination.ts'
import { findObject } from '../../billing/object/rows.ts'
import type { AppContext } from '../../context.ts'
import { bucketOfValue } from '../../core/bucket.ts'
import type { Id } from '../../core/id/id.ts'
import { parameterProblem } from '../../core/problem.ts'
import { comparableReference } from '../../core/reference-text.ts'
import { Conditions } from '../../database/conditions.ts'
import type { Queryable } from '../../database/pool.ts'
import { idOrReference, keptCurrencyCode, typedReference } from '../../shapes/primitives.ts'
import { renderListedPayment } from './render.ts'
import { channel, listedPayment, paymentStatus } from './schema.ts'
import { type PaymentRow, paymentSelect } from './store.ts'

const listPayments = z.strictObject({
  ...pageQuery,
  channel: channel.optional(),
  reference: typedReference
    .optional()
    .describe('Only together with a channel, since a reference is unique per channel'),
  status: paymentStatus.optional(),
  customer: idOrReference.optional().describe('Id or external reference'),
  account: idOrReference.optional().describe('Id or external reference: payments that were applied to it'),
  currency: keptCurrencyCode.optional(),
  ...createdQuery,
  ...updatedQuery,
})
type ListPayments = z.output<typeof listPayments>

/** `GET /billing/payments`: newest first, by cursors, with filters. */
export function paymentListRoute(router: Router, app: AppContext): void {
  readOperation(
    router,
    app,
    {
      method: 'GET',
      url: '/billing/payments',
      id: 'listPayments',
      tag: 'Payments',
      summary: 'List payments',
      query: listPayments,
      responses: { 200: pageOf(listedPayment) },
      errors: ['invalid_cursor'],
    },
    async ({ query, context: { environment } }) => {
      const { limit, cursor, ...sent } = query
      refuseAlone(query)
      const filters = { environment_id: environment.id, ...sent }
      const page = readPage(app, 'payment', { limit, cursor }, filters)
      const rows = await findPayments(app.pool, environment.id, query, page)
      const render = (row: PaymentRow) => renderListedPayment(environment, row)
      const shown = renderListPage(app, 'payment', filters, rows, limit, render, ({ id }) => id)
      return { status: 200, body: shown }
    },
  )
}

/** No key holds the reference without its channel, nor when a payment was changed. */
function refuseAlone({ reference, channel, updated_from, customer, account, created_from }: ListPayments): void {
  if (reference !== undefined && channel === undefined) {
    throw parameterProblem('reference', 'filter_alone', 'can be used only together with channel')
  }
  if (updated_from === undefined || [reference, customer, account, created_from].some((one) => one !== undefined))
    return
  throw parameterProblem(
    'updated_from',
    'filter_alone',
    'can be used only together with customer, account, reference or created_from',
  )
}

/** Up to `limit + 1` payments, newest first. Every filter has an index path; see the migration of payments. */
export async function findPayments(
  database: Queryable,
  environmentId: number,
  query: ListPayments,
  page: PageStart,
): Promise<PaymentRow[]> {
  const { from, below } = idRange(query, page)
  const conditions = new Conditions()
  conditions.and`e.environment_id = ${environmentId} and e.id >= ${from} and e.id < ${below}`
  if (!(await addNamed(conditions, database, environmentId, query))) return []
  const { status, currency, channel, updated_from } = query
  if (status !== undefined) conditions.and`e.status = ${status}`
  // The planner uses the partial index of rare statuses only where the statement repeats its condition.
  if (status !== undefined && status !== 'succeeded') conditions.and`e.status <> 'succeeded'`
  if (currency !== undefined) conditions.and`e.currency = ${currency}`
  if (channel !== undefined) conditions.and`e.channel = ${channel}`
  if (updated_from !== undefined) conditions.and`e.updated_at >= ${updated_from}`
  const { rows } = await database.query<PaymentRow>({
    text: `${paymentSelect} where ${conditions.text} order by e.id desc limit ${page.limit + 1}`,
    values: conditions.values,
  })
  return rows
}

/** The filters that name an object. Returns false when there is no such object: then the list is empty. */
async function addNamed(
  conditions: Conditions,
  database: Queryable,
  environmentId: number,
  { channel, reference, customer, account }: ListPayments,
): Promise<boolean> {
  if (reference !== undefined && channel !== undefined) {
    const key = comparableReference(reference)
    const { rows } = await database.query<{ payment_id: Id }>({
      name: 'find-payment-reference',
      text: `select payment_id from payment_reference
        where environment_id = $1 and channel = $2 and reference = $3 and bucket = $4`,
      values: [environmentId, channel, key, bucketOfValue(`${channel}\n${key}`)],
    })
    if (rows[0] === undefined) return false
    conditions.and`e.id = ${rows[0].payment_id}`
  }
  if (customer !== undefined) {
    const found = await findObject(database, environmentId, 'customer', customer)
    if (!found) return false
    conditions.and`e.customer_id = ${found.id} and e.bucket = ${found.bucket}`
  }
  if (account !== undefined) {
    const found = await findObject(database, environmentId, 'account', account)
    if (!found) return false
    conditions.and`e.customer_id = ${found.customer_id} and e.bucket = ${found.bucket}`
    conditions.and`exists (select from application as a
      where a.payment_id = e.id and a.bucket = e.bucket and a.receivable_id = ${found.id})`
  }
  return true
}
