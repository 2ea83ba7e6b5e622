-- Claims payments that were cancelled and whose charges are still to be closed or watched, and schedules the next try. What can be
-- closed stays open for a day at most; what cannot is watched for a day after the last moment at which it may have been cancelled.
update payment as p
set next_check_at = due.following_at
from (
  select c.environment_id, c.id, c.bucket,
    $1::timestamptz + greatest(interval '1 minute', least($1::timestamptz - c.created_at, interval '5 minutes')) as following_at
  from environment as v -- on one machine
  cross join lateral ( -- on one machine
  -- spread: from (
    select environment_id, id, bucket, created_at from payment
    where environment_id = v.id -- on one machine
      -- spread: where environment_id = any (array(select id from environment))
      and status = 'cancelled' and id >= id_at($1::timestamptz - interval '2 days')
      and next_check_at <= $1::timestamptz and processor_reference is not null
    limit $2
    for no key update skip locked -- on one machine
  ) as c
  limit $2
) as due
where p.environment_id = due.environment_id and p.id = due.id and p.bucket = due.bucket
  -- spread: and p.status = 'cancelled' and p.next_check_at <= $1::timestamptz
returning p.id, p.environment_id
