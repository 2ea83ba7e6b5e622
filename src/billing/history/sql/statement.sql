-- The movements that took effect from the beginning of the date $4 to the end of the date $5 in the time zone $6, up to
-- $7 in their order, each with the opening balance. One statement is one snapshot, so the sums always agree. Without
-- movements there is one row of nulls.
with span as (
  select $4::date::timestamp at time zone $6 as starts, ($5::date + 1)::timestamp at time zone $6 as ends
),
entry as (
  select e.id, e.transaction_id, t.kind, e.amount, e.currency, e.version, t.effective_at, t.recorded_at, t.request_id,
    t.actor, t.source_id, t.reason, t.label, t.reference, t.effective_at < span.starts as before
  from span
  cross join ledger_entry as e
  join ledger_transaction as t
    on t.id = e.transaction_id and t.bucket = e.bucket and t.environment_id = e.environment_id
  where e.environment_id = $1 and e.receivable_id = $2 and e.bucket = $3 and t.effective_at < span.ends
)
select opening.balance as opening, movement.*
from (select coalesce(sum(amount), 0) as balance from entry where before) as opening
left join (
  select * from entry where not before order by effective_at, version limit $7
) as movement on true
order by movement.effective_at, movement.version
