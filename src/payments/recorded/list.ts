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
import { isSpread, type Queryable } from '../../database/pool.ts'
import { loadSql } from '../../database/sql.ts'
import type { OpenKind } from '../../ledger/payments/write.ts'
import { idOrReference, instant, keptCurrencyCode, typedReference } from '../../shapes/primitives.ts'
import { renderListedPayment } from './render.ts'
import { channel, listedPayment, paymentStatus } from './schema.ts'
import { openPaymentSelect, type PaymentRow, paymentSelect } from './store.ts'

const findReferenceInChannelsSql = loadSql(import.meta.url, './sql/find-reference-in-channels.sql')

const besideNames = ['customer', 'account', 'bill', 'reference', 'created_from', 'unidentified', 'unapplied'] as const
const beside = `Only together with ${besideNames.join(', ').replace(/, (\w+)$/, ' or $1')}`

const onlyTrue = z.literal('true', { error: 'should be true, or left out' })

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
  unidentified: onlyTrue.optional().describe('Money whose payer is unknown and that waits to be assigned'),
  unapplied: onlyTrue.optional().describe('Money of customers that pays nothing yet'),
  order: z
    .enum(['newest', 'oldest'])
    .optional()
    .describe('`oldest` only together with unidentified or unapplied; defaults to newest'),
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
      scope: 'read',
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

/** The work list that a query asks for. */
function workListOf({ unidentified, unapplied }: ListPayments): OpenKind | undefined {
  if (unidentified !== undefined) return 'unidentified'
  return unapplied === undefined ? undefined : 'unapplied'
}

/** No key holds when a payment was changed or received: these filters go through what another one leaves. */
function refuseAlone(query: ListPayments): void {
  if (query.order === 'oldest' && workListOf(query) === undefined) {
    throw parameterProblem('order', 'filter_alone', 'can be oldest only together with unidentified or unapplied')
  }
  if (besideNames.some((name) => query[name] !== undefined)) return
  const refused = aloneRefused.find((name) => query[name] !== undefined)
  if (refused === undefined) return
  const detail = `can be used only together with ${beside.slice('Only together with '.length)}`
  throw parameterProblem(refused, 'filter_alone', detail)
}

/** Up to `limit + 1` payments, newest first unless it says otherwise. Every filter has an index path; see the migration of payments. */
export async function findPayments(
  database: Queryable,
  environmentId: number,
  query: ListPayments,
  page: PageStart,
): Promise<PaymentRow[]> {
  const conditions = new Conditions()
  const worked = workListOf(query)
  const oldest = query.order === 'oldest'
  const { from, below } = idRange(query, oldest ? { after: undefined } : page)
  conditions.and`e.environment_id = ${environmentId} and e.id >= ${from} and e.id < ${below}`
  if (oldest && page.after !== undefined) conditions.and`e.id > ${page.after}`
  if (worked !== undefined) {
    // Said of the list too, which is read by its key from where the page begins.
    conditions.and`o.environment_id = ${environmentId} and o.kind = ${worked}`
    conditions.and`o.payment_id >= ${(oldest && page.after) || from} and o.payment_id < ${below}`
  }
  if (query.unapplied !== undefined) conditions.and`e.unapplied_amount > 0`
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
    text: `${worked === undefined ? paymentSelect : openPaymentSelect} where ${conditions.text}
      order by e.id ${oldest ? 'asc' : 'desc'} limit ${page.limit + 1}`,
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
    conditions.and`exists (select 1 from application as a
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
  if (channel !== undefined) return findInChannel(database, environmentId, key, channel)
  if (isSpread(database)) return findInEach(database, environmentId, key)
  const { rows } = await database.query<FoundReference>({ ...findReferenceInChannelsSql, values: [environmentId, key] })
  return rows.map(({ payment_id }) => payment_id)
}

type FoundReference = { payment_id: Id }

async function findInChannel(database: Queryable, environmentId: number, key: string, channel: string): Promise<Id[]> {
  const { rows } = await database.query<FoundReference>({
    name: 'find-payment-reference',
    text: `select payment_id from payment_reference
      where environment_id = $1 and channel = $2 and reference = $3 and bucket = $4`,
    values: [environmentId, channel, key, bucketOfValue(`${channel}\n${key}`)],
  })
  return rows.map(({ payment_id }) => payment_id)
}

/** From one channel to the next, as find-reference-in-channels.sql goes on one machine: the channel decides where a reference lies. */
async function findInEach(database: Queryable, environmentId: number, key: string): Promise<Id[]> {
  const found: Id[] = []
  for (let channel: string | null = ''; channel !== null; ) {
    const next: { rows: { channel: string | null }[] } = await database.query({
      name: 'find-next-channel',
      text: 'select min(channel) as channel from payment_reference where environment_id = $1 and channel > $2',
      values: [environmentId, channel],
    })
    channel = next.rows[0]?.channel ?? null
    if (channel !== null) found.push(...(await findInChannel(database, environmentId, key, channel)))
  }
  return found
}
