-- I6, as retention sees it. Events are let go of by whole months, in their order, once a month ended ninety days ago; entries never
-- are, and have the same months. So each month that has entries has its events, deliveries and attempts, unless it ended by when
-- events were let go of; and that is never younger than ninety days by the clock of the database.
with told as (
  select (select events_dropped_before from retention) as dropped_before
), partition as (
  select parent.relname as of_table, right(child.relname, 7) as month,
    ((to_date(right(child.relname, 7), 'YYYY_MM') + interval '1 month')::timestamp) at time zone 'UTC' as ended
  from pg_inherits as i
  join pg_class as child on child.oid = i.inhrelid
  join pg_class as parent on parent.oid = i.inhparent
  where parent.relname in ('ledger_entry', 'event', 'webhook_delivery', 'webhook_attempt')
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
    case when dropped_before is null then 'it is not known until when events were let go of'
      when dropped_before > now() - interval '90 days'
        then format('events are said to be let go of until %s, which is less than 90 days ago', dropped_before)
    end as fault
  from told
  union all
  select
    case when ended > dropped_before and not tables @> array['event', 'webhook_delivery', 'webhook_attempt']::name[]
        then format('events, deliveries or attempts of %s are gone, which nobody let go of', month)
      when ended <= dropped_before and 'event' = any (tables)
        then format('events of %s are still there, which are said to be let go of', month)
    end
  from month cross join told
) as checked
