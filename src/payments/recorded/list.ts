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
import { bucketOf, type Id } from '../../core/id/id.ts'
import { parameterProblem } from '../../core/problem.ts'
import { comparableReference } from '../../core/reference-text.ts'
import { Conditions } from '../../database/conditions.ts'
import type { Queryable } from '../../database/pool.ts'
import { loadSql } from '../../database/sql.ts'
import { idOrReference, instant, keptCurrencyCode, typedReference } from '../../shapes/primitives.ts'
import { renderListedPayment } from './render.ts'
import { channel, listedPayment, paymentStatus } from './schema.ts'
import { type PaymentRow, paymentSelect } from './store.ts'

const findReferenceInChannelsSql = loadSql(import.meta.url, './sql/find-reference-in-channels.sql')

const besideNames = ['customer', 'account', 'bill', 'reference', 'created_from'] as const
const beside = `Only together with ${besideNames.join(', ').replace(/, (\w+)$/, ' or $1')}`

const listPayments = z.strictObject({
  ...pageQuery,
  channel: channel.optional(),
  reference: typedReference
    .optional()
    .describe('A reference is unique per channel, so without one there may be several'),
  status: paymentStatus.optional(),
  customer: idOrReference.optional().describe('Id or external reference'),
  account: idOrReference.optional().describe('Id or external reference: payments that were applied to it'),
  bill: idOrReference.optional().describe('Id or external reference: payments that were applied to it'),
  currency: keptCurrencyCode.optional(),
  received_from: instant.optional().describe(`Received at this instant or later. ${beside}`),
  received_to: instant.optional().describe(`Received at this instant or earlier. ${beside}`),
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

const aloneRefused = ['updated_from', 'received_from', 'received_to'] as const

/** No key holds when a payment was changed or received: these filters go through what another one leaves. */
function refuseAlone(query: ListPayments): void {
  if (besideNames.some((name) => query[name] !== undefined)) return
  const refused = aloneRefused.find((name) => query[name] !== undefined)
  if (refused === undefined) return
  const detail = `can be used only together with ${beside.slice('Only together with '.length)}`
  throw parameterProblem(refused, 'filter_alone', detail)
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
  const { status, currency, channel, updated_from, received_from, received_to } = query
  if (status !== undefined) conditions.and`e.status = ${status}`
  // The planner uses the partial index of rare statuses only where the statement repeats its condition.
  if (status !== undefined && status !== 'succeeded') conditions.and`e.status <> 'succeeded'`
  if (currency !== undefined) conditions.and`e.currency = ${currency}`
  if (channel !== undefined) conditions.and`e.channel = ${channel}`
  if (updated_from !== undefined) conditions.and`e.updated_at >= ${updated_from}`
  if (received_from !== undefined) conditions.and`e.received_at >= ${received_from}`
  if (received_to !== undefined) conditions.and`e.received_at <= ${received_to}`
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
  { channel, reference, customer, account, bill }: ListPayments,
): Promise<boolean> {
  if (reference !== undefined) {
    const ids = await findByReference(database, environmentId, reference, channel)
    if (ids.length === 0) return false
    conditions.and`e.id = any (${ids}::uuid[]) and e.bucket = any (${ids.map(bucketOf)}::integer[])`
  }
  if (customer !== undefined) {
    const found = await findObject(database, environmentId, 'customer', customer)
    if (!found) return false
    conditions.and`e.customer_id = ${found.id} and e.bucket = ${found.bucket}`
  }
  for (const [kind, named] of Object.entries({ account, bill })) {
    if (named === undefined) continue
    const found = await findObject(database, environmentId, kind as 'account' | 'bill', named)
    if (!found) return false
    conditions.and`e.customer_id = ${found.customer_id} and e.bucket = ${found.bucket}`
    conditions.and`exists (select from application as a
      where a.payment_id = e.id and a.bucket = e.bucket and a.receivable_id = ${found.id})`
  }
  return true
}

/** The payments that have a reference, in one channel or in any. */
export async function findByReference(
  database: Queryable,
  environmentId: number,
  reference: string,
  channel: string | undefined,
): Promise<Id[]> {
  const key = comparableReference(reference)
  const { rows } = await database.query<{ payment_id: Id }>(
    channel === undefined
      ? { ...findReferenceInChannelsSql, values: [environmentId, key] }
      : {
          name: 'find-payment-reference',
          text: `select payment_id from payment_reference
            where environment_id = $1 and channel = $2 and reference = $3 and bucket = $4`,
          values: [environmentId, channel, key, bucketOfValue(`${channel}\n${key}`)],
        },
  )
  return rows.map(({ payment_id }) => payment_id)
}
