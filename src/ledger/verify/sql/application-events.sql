-- I6. Both sides are put into one list and counted by id: each has to come once from either side. Events of months that were let
-- go of (their ids begin with an older time) are not expected any more.
select
  count(*) as examined,
  count(*) filter (where broken) as violations,
  (array_agg(format('%s %s: %s of it, %s %s events', kind, id, rows, events, type))
    filter (where broken))[1:5] as examples
from (
  select
    id, type,
    case type when 'obligation.amount_applied' then 'obligation' else 'reversal' end as kind,
    count(*) filter (where not is_event) as rows,
    count(*) filter (where is_event) as events,
    count(*) <> 2 or bool_and(is_event) or not bool_or(is_event) as broken
  from (
    select id, bucket, environment_id, 'obligation.amount_applied' as type, false as is_event from application
    where id >= (select id_at(events_dropped_before) from retention)
    union all
    select id, bucket, environment_id, 'obligation.amount_reversed', false from application_reversal
    where id >= (select id_at(events_dropped_before) from retention)
    union all
    select subject_id, bucket, environment_id, type, true
    from event
    where type in ('obligation.amount_applied', 'obligation.amount_reversed')
  ) as sides
  group by id, bucket, environment_id, type
) as checked
