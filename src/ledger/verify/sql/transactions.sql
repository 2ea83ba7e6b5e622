-- I2. Since no entry is zero (I11), entries that sum to zero are at least two, so they are not counted.
select
  count(*) as examined,
  count(*) filter (where broken) as violations,
  (array_agg(format('transaction %s: %s', id, fault)) filter (where broken))[1:5] as examples
from (
  select
    coalesce(t.id, e.transaction_id) as id,
    t.id is null or e.total is distinct from 0 as broken,
    case when t.id is null then 'entries without their transaction'
      when e.total is null then 'no entries'
      else e.currency || ' sums to ' || e.total end as fault
  from ledger_transaction as t
  full join (
    select transaction_id, bucket, environment_id, currency, sum(amount) as total
    from ledger_entry
    group by transaction_id, bucket, environment_id, currency
  ) as e on e.transaction_id = t.id and e.bucket = t.bucket and e.environment_id = t.environment_id
) as checked
