import type { z } from 'zod'
import type { Actor } from '../core/actor.ts'
import { formatInstant } from '../core/clock.ts'
import { encode } from '../core/id/base62.ts'
import { bucketOf, formatId, type Id, newId } from '../core/id/id.ts'
import type { PaymentStatus } from '../core/payment-status.ts'
import { apiVersion } from '../core/version.ts'
import { integerArray, textArray, uuidArray } from '../database/arrays.ts'
import { byShard } from '../database/by-shard.ts'
import type { Queryable } from '../database/pool.ts'
import { loadSql, type Statement } from '../database/sql.ts'
import type { NewEvent } from '../events/outbox.ts'
import type { methodDetails } from '../shapes/payment-method.ts'
import type { CheckoutRow } from './checkouts/checkout.ts'
import { openedColumns } from './journal-rows.ts'
import type { NoticeRow } from './notices/notice.ts'
import { type Receivable, ReceivableIndex } from './receivable.ts'

/** Which receivables to lock or read: by id, all those of some customers, all those of some accounts. */
export type ReceivableSelection = { ids?: Id[]; customers?: Id[]; accounts?: Id[]; environments: number[] }

/** A payment row locked by this transaction. */
export type LockedPayment = {
  id: Id
  bucket: number
  environment_id: number
  /** Null when the money is direct, or was never that of a known payer. */
  customer_id: Id | null
  status: PaymentStatus
  channel: string
  currency: string
  amount: bigint
  applied_amount: bigint
  unapplied_amount: bigint
  reversed_amount: bigint
  refunded_amount: bigint
  direct_amount: bigint
  suspense_amount: bigint
  transferred_amount: bigint
  /** The payment that its money came of. */
  transferred_from: Id | null
  processor: string | null
  /** Null: what is charged arrives at once. The others are null unless it is captured by hand and was authorised. */
  capture_method: 'manual' | null
  authorised_amount: bigint | null
  captured_amount: bigint | null
  voided_amount: bigint | null
  /** What captures and voids are to take that the processor has not answered yet. */
  claimed_amount: bigint | null
  authorised_until: Date | null
  checkout_id: Id | null
  method_details: z.input<typeof methodDetails> | null
  metadata: Record<string, string>
  version: bigint
  received_at: Date | null
  created_at: Date
}

/** How much money of a payment has arrived: all of it, or what was captured, since an authorisation is no money. */
export function arrivedOf({ amount, captured_amount }: Pick<LockedPayment, 'amount' | 'captured_amount'>): bigint {
  return captured_amount ?? amount
}

/** A customer, account or bill with an amount owed, in credit or unapplied again, and who caused it. */
export type Reopened = Pick<NewEvent, 'environment_id' | 'traceparent'> & { id: Id; actor: Actor; request_id: string }

const openReceivablesSql = loadSql(import.meta.url, './sql/open-receivables.sql')
const holdRulesSql = loadSql(import.meta.url, './sql/hold-rules.sql')
const insertReceivablesSql = loadSql(import.meta.url, './sql/insert-receivables.sql')
const lockSql = loadSql(import.meta.url, './sql/lock-receivables.sql')
const followRulesSql = loadSql(import.meta.url, './sql/follow-rules.sql')
const readSql = loadSql(import.meta.url, './sql/read-receivables.sql')
const lockPaymentsSql = loadSql(import.meta.url, './sql/lock-payments.sql')
const holdObjectsSql = loadSql(import.meta.url, './sql/hold-objects.sql')
const unarchiveSql = loadSql(import.meta.url, './sql/unarchive-objects.sql')
const lockCheckoutsSql = loadSql(import.meta.url, './sql/lock-checkouts.sql')
const lockNoticesSql = loadSql(import.meta.url, './sql/lock-notices.sql')

/** Locks receivables in the order of their ids, until the transaction ends. Those of other environments are left out. */
export function lockReceivables(connection: Queryable, selection: ReceivableSelection): Promise<ReceivableIndex> {
  return select(connection, lockSql, selection)
}

/** Reads the same receivables without a lock: for a preview or a page, or for a batch that checks them when it writes. */
export function readReceivables(connection: Queryable, selection: ReceivableSelection): Promise<ReceivableIndex> {
  return select(connection, readSql, selection)
}

async function select(
  connection: Queryable,
  statement: Statement,
  selection: ReceivableSelection,
): Promise<ReceivableIndex> {
  const { ids = [], customers = [], accounts = [] } = selection
  const buckets = [...new Set([...ids, ...customers, ...accounts].map(bucketOf))]
  const environments = integerArray([...new Set(selection.environments)])
  const parts = byShard(connection, buckets, (bucket) => bucket)
  const results = await Promise.all(
    parts.map((part) => {
      const here = (those: Id[]) => (parts.length === 1 ? those : those.filter((id) => part.includes(bucketOf(id))))
      const values = [uuidArray(here(ids)), uuidArray(here(customers)), uuidArray(here(accounts))]
      return connection.query<Receivable>({ ...statement, values: [...values, integerArray(part), environments] })
    }),
  )
  return new ReceivableIndex(results.flatMap(({ rows }) => rows))
}

/** Locks rows by their ids, in the order of the ids. Those of other environments are left out. */
async function lockById<Row extends { id: Id }>(
  connection: Queryable,
  statement: Statement,
  ids: Id[],
  environments: number[],
): Promise<Map<Id, Row>> {
  const parts = byShard(connection, ids, bucketOf)
  const results = await Promise.all(
    parts.map((part) => {
      const values = [uuidArray(part), integerArray([...new Set(part.map(bucketOf))]), integerArray(environments)]
      return connection.query<Row>({ ...statement, values })
    }),
  )
  return new Map(results.flatMap(({ rows }) => rows).map((row) => [row.id, row]))
}

/** Copies the effective overpayment rule onto the balances of a customer and its accounts, after one of their rules has changed. */
export async function followRules(
  connection: Queryable,
  { environment_id, bucket, customer_id }: Pick<Receivable, 'environment_id' | 'bucket' | 'customer_id'>,
): Promise<void> {
  await connection.query({ ...followRulesSql, values: [environment_id, bucket, customer_id] })
}

/**
 * Writes new receivables, with the overpayment rule of their account or customer. Where tables are spread over machines one statement cannot
 * lock the customers, read their rules and insert: it is three then, in the same transaction.
 */
export async function openReceivables(connection: Queryable, opened: Receivable[]): Promise<void> {
  if (opened.length === 0) return
  if (connection.shardOf === undefined) {
    await connection.query({ ...openReceivablesSql, values: openedColumns(opened) })
    return
  }
  const ruled = opened.filter(({ kind }) => kind !== 'bill')
  const customers = [...new Map(ruled.map((one) => [one.customer_id, one])).values()]
  const environments = integerArray([...new Set(customers.map(({ environment_id }) => environment_id))])
  await Promise.all([
    ...byShard(connection, customers, ({ customer_id }) => bucketOf(customer_id)).map((those) => {
      const ids = those.map(({ customer_id }) => customer_id).sort()
      const values = [uuidArray(ids), integerArray([...new Set(ids.map(bucketOf))]), environments]
      return connection.query({ ...holdRulesSql, values })
    }),
    connection.query({ ...insertReceivablesSql, values: openedColumns(opened) }),
    ...customers.map((one) => followRules(connection, one)),
  ])
}

/** Locks payments that are to be completed or changed, in the order of their ids. */
export function lockPayments(
  connection: Queryable,
  ids: Id[],
  environments: number[],
): Promise<Map<Id, LockedPayment>> {
  return lockById(connection, lockPaymentsSql, ids, environments)
}

/**
 * Unarchives objects, in the transaction that makes something owed, in credit or unapplied on them again. The first
 * statement prevents that they are archived meanwhile: archiving checks the balances, and would not see those that this
 * transaction has not committed. The second statement sees objects that were archived while the first one waited, and tells
 * of them: nobody knows them before it, and a batch commits right behind it. Both come after the balances, which every
 * transaction that reopens something locks before objects.
 */
export async function reopen(connection: Queryable, reopened: Reopened[], now: Date): Promise<void> {
  if (reopened.length === 0) return
  const once = [...new Map(reopened.map((one) => [one.id, one])).values()]
  const events = once.map(({ id }) => newId(bucketOf(id), now.getTime()))
  const keyOf = (those: Reopened[]) => [
    uuidArray(those.map(({ id }) => id)),
    integerArray(those.map(({ id }) => bucketOf(id))),
    integerArray(those.map(({ environment_id }) => environment_id)),
  ]
  await Promise.all([
    ...byShard(connection, once, ({ id }) => bucketOf(id)).map((those) =>
      connection.query({ ...holdObjectsSql, values: keyOf(those) }),
    ),
    connection.query({
      ...unarchiveSql,
      values: [
        ...keyOf(once),
        textArray(once.map(({ actor }) => actor)),
        textArray(once.map(({ request_id }) => request_id)),
        textArray(once.map(({ id }) => encode(id))),
        uuidArray(events),
        textArray(events.map((id) => formatId('event', id))),
        now,
        formatInstant(now),
        apiVersion,
        textArray(once.map(({ traceparent }) => traceparent)),
      ],
    }),
  ])
}

/** Locks requests and sessions, in the order of their ids. */
export function lockCheckouts(connection: Queryable, ids: Id[], environments: number[]): Promise<Map<Id, CheckoutRow>> {
  return lockById(connection, lockCheckoutsSql, ids, environments)
}

/** Locks transfer notices, in the order of their ids. */
export function lockNotices(connection: Queryable, ids: Id[], environments: number[]): Promise<Map<Id, NoticeRow>> {
  return lockById(connection, lockNoticesSql, ids, environments)
}
