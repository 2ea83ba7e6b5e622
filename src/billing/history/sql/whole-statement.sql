-- All that customer $2 owes, or account $2 with its bills: per currency the balance before $4, what is open before $5 by how long it
-- is overdue on the day $7, and the movements in between, up to $6 of all currencies together, all where that is null. One statement
-- is one snapshot, so the sums always agree. A currency without movements has one row of nulls; a bill is in the days of the due date
-- that it has now.
with own as materialized (
  select r.id, r.kind, r.currency, r.external_reference, $7::date - b.due_date as days
  from receivable as r
  left join bill as b on b.id = r.id and b.bucket = r.bucket and b.environment_id = r.environment_id
  where r.environment_id = $1 and r.bucket = $3 and (r.customer_id = $2 or r.account_id = $2)
), entry as (
  select own.id as owner_id, own.kind as owner_kind, own.external_reference, own.days, own.currency,
    e.id, e.transaction_id, t.kind, e.amount, t.effective_at, t.recorded_at, t.request_id, t.actor, t.source_id, t.reason,
    t.label, t.reference, t.effective_at < $4::timestamptz as before
  from own
  join ledger_entry as e on e.receivable_id = own.id and e.bucket = $3 and e.environment_id = $1
  join ledger_transaction as t on t.id = e.transaction_id and t.bucket = e.bucket and t.environment_id = e.environment_id
  where t.effective_at < $5::timestamptz
), part as (
  select currency, days, amount, before from entry
  union all
  select distinct currency, null::integer, 0, false from own
), total as (
  select currency,
    coalesce(sum(amount) filter (where before), 0) as opening,
    coalesce(sum(amount) filter (where coalesce(days, 0) <= 0), 0) as current,
    coalesce(sum(amount) filter (where days between 1 and 30), 0) as days_1_30,
    coalesce(sum(amount) filter (where days between 31 and 60), 0) as days_31_60,
    coalesce(sum(amount) filter (where days between 61 and 90), 0) as days_61_90,
    coalesce(sum(amount) filter (where days > 90), 0) as over_90
  from part
  group by currency
)
select total.currency, total.opening, total.current, total.days_1_30, total.days_31_60, total.days_61_90, total.over_90,
  movement.id, movement.owner_id, movement.owner_kind, movement.external_reference, movement.transaction_id, movement.kind, movement.amount,
  movement.effective_at, movement.recorded_at, movement.request_id, movement.actor, movement.source_id, movement.reason,
  movement.label, movement.reference
from total
left join (
  select * from entry where not before order by currency, effective_at, id limit $6
) as movement on movement.currency = total.currency
order by total.currency, movement.effective_at, movement.id
