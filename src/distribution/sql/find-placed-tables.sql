-- Where Citus has put each table of the schema; those that it does not know are not listed.
select p.logicalrelid::regclass::text as name,
  case when p.partmethod = 'h' then 'distributed' when p.repmodel = 't' then 'reference' else 'local' end as place,
  case when p.partmethod = 'h' then column_to_column_name(p.logicalrelid, p.partkey::text) end as column,
  p.colocationid::integer as colocation,
  (select count(*)::integer from pg_dist_shard as s where s.logicalrelid = p.logicalrelid) as shards
from pg_dist_partition as p join pg_class as t on t.oid = p.logicalrelid
where t.relnamespace = 'public'::regnamespace and not t.relispartition
order by 1
