-- Claims up to $2 callbacks that are due at $1, and schedules the try after this one: in 5 s, 10 s, 20 s … 1 h.
update processor_callback as c
set attempts = c.attempts + 1, next_try_at = due.following_at
from (
  select environment_id, processor, event_id, bucket,
    $1::timestamptz + least(interval '5 seconds' * power(2, least(attempts, 10)), interval '1 hour') as following_at
  from processor_callback
  where next_try_at <= $1
  order by next_try_at
  limit $2
  for no key update skip locked -- on one machine
) as due
where c.environment_id = due.environment_id and c.processor = due.processor and c.event_id = due.event_id
  and c.bucket = due.bucket
  -- spread: and c.next_try_at <= $1
returning c.environment_id, c.processor, c.event_id, c.bucket, c.reference, c.attempts
