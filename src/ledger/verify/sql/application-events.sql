-- I6. Each application and each reversal of one has one event, and each such event has one of them. Events of months that were let
-- go of (the ids of what they told of begin with an older time) are not expected any more.
select
  count(*) as examined,
  count(*) filter (where broken) as violations,
  (array_agg(format('%s %s: %s of it, %s %s events', kind, id, rows, events, type))
    filter (where broken))[1:5] as examples
from (
  select
    coalesce(a.id, e.subject_id) as id, coalesce(a.type, e.type) as type,
    case coalesce(a.type, e.type) when 'obligation.amount_applied' then 'obligation' else 'reversal' end as kind,
    case when a.id is null then 0 else 1 end as rows,
    coalesce(e.events, 0) as events,
    a.id is null or e.events is distinct from 1 as broken
  from (
    select id, bucket, environment_id, 'obligation.amount_applied' as type from application
    where id >= (select id_at(events_dropped_before) from retention)
    union all
    select id, bucket, environment_id, 'obligation.amount_reversed' from application_reversal
    where id >= (select id_at(events_dropped_before) from retention)
  ) as a
  full join (
    select subject_id, bucket, environment_id, type, count(*) as events
    from event
    where type in ('obligation.amount_applied', 'obligation.amount_reversed')
    group by subject_id, bucket, environment_id, type
  ) as e on e.subject_id = a.id and e.bucket = a.bucket and e.environment_id = a.environment_id and e.type = a.type
) as checked
