import type { Id } from '../../core/id/id.ts'

/** What is read of a table instead of all of it: a part of a `with`, which has the name of the table. */
export type TablePart = (from: Id) => string

const since = (from: Id) => `'${from}'::uuid`

/** Rows whose key begins with an id that is new. */
export function newRows(table: string, id = 'id'): TablePart {
  return (from) => `${table} as materialized (select * from public.${table} where ${id} >= ${since(from)})`
}

/** Rows whose key begins with the environment, and that have a new id. */
export function newOfEnvironments(table: string): TablePart {
  return (from) => `${table} as materialized (
  select n.* from public.environment as e
  cross join lateral (select * from public.${table} where environment_id = e.id and id >= ${since(from)}) as n)`
}

/** Rows that hang on what was read before, by a key. */
export function rowsOf(table: string, of: string, condition: string): TablePart {
  return () => `${table} as materialized (
  select n.* from ${of} as m join public.${table} as n on ${condition})`
}

/** No row: of a table without a key that says what is new. The whole run reads it. */
export function noRows(table: string): TablePart {
  return () => `${table} as (select * from public.${table} where false)`
}

/** The receivables that were made or have new entries. */
export const receivables: TablePart = (from) => `receivable as materialized (
  select r.* from (
    select receivable_id as id, bucket from public.ledger_entry where id >= ${since(from)} and receivable_id is not null
    union select id, bucket from public.receivable where id >= ${since(from)}
  ) as m
  join public.receivable as r on r.id = m.id and r.bucket = m.bucket)`

/** The payments that moved, of which the ids are the values `{payment_ids}` and `{environment_ids}` of the statement. */
export const payments: TablePart = () => `payment as materialized (
  select p.* from unnest({payment_ids}::uuid[], {environment_ids}::integer[]) as m (id, environment_id)
  join public.payment as p on p.environment_id = m.environment_id and p.id = m.id)`

const ofPayment = 'n.payment_id = m.id'
const ofPaymentByKey = `n.environment_id = m.environment_id and ${ofPayment}`

export const newTransactions = newRows('ledger_transaction')
export const newEntries = newRows('ledger_entry')
export const newEvents = newRows('event')
export const newDeliveries = newRows('webhook_delivery', 'event_id')
export const newApplications = newOfEnvironments('application')
export const newReversals = newRows('payment_reversal')
export const newApplicationReversals = newRows('application_reversal')
export const applications = rowsOf('application', 'payment', ofPayment)
export const reversals = rowsOf('payment_reversal', 'payment', ofPayment)
export const captures = rowsOf('capture', 'payment', ofPayment)
export const applicationReversals = rowsOf('application_reversal', 'application', 'n.application_id = m.id')
export const charges = rowsOf('charge', 'payment', ofPaymentByKey)
export const receipts = rowsOf('receipt', 'payment', 'n.payment_id = m.id and n.bucket = m.bucket')
export const openAuthorisations = rowsOf('open_authorisation', 'payment', ofPaymentByKey)

/** The work lists have the kind before the payment in their key. */
export const openPaymentsOf: TablePart = () => `open_payment as materialized (
  select n.* from payment as m cross join (values ('unapplied'), ('unidentified')) as k (kind)
  join public.open_payment as n on n.environment_id = m.environment_id and n.kind = k.kind and n.payment_id = m.id)`

/** Customers of payments. */
export const payers: TablePart = () => `customer as materialized (
  select c.* from (select distinct customer_id as id, bucket from payment where customer_id is not null) as m
  join public.customer as c on c.id = m.id and c.bucket = m.bucket)`

/** Bills that moved, with all their entries. */
export const billEntries: TablePart = () => `ledger_entry as materialized (
  select e.* from (select id, bucket from receivable where kind = 'bill') as m
  join public.ledger_entry as e on e.receivable_id = m.id and e.bucket = m.bucket)`

/** The entries of captures. Those of a transaction have ids of the same millisecond, behind its own. */
export const captureEntries: TablePart = () => `ledger_entry as materialized (
  select e.* from (select told_id from capture where told_id is not null) as m
  join public.ledger_entry as e on e.transaction_id = m.told_id and e.id > m.told_id
    and e.id < (left(m.told_id::text, 13) || '-ffff-ffff-ffffffffffff')::uuid)`

/** What was told is looked for from the id on, as it is from the day on before which events were dropped. */
export const window: TablePart = (from) => `retention as materialized (
  select greatest(events_dropped_before, at) as events_dropped_before, greatest(all_told_since, at) as all_told_since, receipts_since
  from public.retention cross join (
    select to_timestamp(('x' || left(replace(${since(from)}::text, '-', ''), 12))::bit(48)::bigint / 1000.0) as at) as f)`
