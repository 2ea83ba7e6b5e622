-- Claims up to $2 captures and voids whose processor has not answered at $1, and schedules the next question, at growing intervals.
update capture as k
set next_check_at = due.following_at
from (
  select environment_id, id, bucket,
    $1::timestamptz + greatest(interval '5 seconds', least(($1 - created_at) / 10, interval '1 hour')) as following_at
  from capture
  where next_check_at <= $1
  order by next_check_at
  limit $2
  for no key update skip locked -- on one machine
) as due
where k.environment_id = due.environment_id and k.id = due.id and k.bucket = due.bucket
  -- spread: and k.next_check_at <= $1
returning k.id, k.environment_id, k.payment_id
