-- Ends up to $2 notices whose time is over at $1, several processes at once. Their codes still find what they were for.
update transfer_notice as n
set status = 'expired', version = n.version + 1, updated_at = $1::timestamptz
from (
  select environment_id, id, bucket from transfer_notice
  where status in ('shown', 'announced') and expires_at <= $1::timestamptz
  order by expires_at
  limit $2
  for no key update skip locked -- on one machine
) as due
where n.environment_id = due.environment_id and n.id = due.id and n.bucket = due.bucket
  -- spread: and n.status in ('shown', 'announced') and n.expires_at <= $1::timestamptz
returning n.id, n.environment_id
