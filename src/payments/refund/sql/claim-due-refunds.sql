-- Claims up to $2 refunds of which the processor is to be asked at $1, and schedules the time after that: one that is not sent yet at
-- growing intervals, one that succeeded ever less often, for 40 days, in which a bank may send the money back.
update refund as r
set next_check_at = due.following_at
from (
  select id, bucket, case
      when status = 'pending' then $1::timestamptz + greatest(interval '5 seconds', least(($1 - created_at) / 10, interval '1 hour'))
      when $1 - created_at < interval '40 days' then $1::timestamptz + greatest(interval '1 day', $1 - created_at) end as following_at
  from refund
  where next_check_at <= $1
  order by next_check_at
  limit $2
  for no key update skip locked -- on one machine
) as due
where r.id = due.id and r.bucket = due.bucket
  -- spread: and r.next_check_at <= $1
returning r.id, r.environment_id, r.payment_id
