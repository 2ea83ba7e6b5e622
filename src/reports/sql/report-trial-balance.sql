-- What each account of the ledger held of what counts before $3 and was written before the id $6: the totals of what was written before
-- the quarter $4, and the entries from the id $5 on, with which that quarter begins, or with which what is not
-- totalled begins. Entries have ids of the same instant as their transaction, so it is in the same range.
select account, currency, sum(amount) as balance
from (
  select account, currency, amount
  from ledger_total
  where environment_id = $1 and bucket = $2 and written_quarter < $4 and effective_quarter < $3
  union all
  select coalesce(e.system_account, 'receivables:' || r.kind), e.currency, e.amount
  from ledger_entry as e
  join ledger_transaction as t on t.id = e.transaction_id and t.bucket = e.bucket and t.environment_id = e.environment_id
  left join receivable as r on r.id = e.receivable_id and r.bucket = e.bucket and r.environment_id = e.environment_id
  where e.environment_id = $1 and e.id >= $5 and e.id < $6 and t.id >= $5 and t.id < $6 and t.effective_at < $3
) as entered
group by account, currency
order by account, currency
