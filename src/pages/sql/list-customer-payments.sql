-- The last $4 payments of customer $2 that brought money, newest first.
select p.id, p.received_at, p.currency, coalesce(p.captured_amount, p.amount) as amount, p.reversed_amount as reversed, p.refunded_amount as refunded,
  p.processor is not null and p.checkout_id is null and p.target_id = $2 as begun_here
from payment as p
where p.environment_id = $1 and p.customer_id = $2 and p.bucket = $3 and p.status = 'succeeded'
  and p.captured_amount is distinct from 0
order by p.id desc
limit $4
