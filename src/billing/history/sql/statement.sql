-- The movements that took effect from $4 on and before $5, up to $6 in their order, all where that is null, each with the opening
-- balance. One statement is one snapshot, so the sums always agree. Without movements there is one row of nulls.
with entry as (
  select e.id, e.transaction_id, t.kind, e.amount, e.currency, e.version, t.effective_at, t.recorded_at, t.request_id,
    t.actor, t.source_id, t.reason, t.label, t.reference, t.effective_at < $4::timestamptz as before
  from ledger_entry as e
  join ledger_transaction as t
    on t.id = e.transaction_id and t.bucket = e.bucket and t.environment_id = e.environment_id
  where e.environment_id = $1 and e.receivable_id = $2 and e.bucket = $3 and t.effective_at < $5::timestamptz
)
select opening.balance as opening, movement.*
from (select coalesce(sum(amount), 0) as balance from entry where before) as opening
left join (
  select * from entry where not before order by effective_at, version limit $6
) as movement on true
order by movement.effective_at, movement.version
