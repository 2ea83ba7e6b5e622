-- I5, the totals that reports are made of: they come to what the entries come to, as far as the totals go, by account, kind, when it was
-- written and when it counts.
with entered as (
  select e.environment_id, coalesce(e.system_account, 'receivables:' || r.kind) as account, e.currency, t.kind,
    date_bin('15 minutes', t.recorded_at, timestamptz '2000-01-01 00:00:00Z') as written_quarter,
    date_bin('15 minutes', t.effective_at, timestamptz '2000-01-01 00:00:00Z') as effective_quarter,
    count(*) as entries, sum(e.amount) as amount
  from ledger_entry as e
  join ledger_transaction as t on t.id = e.transaction_id and t.bucket = e.bucket and t.environment_id = e.environment_id
  left join receivable as r on r.id = e.receivable_id and r.bucket = e.bucket and r.environment_id = e.environment_id
  where e.id < (select below from ledger_total_place)
  group by 1, 2, 3, 4, 5, 6
)
select
  count(*) as examined,
  count(*) filter (where broken) as violations,
  (array_agg(format('environment %s, %s %s of %s, written at %s: %s entries sum to %s, totals to %s of %s',
    environment_id, account, currency, effective_quarter, written_quarter, entered_entries, entered, totalled, totalled_entries))
    filter (where broken))[1:5] as examples
from (
  select environment_id, account, currency, kind, written_quarter, effective_quarter,
    e.entries as entered_entries, e.amount as entered, l.entries as totalled_entries, l.amount as totalled,
    e.amount is distinct from l.amount or e.entries is distinct from l.entries
      or l.bucket is distinct from environment_id % 65536 as broken
  from entered as e
  full join ledger_total as l using (environment_id, account, currency, kind, written_quarter, effective_quarter)
) as checked
