-- I5, of what has moved since the id $1: the transaction by which a payment arrived names it, and brought its amount into the clearing account
-- of its channel or processor. What is captured by hand arrives in parts, each of which captures.sql looks at, and what came of another
-- payment was received by that one.
select
  count(*) as examined,
  count(*) filter (where broken) as violations,
  (array_agg(format('payment %s: %s of it is in %s, by transaction %s', source_id, amount, account, id)) filter (where broken))[1:5] as examples
from (
  select t.id, t.source_id, e.amount, e.account,
    p.id is null or p.status <> 'succeeded' or p.captured_amount is null and p.transferred_from is null and (
      e.amount is distinct from p.amount or e.currency <> p.currency or e.accounts <> 1
      or e.account <> 'clearing:' || coalesce(p.processor, p.channel)) as broken
  from (select * from ledger_transaction where id >= $1::uuid and kind = 'payment') as t
  left join (
    select transaction_id, bucket, environment_id, min(currency) as currency, sum(amount) as amount, min(system_account) as account,
      count(distinct system_account) as accounts
    from ledger_entry
    where id >= $1::uuid and system_account like 'clearing:%'
    group by transaction_id, bucket, environment_id
  ) as e on e.transaction_id = t.id and e.bucket = t.bucket and e.environment_id = t.environment_id
  left join payment as p on p.environment_id = t.environment_id and p.id = t.source_id and p.bucket = t.bucket
) as checked
