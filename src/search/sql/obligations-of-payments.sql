-- The first $4 applications of each of the payments $2 in the buckets $3, in the order in which they were made.
select of.payment_id, a.id, a.receivable_id, a.kind, a.amount, a.reversed_amount
from unnest($2::uuid[], $3::integer[]) as of (payment_id, bucket)
cross join lateral (
  select id, receivable_id, kind, amount, reversed_amount from application
  where environment_id = $1 and payment_id = of.payment_id and bucket = of.bucket
  -- spread: and bucket = any ($3::integer[])
  order by id limit $4
) as a
order by a.id
