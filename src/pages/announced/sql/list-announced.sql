-- The transfers that were announced for customer $2 and have not arrived, with what each is to bring: to anything of the customer or,
-- where one is given, to account $4 with its bills or to receivable $5.
select n.id, n.code, n.currency, n.announced_at, n.target_id, parts.ids, parts.amounts::text[] as amounts
from transfer_notice as n
cross join lateral (
  select array_agg(part.id) as ids, array_agg(part.amount) as amounts
  from (
    select c.id, c.amount from unnest(n.chosen_ids, n.chosen_amounts) as c (id, amount)
    union all
    select k.target_id, n.amount from checkout as k
    where k.environment_id = n.environment_id and k.id = n.checkout_id and k.bucket = n.bucket
      -- spread: and k.bucket = $3
  ) as part
  where $4::uuid is null and $5::uuid is null or part.id in ($4, $5) or exists (
    select 1 from receivable as r where r.id = part.id and r.bucket = n.bucket and r.account_id = $4
      -- spread: and r.bucket = $3
  )
) as parts
where n.environment_id = $1 and n.customer_id = $2 and n.bucket = $3 and n.status = 'announced'
  and n.expires_at > $6 and parts.ids is not null
order by n.id desc
limit 5
