-- Claims up to $2 disputes that have not ended and of which the processor is to be asked at $1, and schedules the time after that: at a
-- tenth of its age, at most a day apart, for two years. A callback tells of what comes later.
update dispute as d
set next_check_at = due.following_at
from (
  select id, bucket, case when $1 - created_at < interval '2 years'
    then $1::timestamptz + greatest(interval '1 hour', least(($1 - created_at) / 10, interval '1 day')) end as following_at
  from dispute
  where next_check_at <= $1
  order by next_check_at
  limit $2
  for no key update skip locked -- on one machine
) as due
where d.id = due.id and d.bucket = due.bucket
  -- spread: and d.next_check_at <= $1
returning d.environment_id, d.payment_id
