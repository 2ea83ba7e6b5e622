-- Every table of the schema with its columns, but those that PostgreSQL computes, and the tables that its foreign keys name.
-- Partitions are rows of their parent.
select c.relname::text as name,
  array_agg(a.attname::text order by a.attnum) as columns,
  array(
    select distinct target.relname::text from pg_constraint as f join pg_class as target on target.oid = f.confrelid
    where f.conrelid = c.oid and f.contype = 'f' and f.confrelid <> c.oid order by 1
  ) as needs
from pg_class as c join pg_attribute as a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition
  and a.attgenerated = '' and c.relname <> 'schema_migration'
group by c.oid, c.relname
order by 1
