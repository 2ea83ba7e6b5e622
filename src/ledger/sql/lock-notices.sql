-- Locks transfer notices, in the order of their ids.
select n.id, n.bucket, n.environment_id, n.code, n.status, n.customer_id, n.target_id, n.checkout_id, n.checkout_kind,
  n.currency, n.amount, n.chosen_ids, n.chosen_kinds, n.chosen_amounts::text[] as chosen_amounts, n.settled_by, n.version,
  n.announced_at, n.settled_at, n.expires_at, n.created_at, n.updated_at
from transfer_notice as n
where n.id = any ($1::uuid[]) and n.bucket = any ($2::integer[]) and n.environment_id = any ($3::integer[])
order by n.id
for no key update
