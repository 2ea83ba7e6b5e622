-- I14, the feed. Every event has one position or waits for one, not both and not twice; the feed holds nothing else; and no position
-- was given twice or is behind the place, from which the next ones are given.
with waiting as materialized (
  select event_id, bucket, environment_id, count(*) as times from unsequenced_event
  group by event_id, bucket, environment_id
)
select
  count(*) as examined,
  count(*) filter (where fault is not null) as violations,
  (array_agg(format('event %s: %s', id, fault)) filter (where fault is not null))[1:5] as examples
from (
  select coalesce(event.id, feed.event_id) as id,
    case
      when feed.event_id is null then case
        when (event.id, event.bucket, event.environment_id) not in (select event_id, bucket, environment_id from waiting)
          then 'it is not in the feed' end
      when event.id is null then 'it is in the feed and nowhere else'
      when feed.position > place.position then format('its position %s was not given yet', feed.position)
      when (feed.event_id, feed.bucket) in (select event_id, bucket from waiting)
        then 'it waits for a position and has one'
    end as fault
  from event
  full join event_feed as feed
    on feed.event_id = event.id and feed.bucket = event.bucket and feed.environment_id = event.environment_id
  cross join feed_place as place
  union all
  select event_id, case when times > 1 then format('it waits for a position %s times', times) end from waiting
  union all
  select waiting.event_id, 'it waits for a position and does not exist'
  from waiting
  left join event on event.id = waiting.event_id and event.bucket = waiting.bucket
    and event.environment_id = waiting.environment_id
  where event.id is null
  union all
  select (array_agg(event_id order by event_id))[1], format('%s events have its position %s', count(*), position)
  from event_feed
  group by position
  having count(*) > 1
) as checked
