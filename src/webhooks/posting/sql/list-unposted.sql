-- What is delivered to endpoints of an environment that expect postings, and has none: oldest event first. Each endpoint has its own walk along
-- the index of what is unposted, so that one that was deleted, or expects none any more, is not read over. $1 is the environment; $2 and $3
-- are the event and the endpoint after which it begins, and $4 is the limit.
with unposted as materialized (
  select delivery.*
  from webhook_endpoint as endpoint -- on one machine
  cross join lateral ( -- on one machine
  -- spread: from (
    select event_id, endpoint_id, bucket, unposted_since
    from webhook_delivery
    where endpoint_id = endpoint.id -- on one machine
      -- spread: where endpoint_id = any (array(
      -- spread:   select id from webhook_endpoint where environment_id = $1 and deleted_at is null and expects_posting))
      and unposted_since is not null
      and event_id >= $2::uuid and (event_id, endpoint_id) > ($2::uuid, $3::uuid)
    order by event_id
    limit $4 -- on one machine
  ) as delivery
  where endpoint.environment_id = $1 and endpoint.deleted_at is null and endpoint.expects_posting -- on one machine
  order by delivery.event_id, delivery.endpoint_id
  limit $4
)
select unposted.event_id, unposted.endpoint_id, unposted.unposted_since, event.type, event.body, event.created_at
from unposted
-- spread: join event on event.id = unposted.event_id and event.bucket = unposted.bucket
cross join lateral ( -- on one machine
  select type, body, created_at from event where event.id = unposted.event_id and event.bucket = unposted.bucket -- on one machine
  offset 0 -- on one machine
) as event -- on one machine
order by unposted.event_id, unposted.endpoint_id
