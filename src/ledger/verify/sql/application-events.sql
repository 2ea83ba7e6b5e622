-- I6. Each application and each reversal of one has exactly one event. The event has the same id, so there cannot be
-- two. Each such event belongs to an application or a reversal. Applications and reversals from before the retention
-- limit are skipped, since their events have been dropped.
select
  count(*) as examined,
  count(*) filter (where fault is not null) as violations,
  (array_agg(format('%s %s: %s', kind, id, fault)) filter (where fault is not null))[1:5] as examples
from (
  select
    coalesce(a.id, e.id) as id,
    case coalesce(a.type, e.type) when 'obligation.amount_applied' then 'obligation' else 'reversal' end as kind,
    case when e.id is null then 'it has no event'
      when a.id is null then 'an event without its object'
      when e.subject_id <> e.id then 'its event is about another object' end as fault
  from (
    select id, bucket, environment_id, 'obligation.amount_applied' as type from application
    where id >= (select id_at(events_dropped_before) from retention)
    union all
    select id, bucket, environment_id, 'obligation.amount_reversed' from application_reversal
    where id >= (select id_at(events_dropped_before) from retention)
  ) as a
  full join (
    select id, subject_id, bucket, environment_id, type from event
    where type in ('obligation.amount_applied', 'obligation.amount_reversed')
  ) as e on e.id = a.id and e.bucket = a.bucket and e.environment_id = a.environment_id and e.type = a.type
) as checked
