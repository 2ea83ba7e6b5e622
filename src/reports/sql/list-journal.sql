-- The next $4 entries of an environment behind the id $2 and below $3, in the order of their ids, which is that of the time of writing.
select e.id, e.transaction_id, e.receivable_id, r.kind as receivable_kind, coalesce(e.system_account, 'receivables:' || r.kind) as account,
  e.currency, e.amount, t.kind, t.source_id, t.effective_at, t.recorded_at, t.reason, t.label, t.reference, t.request_id, t.actor
from (
  select * from ledger_entry
  where environment_id = $1 and id > $2 and id < $3
  order by id
  limit $4
) as e
join ledger_transaction as t on t.id = e.transaction_id and t.bucket = e.bucket and t.environment_id = e.environment_id
left join receivable as r on r.id = e.receivable_id and r.bucket = e.bucket and r.environment_id = e.environment_id
  -- spread: and r.bucket = t.bucket
order by e.id
