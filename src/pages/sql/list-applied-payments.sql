-- The last $5 payments of customer $2 that brought money to $4, an account with its bills or one bill, with what they brought there.
-- Of a customer with very many payments only the newest applications are looked through: no index finds those of a receivable.
-- What came back, of a refund that failed or by a bank, and was applied here again is no payment of its own: it counts as if it had never left.
select p.id, p.received_at, p.currency, coalesce(sum(a.amount) filter (where again.is is null), sum(a.amount)) as amount,
  greatest(0, sum(a.reversed_amount) - sum(gone.amount) - coalesce(sum(a.amount) filter (where again.is), 0)) as reversed,
  sum(gone.amount) as refunded,
  p.processor is not null and p.checkout_id is null and p.target_id = $4 as begun_here
from (
  select id, payment_id, receivable_id, transaction_id, amount, reversed_amount
  from application
  where environment_id = $1 and customer_id = $2 and bucket = $3
  order by id desc
  limit 1000
) as a
join receivable as r on r.id = a.receivable_id and r.bucket = $3 and (r.id = $4 or r.account_id = $4)
join payment as p on p.environment_id = $1 and p.id = a.payment_id and p.bucket = $3
left join lateral (
  select coalesce(sum(v.amount), 0) as amount
  from application_reversal as v
  join refund as r on r.environment_id = $1 and r.id = v.refund_id and r.bucket = $3 and r.status <> 'failed'
  where v.application_id = a.id and v.bucket = $3 and a.reversed_amount > 0
) as gone on true
left join lateral (
  select true as is from refund as r
  where r.environment_id = $1 and r.payment_id = a.payment_id and r.bucket = $3 and r.failure_id = a.transaction_id
  union all
  select true from payment_reversal as v
  where v.environment_id = $1 and v.payment_id = a.payment_id and v.bucket = $3 and v.reinstatement_id = a.transaction_id
) as again on true
group by p.environment_id, p.id, p.bucket
order by max(a.id::text) desc
limit $5
