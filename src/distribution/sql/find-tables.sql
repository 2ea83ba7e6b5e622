-- The tables of the schema, with what decides where they can lie. Partitions follow their parent, and what belongs to an extension is not ours.
-- A table that is distributed keeps its former rows here, hidden, until they are truncated: only its size on the disk shows them.
select t.oid::regclass::text as name,
  pg_get_userbyid(t.relowner) = current_user as owned,
  exists (select 1 from pg_attribute where attrelid = t.oid and attname = 'bucket' and not attisdropped) as has_bucket,
  has_table_privilege(t.oid, 'truncate') as may_truncate,
  (select sum(pg_relation_size(part)) > 0 from (
    select t.oid as part union all select inhrelid from pg_inherits where inhparent = t.oid) as parts) as has_local_rows,
  array(
    select i.indexrelid::regclass::text from pg_index as i
    where i.indrelid = t.oid and i.indisunique and not exists (
      select 1 from pg_attribute where attrelid = t.oid and attname = 'bucket' and attnum = any (i.indkey))
    order by 1) as unique_without_bucket,
  array(
    select tgname::text from pg_trigger where tgrelid = t.oid and not tgisinternal
    union all select rulename::text from pg_rewrite where ev_class = t.oid
    order by 1) as triggers
from pg_class as t
where t.relnamespace = 'public'::regnamespace and t.relkind in ('r', 'p') and not t.relispartition
  and not exists (select 1 from pg_depend where classid = 'pg_class'::regclass and objid = t.oid and deptype = 'e')
order by 1
