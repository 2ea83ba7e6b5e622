-- The notices whose codes are among $2, with where the money of their request or session goes. More than two are as many as two.
-- spread: with c as materialized (
-- spread:   select c.notice_id
-- spread:   from unnest($2::text[], $3::integer[]) as s (code, bucket)
-- spread:   join transfer_code as c on c.environment_id = $1 and c.code = s.code and c.bucket = s.bucket and c.bucket = any ($3::integer[])
-- spread: )
select n.id, n.bucket, n.customer_id, n.currency, n.checkout_id, n.chosen_ids, n.chosen_amounts::text[] as chosen_amounts,
  k.target_kind, k.target_id
from unnest($2::text[], $3::integer[]) as s (code, bucket) -- on one machine
join transfer_code as c on c.environment_id = $1 and c.code = s.code and c.bucket = s.bucket -- on one machine
-- spread: from c
join transfer_notice as n on n.environment_id = $1 and n.id = c.notice_id
left join checkout as k on k.environment_id = $1 and k.id = n.checkout_id and k.bucket = n.bucket
limit 2
