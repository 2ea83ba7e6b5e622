-- I12. A delivery that is put off for good waits for an endpoint that is disabled or paused, or that is being woken
-- up; to an endpoint that is ordered it waits for its position, or behind an earlier one of its queue.
-- The others are taken in the order in which they are due. So a delivery must not have been due for more than an
-- hour when an event was sent that became due later still: it was skipped. How long a delivery waits in all depends on
-- whether the server runs, which the database cannot know. The id of an event begins with the time of the event.
with sent as (
  select event_id from webhook_attempt order by event_id desc limit 1
), first as materialized (
  select endpoint_id, queue_id, min(queue_position) as position from webhook_delivery
  where status = 'pending' and queue_id is not null
  group by endpoint_id, queue_id
)
select
  count(*) as examined,
  count(*) filter (where broken) as violations,
  (array_agg(format('event %s for endpoint %s: %s', event_id, endpoint_id,
    case when next_attempt_at = 'infinity' then 'waits for nothing' else format('due since %s', next_attempt_at) end))
    filter (where broken))[1:5] as examples
from (
  select
    d.event_id, d.endpoint_id, d.next_attempt_at,
    case
      when d.next_attempt_at = 'infinity' then e.id is null
        or e.waking_since is null and (e.disabled_at is null or e.deleted_at is not null)
          and not (e.ordered and case
            when d.queue_id is null then u.event_id is not null
            else first.position < d.queue_position
          end)
      else coalesce(id_at(d.next_attempt_at + interval '1 hour') < (select event_id from sent), false)
    end as broken
  from webhook_delivery as d
  left join webhook_endpoint as e on e.id = d.endpoint_id
  left join unsequenced_event as u on u.event_id = d.event_id and u.bucket = d.bucket
  left join first on first.endpoint_id = d.endpoint_id and first.queue_id = d.queue_id
  where d.status = 'pending'
) as checked
