-- What is delivered to endpoints of an environment that expect postings, and has none: oldest event first. Each endpoint has its own walk along
-- the index of what is unposted, so that one that was deleted, or expects none any more, is not read over. $1 is the environment; $2 and $3
-- are the event and the endpoint after which it begins, and $4 is the limit.
with unposted as materialized (
  select delivery.*
  from webhook_endpoint as endpoint
  cross join lateral (
    select event_id, endpoint_id, bucket, unposted_since
    from webhook_delivery
    where endpoint_id = endpoint.id and unposted_since is not null
      and event_id >= $2::uuid and (event_id, endpoint_id) > ($2::uuid, $3::uuid)
    order by event_id
    limit $4
  ) as delivery
  where endpoint.environment_id = $1 and endpoint.deleted_at is null and endpoint.expects_posting
  order by delivery.event_id, delivery.endpoint_id
  limit $4
)
select unposted.event_id, unposted.endpoint_id, unposted.unposted_since, event.type, event.body, event.created_at
from unposted
cross join lateral (
  select type, body, created_at from event where event.id = unposted.event_id and event.bucket = unposted.bucket
  offset 0 -- on one machine
) as event
order by unposted.event_id, unposted.endpoint_id
