-- I7, as events see it. What an endpoint wants may change, and the database keeps only what it wants now. So an event
-- has to have its delivery when it is a minute younger than the last change of the endpoint: by then every transaction
-- that had not seen the change is over. A delivery whose event is no longer kept was cancelled for that.
select
  count(*) as examined,
  count(*) filter (where broken) as violations,
  (array_agg(format('event %s for endpoint %s: %s', event_id, endpoint_id, fault))
    filter (where broken))[1:5] as examples
from (
  select
    d.event_id, d.endpoint_id,
    e.id is null and d.status <> 'cancelled' or w.id is null as broken,
    case when e.id is null then 'a delivery without its event' else 'a delivery without its endpoint' end as fault
  from webhook_delivery as d
  left join event as e on e.id = d.event_id and e.bucket = d.bucket and e.environment_id = d.environment_id
  left join webhook_endpoint as w on w.id = d.endpoint_id and w.environment_id = d.environment_id
  union all
  select e.id, w.id, d.event_id is null, 'no delivery'
  from event as e
  join webhook_endpoint as w
    on w.environment_id = e.environment_id
    and w.deleted_at is null
    and (w.event_types is null or e.type = any (w.event_types))
    and e.created_at > w.updated_at + interval '1 minute'
  left join webhook_delivery as d on d.event_id = e.id and d.endpoint_id = w.id and d.bucket = e.bucket
) as checked
