-- Makes the first delivery of each queue due that waits for its turn. One that was put off, or is being sent, keeps the others
-- waiting. It is due since its event happened, like every delivery. $1 and $2 are the endpoints and the queues, which are locked.
with first as materialized (
  select first.event_id, queue.endpoint_id, first.bucket
  from (select distinct endpoint_id, queue_id from unnest($1::uuid[], $2::uuid[]) as queue (endpoint_id, queue_id)) as queue
  cross join lateral (
    select event_id, bucket, next_attempt_at from webhook_delivery
    where endpoint_id = queue.endpoint_id and queue_id = queue.queue_id and status = 'pending' and queue_id is not null
    order by queue_position
    limit 1
  ) as first
  where first.next_attempt_at = 'infinity'
)
update webhook_delivery as delivery
set next_attempt_at = (select created_at from event where event.id = first.event_id and event.bucket = first.bucket)
from first
where delivery.event_id = first.event_id and delivery.endpoint_id = first.endpoint_id and delivery.bucket = first.bucket
  and delivery.status = 'pending'
