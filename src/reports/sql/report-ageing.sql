-- What each customer owed of what counts before $2, by how long it had been due on the day $4 by the due dates that bills have now. It is
-- what is owed now less what was entered since and counts later: of the entries below the id $3 none does, since nothing counts from
-- later than it was written.
with moved as (
  select id, bucket, balance as amount from receivable where environment_id = $1 and balance <> 0
  union all
  select e.receivable_id, e.bucket, -e.amount
  from ledger_entry as e
  join ledger_transaction as t on t.id = e.transaction_id and t.bucket = e.bucket and t.environment_id = e.environment_id
  where e.environment_id = $1 and e.id >= $3 and t.id >= $3 and e.receivable_id is not null and t.effective_at >= $2
), held as (
  select id, bucket, sum(amount) as amount from moved group by id, bucket having sum(amount) <> 0
), owed as (
  select r.customer_id, r.bucket, r.currency, held.amount, coalesce($4::date - b.due_date, 0) as days
  from held
  join receivable as r on r.id = held.id and r.bucket = held.bucket and r.environment_id = $1
  left join bill as b on b.id = r.id and b.bucket = r.bucket and b.environment_id = $1
)
select owed.customer_id, c.external_reference, owed.currency,
  coalesce(sum(amount) filter (where days <= 0), 0) as current,
  coalesce(sum(amount) filter (where days between 1 and 30), 0) as days_1_30,
  coalesce(sum(amount) filter (where days between 31 and 60), 0) as days_31_60,
  coalesce(sum(amount) filter (where days between 61 and 90), 0) as days_61_90,
  coalesce(sum(amount) filter (where days > 90), 0) as over_90,
  sum(amount) as total
from owed
join customer as c on c.id = owed.customer_id and c.bucket = owed.bucket and c.environment_id = $1
group by owed.customer_id, c.external_reference, owed.currency
order by owed.customer_id, owed.currency
