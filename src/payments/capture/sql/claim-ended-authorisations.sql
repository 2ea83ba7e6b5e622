-- Claims up to $2 payments of which something is authorised until $1 or before, and schedules the next look at each: it is for those
-- whose processor holds on to it, or does not answer.
update open_authorisation as o
set release_at = $1::timestamptz + interval '1 hour'
from (
  select environment_id, payment_id, bucket
  from open_authorisation
  where release_at <= $1
  order by release_at
  limit $2
  for no key update skip locked -- on one machine
) as due, environment as v
where o.environment_id = due.environment_id and o.payment_id = due.payment_id and o.bucket = due.bucket and v.id = o.environment_id
  -- spread: and o.release_at <= $1
returning o.payment_id, o.environment_id, v.mode
