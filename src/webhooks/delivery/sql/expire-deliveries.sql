-- Gives up to 1,000 pending deliveries up whose events are older than 90 days by the clock of the database, and counts them
-- at their endpoints, so that what waits for an endpoint never keeps a month of events. Returns the queues in which others may have their turn now, besides. $1 is now.
with old as materialized (
  select event_id, endpoint_id, bucket
  from webhook_delivery
  where status = 'pending' and event_id < id_at(now() - interval '90 days')
  limit 1000
  for no key update skip locked -- on one machine
),
expired as (
  update webhook_delivery as delivery
  set status = 'exhausted', settled_at = $1::timestamptz, next_attempt_at = $1::timestamptz
  from old
  where delivery.event_id = old.event_id and delivery.endpoint_id = old.endpoint_id and delivery.bucket = old.bucket
    and delivery.event_id < id_at(now() - interval '90 days')
    -- spread: and delivery.status = 'pending'
  returning delivery.endpoint_id, delivery.queue_id
),
counted as (
  select endpoint_id, count(*)::integer as expired from expired group by endpoint_id
)
update webhook_endpoint as endpoint
set deliveries_expired = endpoint.deliveries_expired + counted.expired
from counted
where endpoint.id = counted.endpoint_id
returning endpoint.id as endpoint_id, counted.expired, array(
    select distinct queue_id from expired where expired.endpoint_id = endpoint.id and queue_id is not null
  ) as queue_ids
