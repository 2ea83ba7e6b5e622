-- Adds the entries from the id $1 on and below $2, which were written in the quarter of an hour $3, to the totals, and notes how far
-- that goes.
with added as (
  insert into ledger_total as l
    (environment_id, written_quarter, effective_quarter, account, currency, kind, entries, amount, bucket)
  select e.environment_id, $3::timestamptz, date_bin('15 minutes', t.effective_at, timestamptz '2000-01-01 00:00:00Z'),
    coalesce(e.system_account, 'receivables:' || r.kind), e.currency, t.kind, count(*), sum(e.amount), e.environment_id % 65536
  from ledger_entry as e
  join ledger_transaction as t on t.id = e.transaction_id and t.bucket = e.bucket and t.environment_id = e.environment_id
  left join receivable as r on r.id = e.receivable_id and r.bucket = e.bucket and r.environment_id = e.environment_id
  where e.id >= $1 and e.id < $2
  group by 1, 3, 4, 5, 6
  on conflict (environment_id, written_quarter, effective_quarter, account, currency, kind, bucket) do update
  set entries = l.entries + excluded.entries, amount = l.amount + excluded.amount
)
update ledger_total_place set below = $2
