-- Adds the entries of clearing accounts from the id $1 on and below $2 to their totals, and notes how far that goes.
with added as (
  insert into clearing_total as c (environment_id, system_account, currency, kind, quarter, amount)
  select e.environment_id, e.system_account, e.currency, t.kind,
    date_bin('15 minutes', t.effective_at, timestamptz '2000-01-01 00:00:00Z'), sum(e.amount)
  from ledger_entry as e
  join ledger_transaction as t on t.id = e.transaction_id and t.bucket = e.bucket and t.environment_id = e.environment_id
  where e.id >= $1 and e.id < $2 and e.system_account like 'clearing:%'
  group by 1, 2, 3, 4, 5
  on conflict (environment_id, system_account, currency, kind, quarter) do update set amount = c.amount + excluded.amount
)
update clearing_place set below = $2
