-- I6, retention. Events are dropped by whole months, in order, once a month ended 90 days ago; entries are never dropped and are
-- partitioned by the same months. So each month with a partition of entries has one of events, of the feed, of deliveries and attempts, unless it ended
-- before `events_dropped_before`, which is at least 90 days ago by the clock of the database.
with retained as (
  select (select events_dropped_before from retention) as dropped_before
), partition as (
  select parent.relname as of_table, right(child.relname, 7) as month,
    ((to_date(right(child.relname, 7), 'YYYY_MM') + interval '1 month')::timestamp) at time zone 'UTC' as ended
  from pg_inherits as i
  join pg_class as child on child.oid = i.inhrelid
  join pg_class as parent on parent.oid = i.inhparent
  where parent.relname in ('ledger_entry', 'event', 'event_feed', 'webhook_delivery', 'webhook_attempt')
    and parent.relnamespace = 'public'::regnamespace and child.relname ~ '_\d{4}_\d{2}$'
), month as (
  select month, ended, array_agg(of_table) as tables from partition group by month, ended
)
select
  count(*) as examined,
  count(*) filter (where fault is not null) as violations,
  (array_agg(fault) filter (where fault is not null))[1:5] as examples
from (
  select
    case when dropped_before is null then 'it is not known until when events were dropped'
      when dropped_before > now() - interval '90 days'
        then format('events are recorded as dropped until %s, which is less than 90 days ago', dropped_before)
    end as fault
  from retained
  union all
  select
    case when ended > dropped_before and not tables @> array['event', 'event_feed', 'webhook_delivery', 'webhook_attempt']::name[]
        then format('events, deliveries or attempts of %s are missing, though not recorded as dropped', month)
      when ended <= dropped_before and 'event' = any (tables)
        then format('events of %s still exist, though recorded as dropped', month)
    end
  from month cross join retained
) as checked
