-- A page of the feed of environment $1, oldest first: behind position $2, or from the oldest that is kept when that is null. $3 are the
-- types, names or prefixes such as `bill.*`, null for all, $4 is the limit, and $5 how many events are looked at: no key knows a type.
-- The place is of the same snapshot, so on a page that reaches the end nothing lies between. `stopped_at` is null there.
with bounds as materialized (
  select feed_place.position as place, retention.feed_dropped_to as dropped_to,
    retention.events_dropped_before as dropped_before
  from feed_place cross join retention
), found as materialized (
  select walked.position, event.body, event.personal
  from (
    select position, event_id, bucket from event_feed
    where environment_id = $1 and position > coalesce($2::bigint, (select dropped_to from bounds))
    order by position
    limit $5
  ) as walked
  -- spread: join event on event.id = walked.event_id and event.bucket = walked.bucket
  cross join lateral ( -- on one machine
    select type, body, personal from event where event.id = walked.event_id and event.bucket = walked.bucket -- on one machine
    offset 0 -- on one machine
  ) as event -- on one machine
  where $3::text[] is null or event.type = any ($3) or split_part(event.type, '.', 1) || '.*' = any ($3)
  order by walked.position
  limit $4
)
select bounds.*, found.position, found.body, found.personal,
  case when (select count(*) from found) < $4 then (
    select position from event_feed
    where environment_id = $1 and position > coalesce($2::bigint, (select dropped_to from bounds))
    order by position
    offset $5 - 1
    limit 1
  ) end as stopped_at
from bounds left join found on true
order by found.position
