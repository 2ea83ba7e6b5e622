-- I14, work lists: the payments whose money is unidentified or unapplied are on them, and no others.
select
  count(*) as examined,
  count(*) filter (where broken) as violations,
  (array_agg(format('payment %s: %s, %s', id, kind, case when listed then 'and nothing of it is' else 'and not on the list' end))
    filter (where broken))[1:5] as examples
from (
  select coalesce(p.id, o.payment_id) as id, coalesce(p.kind, o.kind) as kind, o.payment_id is not null as listed,
    p.id is null or o.payment_id is null as broken
  from (
    select id, bucket, environment_id, 'unapplied' as kind from payment where unapplied_amount > 0
    union all
    select id, bucket, environment_id, 'unidentified' from payment where suspense_amount > 0
  ) as p
  full join open_payment as o on o.payment_id = p.id and o.bucket = p.bucket and o.environment_id = p.environment_id and o.kind = p.kind
) as checked
