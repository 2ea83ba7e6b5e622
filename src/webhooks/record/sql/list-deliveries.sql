-- Deliveries of an environment, newest event first. They are walked by their key, whose order is that of time, and no more
-- than 20,000 of them, since no key knows an environment: what is not found by then is on a page after. $1 is the
-- environment; $2 and $3 are the event and the endpoint after which it begins, $4 and $5 bound the events (from, below),
-- $6 to $8 are the endpoint, the status and the type, null for any, and $9 is the limit.
with walked as materialized (
  select event_id, endpoint_id, bucket, environment_id, status, attempts, next_attempt_at, settled_at,
    posting_reference
  from webhook_delivery
  where event_id >= $4::uuid and event_id < $5::uuid and event_id <= $2::uuid
    and (event_id, endpoint_id) < ($2::uuid, $3::uuid)
  order by event_id desc, endpoint_id desc
  limit 20000
), found as (
  select walked.*, event.type, event.created_at
  from walked
  cross join lateral (
    select event.type, event.created_at from event where event.id = walked.event_id and event.bucket = walked.bucket
    offset 0 -- on one machine
  ) as event
  where walked.environment_id = $1 and ($6::uuid is null or walked.endpoint_id = $6)
    and ($7::text is null or walked.status = $7) and ($8::text is null or event.type = $8)
  order by walked.event_id desc, walked.endpoint_id desc
  limit $9
), last as (
  select event_id as last_event_id, endpoint_id as last_endpoint_id from walked
  where (select count(*) from walked) = 20000
  order by event_id, endpoint_id
  limit 1
)
select found.*, last.* from (select 1) as one left join found on true left join last on true
order by found.event_id desc, found.endpoint_id desc
