-- Makes the first delivery of each queue due that waits for its turn. One that was put off, or is being sent, keeps the others
-- waiting. It is due since its event happened, like every delivery. $1 and $2 are the endpoints and the queues, which are locked.
with first as materialized (
  select first.event_id, first.endpoint_id, first.bucket -- on one machine
  -- spread: select *
  from (select distinct endpoint_id, queue_id from unnest($1::uuid[], $2::uuid[]) as queue (endpoint_id, queue_id)) as queue -- on one machine
  cross join lateral ( -- on one machine
  -- spread: from (
    select event_id, endpoint_id, bucket, next_attempt_at from webhook_delivery -- on one machine
    where endpoint_id = queue.endpoint_id and queue_id = queue.queue_id and status = 'pending' and queue_id is not null -- on one machine
    order by queue_position -- on one machine
    limit 1 -- on one machine
    -- spread: select distinct on (d.endpoint_id, d.queue_id) d.event_id, d.endpoint_id, d.bucket, d.next_attempt_at, e.created_at
    -- spread: from unnest($1::uuid[], $2::uuid[]) as queue (endpoint_id, queue_id)
    -- spread: join webhook_delivery as d on d.endpoint_id = queue.endpoint_id and d.queue_id = queue.queue_id
    -- spread: join event as e on e.id = d.event_id and e.bucket = d.bucket
    -- spread: where d.status = 'pending' and d.queue_id is not null
    -- spread: order by d.endpoint_id, d.queue_id, d.queue_position
  ) as first
  where first.next_attempt_at = 'infinity'
)
update webhook_delivery as delivery
-- spread: set next_attempt_at = first.created_at
set next_attempt_at = (select created_at from event where event.id = first.event_id and event.bucket = first.bucket) -- on one machine
from first
where delivery.event_id = first.event_id and delivery.endpoint_id = first.endpoint_id and delivery.bucket = first.bucket
  and delivery.status = 'pending'
