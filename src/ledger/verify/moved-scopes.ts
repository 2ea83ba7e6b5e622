import type { Id } from '../../core/id/id.ts'

/** What is read of a table instead of all of it: a part of a `with`, which has the name of the table. */
export type Scope = (from: Id) => string

const since = (from: Id) => `'${from}'::uuid`

/** Rows whose key begins with an id that is new. */
export function newRows(table: string, id = 'id'): Scope {
  return (from) => `${table} as materialized (select * from public.${table} where ${id} >= ${since(from)})`
}

/** Rows whose key begins with the environment, and that have a new id. */
export function newOfEnvironments(table: string): Scope {
  return (from) => `${table} as materialized (
  select n.* from public.environment as e
  cross join lateral (select * from public.${table} where environment_id = e.id and id >= ${since(from)}) as n)`
}

/** Rows that hang on what was read before, by a key. */
export function rowsOf(table: string, of: string, condition: string): Scope {
  return () => `${table} as materialized (
  select n.* from ${of} as m join public.${table} as n on ${condition})`
}

/** No row: of a table without a key that says what is new. The whole run reads it. */
export function noRows(table: string): Scope {
  return () => `${table} as (select * from public.${table} where false)`
}

/** The receivables that were made or have new entries. */
export const receivables: Scope = (from) => `receivable as materialized (
  select r.* from (
    select receivable_id as id, bucket from public.ledger_entry where id >= ${since(from)} and receivable_id is not null
    union select id, bucket from public.receivable where id >= ${since(from)}
  ) as m
  join public.receivable as r on r.id = m.id and r.bucket = m.bucket)`

/** The payments that were made or that anything new is about, and those whose money they are. */
export const payments: Scope = (from) => {
  const fresh = `id >= ${since(from)}`
  return `moved as materialized (
  select p.environment_id, p.id, p.transferred_from from (
    select n.environment_id, n.id from public.environment as e
      cross join lateral (select environment_id, id from public.payment where environment_id = e.id and ${fresh}) as n
    union select n.environment_id, n.payment_id from public.environment as e
      cross join lateral (select environment_id, payment_id from public.application where environment_id = e.id and ${fresh}) as n
    union select environment_id, source_id from public.ledger_transaction where ${fresh}
    union select environment_id, payment_id from public.payment_reversal where ${fresh}
    union select a.environment_id, a.payment_id from (select * from public.application_reversal where ${fresh}) as v
      join public.application as a on a.environment_id = v.environment_id and a.id = v.application_id
    union select r.environment_id, r.payment_id from (select * from public.ledger_transaction where ${fresh} and kind like 'refund%') as t
      join public.refund as r on r.environment_id = t.environment_id and r.id = t.source_id
    union select v.environment_id, v.payment_id from (select * from public.ledger_transaction where ${fresh} and kind = 'dispute_won') as t
      join public.payment_reversal as v on v.id = t.source_id and v.bucket = t.bucket
    union select environment_id, subject_id from public.event where ${fresh} and type like 'payment.%'
  ) as m
  join public.payment as p on p.environment_id = m.environment_id and p.id = m.id
), payment as materialized (
  select p.* from (
    select environment_id, id from moved
    union select environment_id, transferred_from from moved where transferred_from is not null
  ) as m
  join public.payment as p on p.environment_id = m.environment_id and p.id = m.id)`
}

const ofPayment = 'n.payment_id = m.id'
const ofPaymentByKey = `n.environment_id = m.environment_id and ${ofPayment}`

export const transactions = newRows('ledger_transaction')
export const entries = newRows('ledger_entry')
export const events = newRows('event')
export const deliveries = newRows('webhook_delivery', 'event_id')
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
export const openPayments: Scope = () => `open_payment as materialized (
  select n.* from payment as m cross join (values ('unapplied'), ('unidentified')) as k (kind)
  join public.open_payment as n on n.environment_id = m.environment_id and n.kind = k.kind and n.payment_id = m.id)`

/** Customers of payments. */
export const payers: Scope = () => `customer as materialized (
  select c.* from (select distinct customer_id as id, bucket from payment where customer_id is not null) as m
  join public.customer as c on c.id = m.id and c.bucket = m.bucket)`

/** Bills that moved, with all their entries. */
export const billEntries: Scope = () => `ledger_entry as materialized (
  select e.* from (select id, bucket from receivable where kind = 'bill') as m
  join public.ledger_entry as e on e.receivable_id = m.id and e.bucket = m.bucket)`

/** The entries of captures. Those of a transaction have ids of the same millisecond, behind its own. */
export const captureEntries: Scope = () => `ledger_entry as materialized (
  select e.* from (select told_id from capture where told_id is not null) as m
  join public.ledger_entry as e on e.transaction_id = m.told_id and e.id > m.told_id
    and e.id < (left(m.told_id::text, 13) || '-ffff-ffff-ffffffffffff')::uuid)`

/** What was told is looked for from the id on, as it is from the day on before which events were dropped. */
export const window: Scope = (from) => `retention as materialized (
  select greatest(events_dropped_before, at) as events_dropped_before, greatest(all_told_since, at) as all_told_since, receipts_since
  from public.retention cross join (
    select to_timestamp(('x' || left(replace(${since(from)}::text, '-', ''), 12))::bit(48)::bigint / 1000.0) as at) as f)`
