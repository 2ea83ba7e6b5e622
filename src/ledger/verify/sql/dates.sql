-- I5, by date: what was taken off a bill counts from no earlier than what it was taken off, so that a bill is below zero at no date,
-- and `owed_since` is no earlier than what was added, since that is held to be so when a bill is lessened.
select
  count(*) as examined,
  count(*) filter (where broken) as violations,
  (array_agg(format('bill %s: a balance of %s at %s, owed since %s', id, balance, effective_at, owed_since))
    filter (where broken))[1:5] as examples
from (
  select *, balance < 0 or amount > 0 and effective_at > owed_since as broken
  from (
    select r.id, r.owed_since, e.amount, t.effective_at,
      sum(e.amount) over (partition by r.id order by t.effective_at) as balance -- on one machine
      -- spread: sum(e.amount) over (partition by r.id, r.bucket order by t.effective_at) as balance
    from receivable as r
    join ledger_entry as e on e.receivable_id = r.id and e.bucket = r.bucket
    join ledger_transaction as t on t.id = e.transaction_id and t.bucket = e.bucket
    where r.kind = 'bill'
  ) as summed
) as checked
