-- The events of one transaction, and a delivery for each endpoint that receives their type, in one statement: an event
-- cannot exist without its deliveries. A disabled endpoint gets its delivery too; it waits until the endpoint is
-- enabled again. The types of an endpoint stand as they were sent: a name, or `bill.*` for all that tell of bills, also those
-- that come later. To an endpoint that is ordered a delivery waits until its event has its position (queue-deliveries.sql).
with written as (
  insert into event (id, bucket, environment_id, type, subject_id, body, created_at, personal, traceparent)
  select unnest($1::uuid[]), unnest($2::integer[]), unnest($3::integer[]), unnest($4::text[]), unnest($5::uuid[]),
    unnest(string_to_array($6::text, chr(30))), unnest($7::timestamptz[]), unnest(string_to_array($8::text, chr(30), '')),
    unnest($9::text[])
  returning id, bucket, environment_id, type, created_at
)
insert into webhook_delivery (event_id, endpoint_id, bucket, environment_id, next_attempt_at)
select written.id, endpoint.id, written.bucket, written.environment_id,
  case when endpoint.ordered then 'infinity' else written.created_at end
from written
join webhook_endpoint as endpoint
  on endpoint.environment_id = written.environment_id
  and endpoint.deleted_at is null
  and (endpoint.event_types is null or written.type = any (endpoint.event_types)
    or split_part(written.type, '.', 1) || '.*' = any (endpoint.event_types))
