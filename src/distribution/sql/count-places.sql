-- How many tables are spread, and how many are not where they should be: each is spread by its bucket or on every machine, but for those ($1)
-- that stay at the coordinator.
select count(*) filter (where place.partmethod = 'h')::integer as placed, count(*) filter (
    where case when has_bucket then place.partmethod is distinct from 'h' else place.repmodel is distinct from 't' end
  )::integer as unplaced
from pg_class as t
cross join lateral (
  select exists (select 1 from pg_attribute where attrelid = t.oid and attname = 'bucket') as has_bucket
) as a
left join pg_dist_partition as place on place.logicalrelid = t.oid
where t.relnamespace = 'public'::regnamespace and t.relkind in ('r', 'p') and not t.relispartition and t.relname <> all ($1)
