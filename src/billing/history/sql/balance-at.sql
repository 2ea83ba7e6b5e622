-- The balance as it was at $4 by what had been recorded until $5; null there stands for all that is recorded.
select coalesce(sum(e.amount), 0) as balance
from ledger_entry as e
join ledger_transaction as t
  on t.id = e.transaction_id and t.bucket = e.bucket and t.environment_id = e.environment_id
where e.environment_id = $1 and e.receivable_id = $2 and e.bucket = $3
  and t.effective_at <= $4::timestamptz
  and ($5::timestamptz is null or t.recorded_at <= $5::timestamptz)
