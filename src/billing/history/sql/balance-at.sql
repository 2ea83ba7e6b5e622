-- The balance effective at $4, from what had been recorded by $5; null there means everything recorded.
select coalesce(sum(e.amount), 0)::bigint as balance
from ledger_entry as e
join ledger_transaction as t
  on t.id = e.transaction_id and t.bucket = e.bucket and t.environment_id = e.environment_id
where e.environment_id = $1 and e.receivable_id = $2 and e.bucket = $3
  and t.effective_at <= $4::timestamptz
  and ($5::timestamptz is null or t.recorded_at <= $5::timestamptz)
