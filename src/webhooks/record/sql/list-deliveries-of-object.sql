-- As list-deliveries.sql, of the events that are about one object ($10). An event that tells of the making of its object has
-- the same id.
with told as materialized (
  select id, bucket, type, created_at from event
  where subject_id = $10::uuid and subject_id <> id and environment_id = $1 and id >= $4::uuid and id < $5::uuid
    and id <= $2::uuid
  union all
  select id, bucket, type, created_at from event
  where id = $10::uuid and environment_id = $1 and id >= $4::uuid and id < $5::uuid and id <= $2::uuid
)
select
  delivery.event_id, delivery.endpoint_id, delivery.bucket, delivery.environment_id, delivery.status,
  delivery.attempts, delivery.next_attempt_at, delivery.settled_at, delivery.posting_reference, told.type, told.created_at,
  null::uuid as last_event_id, null::uuid as last_endpoint_id
from told
cross join lateral (
  select * from webhook_delivery as delivery
  where delivery.event_id = told.id and delivery.bucket = told.bucket
  offset 0 -- on one machine
) as delivery
where (delivery.event_id, delivery.endpoint_id) < ($2::uuid, $3::uuid)
  and ($6::uuid is null or delivery.endpoint_id = $6) and ($7::text is null or delivery.status = $7)
  and ($8::text is null or told.type = $8)
order by delivery.event_id desc, delivery.endpoint_id desc
limit $9
