-- I5, from the side of credit: a set-off has two entries, of two balances of one customer in one currency, that sum to zero. The balance that
-- gave is of a customer or an account and was in credit by at least as much, the one that took was owed as much.
select
  count(*) as examined,
  count(*) filter (where broken) as violations,
  (array_agg(format('set-off %s: %s', source_id, what)) filter (where broken))[1:5] as examples
from (
  select t.source_id,
    string_agg(format('%s %s, balance %s', coalesce(r.kind, e.system_account), e.amount, e.balance_after), '; ' order by e.amount) as what,
    count(*) <> 2 or count(r.id) <> 2 or count(distinct r.id) <> 2 or sum(e.amount) <> 0
      or count(distinct r.customer_id) <> 1 or count(distinct e.currency) <> 1
      or bool_or(e.amount > 0 and (r.kind = 'bill' or e.balance_after > 0) or e.amount < 0 and e.balance_after < 0) as broken
  from (select * from ledger_transaction where kind = 'credit') as t
  left join ledger_entry as e on e.transaction_id = t.id and e.bucket = t.bucket and e.environment_id = t.environment_id
  left join receivable as r on r.id = e.receivable_id and r.bucket = e.bucket and r.environment_id = e.environment_id
  group by t.id, t.source_id
) as checked
