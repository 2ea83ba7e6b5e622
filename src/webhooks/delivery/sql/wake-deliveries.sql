-- Makes deliveries due that waited for an endpoint, or were put off before their first attempt, in the order of their events and
-- a microsecond apart, so that they are claimed in that order. It walks deliveries by their key from the event $2 on, no more than
-- 5,000 of them, so that a step is short however few of them are the endpoint's. $1 is the endpoint, $3 now, $4 how many to wake.
-- Of an endpoint that is ordered ($5) only what is first in its queue is made due: the others get their turn behind it. Returns up to which event all is done (null when nothing is left) and how many were woken.
with walked as materialized (
  select event_id, endpoint_id, bucket, status, next_attempt_at, attempts, attempts_before, queue_id, queue_position
  from webhook_delivery
  where event_id >= $2::uuid
  order by event_id
  limit 5000
),
-- spread: heads as materialized (
-- spread:   select distinct on (queue_id) event_id from webhook_delivery
-- spread:   where $5 and endpoint_id = $1::uuid and status = 'pending' and queue_id is not null
-- spread:   order by queue_id, queue_position
-- spread: ),
waiting as materialized (
  select event_id, bucket, $3::timestamptz + row_number() over (order by event_id) * interval '1 microsecond' as due_at
  from walked
  where endpoint_id = $1::uuid and status = 'pending'
    and (next_attempt_at = 'infinity' or next_attempt_at > $3::timestamptz and attempts = attempts_before)
    -- spread: and (not $5 or event_id in (select event_id from heads))
    and (not $5 or queue_id is not null and not exists ( -- on one machine
      select 1 from webhook_delivery as earlier -- on one machine
      where earlier.endpoint_id = $1::uuid and earlier.queue_id = walked.queue_id and earlier.status = 'pending' -- on one machine
        and earlier.queue_position < walked.queue_position and earlier.queue_id is not null)) -- on one machine
  order by event_id
  limit $4
),
woken as (
  update webhook_delivery as delivery
  set next_attempt_at = waiting.due_at
  from waiting
  where delivery.event_id = waiting.event_id and delivery.endpoint_id = $1::uuid and delivery.bucket = waiting.bucket
    and delivery.status = 'pending'
    and (delivery.next_attempt_at = 'infinity'
      or delivery.next_attempt_at > $3::timestamptz and delivery.attempts = delivery.attempts_before)
  returning 1
)
select
  case
    when (select count(*) from waiting) = $4 then (select max(event_id::text) from waiting)
    when (select count(*) from walked) = 5000 then (select max(event_id::text) from walked)
  end::uuid as done_to,
  (select count(*) from woken)::integer as woken
