-- I5, the totals that balances of processors are read from: they come to what the entries in clearing accounts come to, as far as the totals
-- go.
select
  count(*) as examined,
  count(*) filter (where broken) as violations,
  (array_agg(format('environment %s, %s %s: entries sum to %s, totals to %s',
    environment_id, system_account, currency, entered, totalled)) filter (where broken))[1:5] as examples
from (
  select environment_id, system_account, currency, sum(entered) as entered, sum(totalled) as totalled,
    sum(entered) <> sum(totalled) as broken
  from (
    select environment_id, system_account, currency, sum(amount) as entered, 0 as totalled
    from ledger_entry
    where system_account like 'clearing:%' and id < (select below from clearing_place)
    group by environment_id, system_account, currency
    union all
    select environment_id, system_account, currency, 0, sum(amount) from clearing_total
    group by environment_id, system_account, currency
  ) as sides
  group by environment_id, system_account, currency
) as checked
