-- What was entered in the clearing accounts $2 of an environment and counts before $3, by kind: from the totals, and from the entries that
-- are not in them yet, which are those of the last minutes. A midnight of any time zone begins a quarter of an hour.
select system_account, currency, kind, sum(amount) as amount
from (
  select system_account, currency, kind, amount
  from clearing_total
  where environment_id = $1 and system_account = any ($2::text[]) and quarter < $3
  union all
  select e.system_account, e.currency, t.kind, e.amount
  from ledger_entry as e
  join ledger_transaction as t on t.id = e.transaction_id and t.bucket = e.bucket and t.environment_id = e.environment_id
  where e.id >= (select below from clearing_place) and e.environment_id = $1 and e.system_account = any ($2::text[])
    and t.effective_at < $3
) as entered
group by system_account, currency, kind
order by system_account, currency, kind
