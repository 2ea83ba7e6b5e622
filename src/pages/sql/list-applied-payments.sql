-- The last $5 payments of customer $2 that brought money to $4, an account with its bills or one bill, with what they brought there.
-- Of a customer with very many payments only the newest applications are looked through: no index finds those of a receivable.
select p.id, p.received_at, p.currency, sum(a.amount)::bigint as amount, sum(a.reversed_amount)::bigint as reversed,
  p.processor is not null and p.checkout_id is null and p.target_id = $4 as begun_here
from (
  select id, payment_id, receivable_id, amount, reversed_amount
  from application
  where environment_id = $1 and customer_id = $2 and bucket = $3
  order by id desc
  limit 1000
) as a
join receivable as r on r.id = a.receivable_id and r.bucket = $3 and (r.id = $4 or r.account_id = $4)
join payment as p on p.environment_id = $1 and p.id = a.payment_id and p.bucket = $3
group by p.environment_id, p.id, p.bucket
order by max(a.id::text) desc
limit $5
