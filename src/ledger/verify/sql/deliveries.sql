-- I7, from the side of events. The types of an endpoint may change, and what it receives is decided by what it takes
-- now. So a delivery is required only for events at least a minute younger than the last change of the endpoint: by
-- then every transaction that had not seen the change is over. A delivery whose event is no longer kept was cancelled
-- for that reason. Only for a delivery that is not wanted now are its event and endpoint looked up: a join for all of
-- them took half as long again.
select
  count(*) as examined,
  count(*) filter (where fault is not null) as violations,
  (array_agg(format('event %s for endpoint %s: %s', event_id, endpoint_id, fault))
    filter (where fault is not null))[1:5] as examples
from (
  select
    coalesce(d.event_id, wanted.event_id) as event_id, coalesce(d.endpoint_id, wanted.endpoint_id) as endpoint_id,
    case
      when d.event_id is null then case when wanted.must then 'no delivery' end
      when wanted.event_id is not null then null
      when (select true from webhook_endpoint as w where w.id = d.endpoint_id and w.environment_id = d.environment_id)
        is null then 'a delivery without its endpoint'
      when d.status <> 'cancelled' and (select true from event as e
        where e.id = d.event_id and e.bucket = d.bucket and e.environment_id = d.environment_id)
        is null then 'a delivery without its event'
    end as fault
  from webhook_delivery as d
  full join (
    select e.id as event_id, w.id as endpoint_id, e.bucket, e.environment_id,
      e.created_at > w.updated_at + interval '1 minute' as must
    from event as e
    join webhook_endpoint as w
      on w.environment_id = e.environment_id
      and w.deleted_at is null
      and (w.event_types is null or e.type = any (w.event_types)
        or split_part(e.type, '.', 1) || '.*' = any (w.event_types))
  ) as wanted
    on wanted.event_id = d.event_id and wanted.endpoint_id = d.endpoint_id and wanted.bucket = d.bucket
    and wanted.environment_id = d.environment_id
  -- Keeps the fault from being computed twice.
  offset 0 -- on one machine
) as checked
