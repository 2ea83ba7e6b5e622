-- A delivery of each event of a transaction for each endpoint that receives its type: an event cannot exist without its deliveries. A
-- disabled endpoint gets its delivery too; it waits until the endpoint is enabled again. The types of an endpoint stand as they were sent: a
-- name, or `bill.*` for all that tell of bills, also those that come later. To an endpoint that is ordered a delivery waits until its event
-- has its position (queue-deliveries.sql).
insert into webhook_delivery (event_id, endpoint_id, bucket, environment_id, next_attempt_at)
select written.id, endpoint.id, written.bucket, written.environment_id,
  case when endpoint.ordered then 'infinity' else written.created_at end
from unnest($1::uuid[], $2::integer[], $3::integer[], $4::text[], $5::timestamptz[])
  as written (id, bucket, environment_id, type, created_at)
join webhook_endpoint as endpoint
  on endpoint.environment_id = written.environment_id
  and endpoint.deleted_at is null
  and (endpoint.event_types is null or written.type = any (endpoint.event_types)
    or split_part(written.type, '.', 1) || '.*' = any (endpoint.event_types))
