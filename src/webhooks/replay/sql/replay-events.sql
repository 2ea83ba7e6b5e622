-- One step of a replay: deliveries of events to one endpoint become due again, in the order of the events and a microsecond
-- apart. It walks events by their key, no more than 5,000 of them. $1 is the endpoint, $2 the environment; $3 and $4 are the
-- event after which it goes on and the one before which it ends, $5 the types, as an endpoint names them (null for all), $6 whether only what is
-- exhausted is sent, $7 now, and $8 how many to make due. To an endpoint
-- that is ordered ($9) they are due at no time, and returned, to be put into its queues. Returns up to which event all is done, null when nothing is left.
with walked as materialized (
  select id, bucket, environment_id, type from event
  where id > $3::uuid and id < $4::uuid
  order by id
  limit 5000
-- spread: ), known as materialized (
-- spread:   select delivery.event_id, delivery.status from walked
-- spread:   join webhook_delivery as delivery on delivery.event_id = walked.id and delivery.bucket = walked.bucket
-- spread:   where delivery.endpoint_id = $1::uuid
), wanted as materialized (
  select taken.id, taken.bucket, row_number() over (order by taken.id) as place
  from (
    select id, bucket from walked
    where environment_id = $2
      and ($5::text[] is null or type = any ($5::text[]) or split_part(type, '.', 1) || '.*' = any ($5::text[]))
  ) as taken
  -- spread: left join known on known.event_id = taken.id
  left join lateral ( -- on one machine
    select status from webhook_delivery as delivery -- on one machine
    where delivery.event_id = taken.id and delivery.endpoint_id = $1::uuid and delivery.bucket = taken.bucket -- on one machine
    offset 0 -- on one machine
  ) as known on true -- on one machine
  where case when $6 then known.status = 'exhausted' else known.status is distinct from 'pending' end
  order by taken.id
  limit $8
), replayed as (
  insert into webhook_delivery (event_id, endpoint_id, bucket, environment_id, next_attempt_at)
  select id, $1::uuid, bucket, $2,
    case when $9 then 'infinity' else $7::timestamptz + place * interval '1 microsecond' end
  from wanted
  on conflict (event_id, endpoint_id, bucket) do update
    set status = 'pending', settled_at = null, attempts_before = webhook_delivery.attempts,
      next_attempt_at = excluded.next_attempt_at
    where webhook_delivery.status <> 'pending'
  returning event_id, bucket
)
select
  case
    when (select count(*) from wanted) = $8 then (select max(id::text) from wanted)
    when (select count(*) from walked) = 5000 then (select max(id::text) from walked)
  end::uuid as done_to,
  (select count(*) from replayed)::integer as replayed,
  case when $9 then coalesce((
    select json_agg(json_build_object('event_id', event_id, 'bucket', bucket)) from replayed), '[]') else '[]' end as queued
