-- The first $4 applications of each of the payments $2 in the buckets $3, in the order in which they were made.
select a.payment_id, a.id, a.receivable_id, a.kind, a.amount, a.reversed_amount
from unnest($2::uuid[], $3::integer[]) as of (payment_id, bucket) -- on one machine
cross join lateral ( -- on one machine
-- spread: from (
  select payment_id, id, receivable_id, kind, amount, reversed_amount
    -- spread: , row_number() over (partition by payment_id, bucket order by id) as place
  from application
  where environment_id = $1
  and payment_id = of.payment_id and bucket = of.bucket -- on one machine
  order by id limit $4 -- on one machine
  -- spread: and payment_id = any ($2::uuid[]) and bucket = any ($3::integer[])
) as a
-- spread: where place <= $4
order by a.id
