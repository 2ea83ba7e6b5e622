-- Claims up to $2 payments whose next check with the processor is due at $1, and schedules the one after that.
update payment as p
set next_check_at = $1::timestamptz + case
  when p.status = 'processing' then greatest(interval '1 second', least(($1 - p.created_at) / 10, interval '1 hour'))
  else greatest(interval '30 seconds', least(($1 - p.created_at) / 4, interval '1 hour')) end
from (
  select id, bucket
  from payment
  where status in ('initiating', 'pending_action', 'processing') and next_check_at <= $1
  order by next_check_at
  limit $2
  for no key update skip locked -- on one machine
) as due
where p.id = due.id and p.bucket = due.bucket
  -- spread: and p.status in ('initiating', 'pending_action', 'processing') and p.next_check_at <= $1
returning p.id, p.environment_id
